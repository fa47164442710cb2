# shellcheck shell=dash
# Needs: as-user.sh, as-owner.sh, as-venv-owner.sh.

# Asks pip what it finds. $1: seconds; $2: who owns the environment; $3: its path; $4: the Python
# that is to make it, empty where the environment has a pip of its own; the rest are words of that
# Python. pip may need temporary files: they lie in memory. Of what it says, only the lines that
# matter stay, since it names every file of an index.
fettle_pip_offers() {
  limit_=$1 owner_=$2 venv_=$3 python_=$4
  shift 4
  set -- env TMPDIR=/dev/shm timeout -k 5 "$limit_" "${python_:-./bin/python}" "$@"
  if [ -n "$python_" ]; then
    fettle_as_venv_owner "$owner_" "$venv_" "$@"
  else
    fettle_as_owner "$(stat -c %u -- "$venv_")" "$venv_" "$@"
  fi </dev/null 2>&1 |
    sed -n '/^package /p; /^Available versions: /p; /^ERROR: No matching /p
      s/^ *\(Could not fetch URL \)/\1/p; s/^ *Skipping link: yanked .*/yanked/p'
}
