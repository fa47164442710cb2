# shellcheck shell=dash
# Needs: as-user.sh.

# Runs a command as who owns an environment, or will: a user, $1; where that is empty, whoever owns
# what is at its path, $2, else this user.
fettle_as_venv_owner() {
  runs_as_=$1
  [ -n "$runs_as_" ] || [ ! -d "$2" ] || runs_as_=$(stat -c %u -- "$2")
  shift 2
  cd / && if [ -n "$runs_as_" ]; then fettle_as "$runs_as_" "$@"; else "$@"; fi
}
