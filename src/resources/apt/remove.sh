# shellcheck shell=dash
# Needs: refuse.sh, apt-get.sh, only.sh.

# Removes or purges packages, and no others. The arguments are those of `fettle_apt_only`.
fettle_apt_remove() {
  fettle_apt_only "$@"
  verb_=$1
  shift 2
  fettle_apt_repaired "$verb_" -- "$@"
}
