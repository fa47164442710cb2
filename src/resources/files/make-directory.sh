# shellcheck shell=dash
# Makes a directory with its missing parents, in the directory that the shell has entered. Each is
# made in the directory that the shell is in and entered at once, so that a link which is put in its
# place leads root nowhere. Until the last one is complete, only the user who acts may enter it.
# What fails leaves none of the new ones behind.
# Needs: refuse.sh, enter.sh, may-write-here.sh.
# shellcheck disable=SC2154

# Removes `a/b/c` below the present directory, the last one first, as far as they are there.
remove_made_() {
  made_name_=${1%%/*}
  case $1 in
  */*) (fettle_enter_child "$made_name_" 2>/dev/null && remove_made_ "${1#*/}") ;;
  esac
  rmdir -- "./$made_name_" 2>/dev/null
}

undo_making_() {
  cd /proc/self/fd/9 && entered_=$made_in_ && remove_made_ "$made_"
}

# Makes `a/b/c` and enters it.
fettle_make_directories() {
  fettle_may_write_here &&
    made_in_=$entered_ made_=$1 &&
    exec 9<. &&
    trap undo_making_ EXIT &&
    trap 'exit 143' TERM INT HUP || return
  left_=$1
  while :; do
    made_name_=${left_%%/*}
    case $left_ in */*) umask 022 ;; *) umask 077 ;; esac
    mkdir -- "./$made_name_" && fettle_enter_child "$made_name_" || return
    case $left_ in */*) left_=${left_#*/} ;; *) return 0 ;; esac
  done
}

# The last one is complete: they stay.
fettle_keep_directories() {
  trap - EXIT TERM INT HUP && exec 9<&- && umask 022
}
