# shellcheck shell=dash
# shellcheck disable=SC2034

# Whether what seems not to be there, $1, may only be hidden from this user: the nearest directory
# above it that exists may not be entered. How many names it is above stands in $up_.
fettle_is_hidden() {
  above_=$1 up_=0
  while [ ! -e "$above_" ] && [ ! -L "$above_" ]; do
    above_=${above_%/*} up_=$((up_ + 1))
    above_=${above_:-/}
  done
  [ -d "$above_" ] && [ ! -x "$above_" ]
}
