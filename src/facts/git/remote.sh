# shellcheck shell=dash
# Needs: as-user.sh.

# Asks a repository what it has. $1: seconds for the answer; $2: who asks; empty for the owner of
# what is at a path, $3, else for the session's user; the rest are git-ls-remote(1)'s. Status 90:
# there is no git; 124: it took too long.
fettle_remote() {
  command -v git >/dev/null || return 90
  limit_=$1 owner_=$2
  [ -n "$owner_" ] || owner_=$(
    stat -c %U -- "$3/.git" 2>/dev/null || stat -c %U -- "$3" 2>/dev/null || id -un
  )
  shift 3
  cd / && fettle_as "$owner_" timeout -k 5 "$limit_" git ls-remote -- "$@"
}
