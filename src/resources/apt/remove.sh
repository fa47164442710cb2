# shellcheck shell=dash
# Needs: refuse.sh, apt-get.sh.

newline_='
'

# Removes or purges packages. apt removes what depends on a package as well: that is refused here,
# as nobody asked for it. $1: `remove` or `purge`; $2: the packages, for a sentence; the rest are
# their names.
fettle_apt_remove() {
  verb_=$1 shown_=$2
  shift 2
  simulated_=$(fettle_apt_get -s "$verb_" -- "$@") || exit
  others_=$(
    IFS=$newline_
    printf '%s\n' "$simulated_" |
      sed -n -e 's/^Remv \([^ ]*\).*/\1/p' -e 's/^Purg \([^ ]*\).*/\1/p' |
      grep -vxF -e "$*" | tr '\n' ' '
  )
  [ -z "$others_" ] ||
    fettle_refuse "other packages need $shown_ and would be removed too: $others_" \
      'remove those first, or name them here'
  fettle_apt_repaired "$verb_" -- "$@"
}
