# shellcheck shell=dash

# Says how many KiB of disk a directory takes with everything in it, on its own file system; `none`
# where there is no directory. du(1) counts what two of its arguments share only once, so each path
# gets its own.
fettle_tree_size() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    size_=$(du -skx -- "$1") && echo "${size_%%[!0-9]*}"
  else
    echo none
  fi
}
