# shellcheck shell=dash
# Looks at what is at a checkout's path, and has it inspected as its owner.
#
# Set before: inspection (the script for that).
# Needs: as-user.sh, as-owner.sh.
# shellcheck disable=SC2154

# $1: seconds for git as another user; $2: the path; the rest are for the inspection. The answer
# begins with who owns the checkout:
#
#   owner deploy 1000
#
# Status 90: there is no git; 92: nothing is there, or an empty directory; 93: it is no directory;
# 94: the directory holds other things; 124: git took too long.
fettle_checkout() {
  command -v git >/dev/null || return 90
  if [ ! -e "$2" ] && [ ! -L "$2" ]; then return 92; fi
  [ -d "$2" ] || return 93
  if [ ! -e "$2/.git" ]; then
    list_=$(ls -A -- "$2") || return
    [ -z "$list_" ] && return 92
    return 94
  fi
  found_=$(stat -c '%U %u' -- "$2/.git") && printf 'owner %s\n' "$found_" || return
  limit_=$1 checkout_=$2
  shift 2
  case $found_ in
  'UNKNOWN '[0-9]*) found_=${found_#* } ;;
  *) found_=${found_% *} ;;
  esac
  set -- sh -c "$inspection" - "$@"
  [ "${USER-}" = "$found_" ] || set -- timeout -k 5 "$limit_" "$@"
  fettle_as_owner "$found_" "$checkout_" "$@"
}
