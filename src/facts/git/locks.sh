# shellcheck shell=dash
# Finds the locks of a git directory, and who may hold them; as the owner of a checkout, in it. This
# text is quoted as a word of another script, in which each single quote takes four bytes: so it has
# none.
# shellcheck disable=SC2034

newline_="
"

lock_() { [ ! -e "$1" ] || locks_="$locks_$1$newline_"; }
locks_below_() {
  for entry_ in "$1"/*; do
    case $entry_ in
    *.lock) lock_ "$entry_" ;;
    *) [ ! -d "$entry_" ] || [ -L "$entry_" ] || locks_below_ "$entry_" ;;
    esac
  done
}

# Whether a process, by its directory in /proc, is a git that has not ended: $number_.
is_git_() {
  { read -r number_ command_ status_ _ <"$1/stat"; } 2>/dev/null || return
  case $command_$status_ in
  "(git"*[ZX]) return 1 ;;
  "(git"*) ;;
  *) return 1 ;;
  esac
}

# Finds a git that may still work here: $holder_, its number. One of another user, whose directory
# cannot be seen, may.
find_holder_() {
  here_=$(pwd -P)
  for process_ in /proc/[0-9]*; do
    is_git_ "$process_" || continue
    if works_in_=$(readlink "$process_/cwd" 2>/dev/null); then
      case $works_in_/ in "$here_"/*) ;; *) continue ;; esac
    else
      is_git_ "$process_" || continue
    fi
    holder_=$number_
    return
  done
}

# Finds the locks of a git directory, $1: $locks_, a line for each. Whether a git still works here
# matters only where there are some.
fettle_find_locks() {
  locks_=
  holder_=
  for entry_ in "$1"/*.lock; do lock_ "$entry_"; done
  locks_below_ "$1/refs"
  [ -z "$locks_" ] || find_holder_
}
