# shellcheck shell=dash
# Needs: refuse.sh, apt-get.sh.

newline_='
'

# Simulates the removal of packages, and ends where apt would remove others as well, which depend on
# them: nobody asked for that. $1: `remove` or `purge`; $2: the packages, for a sentence; the rest are
# their names. `simulated_` is what apt says.
fettle_apt_only() {
  verb_=$1 shown_=$2
  shift 2
  simulated_=$(fettle_apt_simulated "$verb_" -- "$@") || exit
  others_=$(
    IFS=$newline_
    fettle_apt_others "$simulated_" "$*"
  )
  [ -z "$others_" ] ||
    fettle_refuse "other packages need $shown_ and would be removed too: $others_" \
      'remove those first, or name them here'
}
