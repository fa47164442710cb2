# shellcheck shell=dash
# Says why an action fails: refuse.ts finds these sentences in what it has printed.

# Ends the shell with status 1. $1: the reason; $2, where there is one: what to do about it.
#   fettle: /srv/app is a symbolic link
#   fettle, remedy: run again
fettle_refuse() {
  printf 'fettle: %s\n' "$1" >&2
  [ $# = 1 ] || printf 'fettle, remedy: %s\n' "$2" >&2
  exit 1
}
