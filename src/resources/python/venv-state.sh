# shellcheck shell=dash
# Needs: refuse.sh, venv.sh.

# Refuses where the directory of an environment, $1, holds more than that.
fettle_refuse_strange() {
  strange_found_=$(fettle_list_strange "$1")
  [ -z "$strange_found_" ] || {
    printf '%s\n' "$strange_found_" >&2
    fettle_refuse "$1 holds more than a virtual environment, which would be lost" \
      'move that elsewhere'
  }
}
