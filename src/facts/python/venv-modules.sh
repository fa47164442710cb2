# shellcheck shell=dash
# Needs: as-user.sh.

# Whether a Python, $2, has what makes an environment at a path, $4.
# $1: seconds; $3: who runs it, empty for whoever owns what is at the path, else this user. The answer
# is what Python says; it writes no caches.
fettle_has_venv() {
  runs_as_=$3
  [ -n "$runs_as_" ] || [ ! -d "$4" ] || runs_as_=$(stat -c %u -- "$4")
  set -- timeout -k 5 "$1" "$2" -I -B -c 'import venv, ensurepip'
  cd / && if [ -n "$runs_as_" ]; then fettle_as "$runs_as_" "$@"; else "$@"; fi
}
