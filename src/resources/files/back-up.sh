# shellcheck shell=dash

# Copies what is about to be replaced to where root keeps it, under its path and the time. $1: its
# name; $2: all backups; $3: the folder for this directory's.
fettle_back_up() {
  if [ -f "./$1" ] && [ ! -L "./$1" ]; then
    mkdir -p -- "$3" &&
      chmod 0700 "$2" &&
      cp -pP -- "./$1" "$3/$1.$(date -u +%Y%m%dT%H%M%SZ)"
  fi
}
