# shellcheck shell=dash
# Needs: as-user.sh.

# Runs a command in a directory, $2, as the owner, $1, of what lies there. Another user can do there
# what he can do anyway; root runs nothing in a directory of another user, wherever the path has
# led. Status 95: it is another user's.
fettle_as_owner() {
  owner_=$1
  cd -- "$2" || return
  case $owner_ in
  0 | root)
    [ -O . ] || {
      echo 'root runs nothing in a directory of another user' >&2
      return 95
    }
    ;;
  esac
  shift 2
  fettle_as "$owner_" "$@"
}
