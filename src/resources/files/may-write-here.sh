# shellcheck shell=dash
# Refuses a directory in which this user can change nothing.
# Needs: refuse.sh, enter.sh.
# shellcheck disable=SC2154

# Ends where this user may not write to the directory that the shell has entered: programs would
# tell it of a file that nobody knows.
fettle_may_write_here() {
  [ -w . ] || fettle_refuse "$(id -un) may not write to ${entered_:-/}"
}
