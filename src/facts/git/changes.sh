# shellcheck shell=dash
# Which tracked files are not as the commit gives them. This text is quoted as a word of another
# script, in which each single quote takes four bytes: so it has none.

newline_="
"

# The tracked files that differ, in git-status(1)'s format v2. Submodules are asked by themselves.
# It takes the place of the shell that calls it: for `$(…)` only.
fettle_tracked_state() {
  exec git status --porcelain=v2 --branch --no-ahead-behind --untracked-files=no --no-renames \
    --ignore-submodules=all
}

# Whether a file, $1, holds the bytes that a checkout of HEAD writes.
fettle_is_given() {
  [ -f "$1" ] && [ ! -L "$1" ] &&
    git cat-file --filters "HEAD:$1" 2>/dev/null | cmp -s - "$1"
}

# Says a line for each file, of what fettle_tracked_state printed, $1, that is not as the commit
# gives it. $2 stands before each path.
#
#   changed app.py
#
# git calls some files modified right after it has written them, and no checkout mends that: CRLF
# that was committed under `text eol=lf`, an expanded `$Id$`, a filter that is not the inverse of
# the other. Such a file is what the commit gives if it holds the bytes that a checkout writes.
fettle_changed() {
  prefix_=$2 IFS=$newline_
  set -f
  # shellcheck disable=SC2086
  set -- $1
  set +f
  unset IFS
  for line_; do
    case $line_ in
    "1 "*) file_=${line_#1 * * * * * * * } ;;
    "u "*) file_=${line_#u * * * * * * * * * } ;;
    *) continue ;;
    esac
    case $line_ in
    "1 .M N... "*)
      # The modes of the index and of the file are the same.
      modes_=${line_#1 .M N... ?????? }
      case $modes_ in
      "${modes_%% *} ${modes_%% *} "*) ! fettle_is_given "$file_" || continue ;;
      esac
      ;;
    esac
    printf "changed %s\n" "$prefix_$file_"
  done
}
