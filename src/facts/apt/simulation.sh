# shellcheck shell=dash
# Needs: refuse.sh, apt-get.sh, missing.sh, only.sh.

# Makes one trial, a function with its arguments, in a section of its own:
#
#   @SIMULATION
#   git (
#   libc6 [
#   @status 0
#
# A package with `(` would be installed, one with `[` be brought to another version. Where the status
# is not 0, this is what apt and `fettle_refuse` say.
fettle_apt_try() {
  echo @SIMULATION
  ("$@") 2>&1
  echo "@status $?"
}

# Says which packages apt would install or bring to another version.
changed_() { printf '%s\n' "$simulated_" | sed -n 's/^Inst \([^ ]* .\).*/\1/p'; }

# Tries to install packages. The arguments are options of apt-get, `--`, and names.
fettle_apt_try_install() {
  simulated_=$(fettle_apt_simulated install --no-remove "$@" 2>&1) && changed_ && exit
  failed_=$?
  printf '%s\n' "$simulated_"
  while [ "$1" != -- ]; do shift; done
  shift
  fettle_apt_missing "$@"
  exit $failed_
}

# Tries to remove packages. The arguments are those of `fettle_apt_only`.
fettle_apt_try_remove() {
  fettle_apt_only "$@"
  changed_
}
