# shellcheck shell=dash

# Says what is at a path: `link`, `absent`, `closed` for what may not be read, or is no file, or
# `has`, and then it succeeds.
fettle_secret_file() {
  if [ -L "$1" ]; then
    echo link
  elif [ ! -e "$1" ]; then
    echo absent
  elif [ ! -f "$1" ] || [ ! -r "$1" ]; then
    echo closed
  else
    echo has
    return 0
  fi
  return 1
}
