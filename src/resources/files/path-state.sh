# shellcheck shell=dash
# Keeps what is at a path in "$kept", and brings it back:
#   attributes  the kind, mode, owner and group, on one line: directory 755 0:0
#   tree        a copy of a directory with everything in it
#   entry       a copy of anything else
#   too-large   it was not copied
# Nothing: there was nothing at the path.
# Needs: enter.sh, open-present.sh, refuse.sh, beside.sh.
# shellcheck disable=SC2154

# Copies a thing of the present directory, if it is not too large.
# $1: its name; $2: the name of the copy; $3: the most KiB.
copy_() {
  size_=$(du -skx -- "./$1") || exit
  if [ "${size_%%[!0-9]*}" -gt "$3" ]; then
    : >"$kept/too-large"
  else
    cp -a -- "./$1" "$kept/$2" || exit
  fi
}

# $1: the directory; $2: the name in it; $3: what is kept: `attributes`, `entry`, which of a directory
# is the same, or `tree`; $4: the most KiB.
fettle_keep_path() {
  [ -e "$1/$2" ] || [ -L "$1/$2" ] || return 0
  fettle_enter "$1" || exit
  if [ -d "./$2" ] && [ ! -L "./$2" ]; then
    [ "$3" = tree ] || set -- "$1" "$2" attributes
  elif [ "$3" = tree ]; then
    set -- "$1" "$2" entry "$4"
  fi
  if [ "$3" = attributes ]; then
    stat -c '%F %a %u:%g' -- "./$2" >"$kept/attributes" || exit
  else
    copy_ "$2" "$3" "$4"
  fi
}

# Makes room for what was there. $1: the name; $2: the path.
clear_() {
  if [ -L "./$1" ] || [ ! -d "./$1" ]; then
    rm -f -- "./$1" || exit
  else
    rmdir -- "./$1" || fettle_refuse "$2 is a directory with something in it, and was none before"
  fi
}

# Gives a directory, which is made if it is gone, or a file its attributes. $1: the name; $2: the path.
take_back_attributes_() {
  read -r line_ <"$kept/attributes" || exit
  owner_=${line_##* } line_=${line_% *}
  mode_=0${line_##* } kind_=${line_% *}
  if [ "$kind_" = directory ]; then
    if [ -L "./$1" ] || [ ! -d "./$1" ]; then
      clear_ "$1" "$2"
      mkdir -m 0700 -- "./$1" || exit
    fi
    (fettle_enter_child "$1" && chown -- "$owner_" . && chmod -- "$mode_" .) || exit
  else
    fettle_open_present "$1" "$2" &&
      chown -- "$owner_" /proc/self/fd/3 && chmod -- "$mode_" /proc/self/fd/3 || exit
  fi
}

# Brings back what was there, in the directory that the shell has entered. $1: the name; $2: the path.
fettle_take_back_path() {
  # A killed change of many files leaves its folder.
  if [ -d ./.fettle-new ] && [ ! -L ./.fettle-new ]; then rm -rf -- ./.fettle-new || exit; fi
  if [ -e "$kept/too-large" ]; then
    fettle_refuse "what was at $2 was too large to be kept"
  elif [ -f "$kept/attributes" ]; then
    take_back_attributes_ "$1" "$2"
  elif [ -d "$kept/tree" ] && [ ! -L "$kept/tree" ]; then
    cp -a -- "$kept/tree" "$new_path" && rm -rf -- "./$1" && fettle_place "$1" || exit
  elif [ -e "$kept/entry" ] || [ -L "$kept/entry" ]; then
    if [ -d "./$1" ] && [ ! -L "./$1" ]; then clear_ "$1" "$2"; fi
    cp -a -- "$kept/entry" "$new_path" && fettle_place "$1" || exit
  else
    clear_ "$1" "$2"
  fi
  sync -- .
}
