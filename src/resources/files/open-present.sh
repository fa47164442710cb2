# shellcheck shell=dash
# Holds a file open while its attributes are changed.
# Needs: refuse.sh, enter.sh.
# shellcheck disable=SC2154

# Opens an existing regular file, by its name, $1, at descriptor 3: /proc/self/fd/3 is what is to be
# changed. The kernel's path of what was opened tells whether a link was followed. Opening a named
# pipe would wait, and opening a device may do something. $2: its path, for sentences.
fettle_open_present() {
  if ! {
    [ -f "./$1" ] && exec 3<"./$1" && [ "$(readlink /proc/self/fd/3)" = "$entered_/$1" ]
  }; then
    fettle_refuse "$2 is a symbolic link, or was replaced meanwhile"
  fi
}
