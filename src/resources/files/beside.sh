# shellcheck shell=dash
# Makes a thing beside its place, in the directory that the shell has entered, and renames it.
# Answers: $new_path, the path of the new one, below that directory.

# Chooses the path, and has what is there removed whenever the shell ends. The names begin in the
# same way for each change of this thing, so that what a killed one has left is found and removed.
# $1: their beginning; $2: what the new one is, `-f` a file or `-L` a link.
fettle_new_path() {
  for left_over_ in "$1"*; do
    if test "$2" "$left_over_"; then rm -f -- "$left_over_"; fi
  done &&
    new_path=$(mktemp -u -- "$1XXXXXXXX") &&
    trap 'rm -f -- "$new_path"' EXIT &&
    trap 'exit 143' TERM INT HUP
}

# The new one takes the place of what is there. $1: its name.
fettle_place() {
  mv -fT -- "$new_path" "./$1" && trap - EXIT && sync -- .
}
