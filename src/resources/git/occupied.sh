# shellcheck shell=dash
# Set before: wanted_commit.
# shellcheck disable=SC2154

# Whether no directory of a path, $1, is a link: what lies behind one is not in the checkout.
is_here_() {
  directory_=$1
  while case $directory_ in */*) ;; *) return 0 ;; esac; do
    directory_=${directory_%/*}
    [ ! -L "$directory_" ] || return
  done
}

# Whether a file, $1, is what the commit has there.
is_same_() {
  [ -f "$1" ] && [ ! -L "$1" ] &&
    [ "$(git hash-object -- "$1")" = "$(git rev-parse --quiet --verify "$wanted_commit:$1")" ]
}

# Says in the place of which of the files that a commit adds there is something else, each with a
# NUL behind it.
fettle_list_occupied() {
  for file_; do
    [ -L "$file_" ] || { [ -e "$file_" ] && [ ! -d "$file_" ]; } || continue
    ! is_here_ "$file_" || is_same_ "$file_" || printf "%s\0" "$file_"
  done
}
