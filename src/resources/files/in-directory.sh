# shellcheck shell=dash
# Chooses who runs a script in a directory that the shell has entered.
# Needs: refuse.sh.

# For running a script in the present directory as its owner, who is left in $runs_as: git and
# Python execute what lies in it. What is made in a directory that is closed to others is closed to
# them too. Root runs nothing in a directory of another user.
# $1: the directory's path, for sentences; $2: who runs the script, empty for whoever owns it.
fettle_choose_runner() {
  case $(stat -c %a .) in *0) umask 027 ;; esac
  runs_as=$2
  [ -n "$runs_as" ] || runs_as=$(stat -c %u .)
  case $runs_as in
  0 | root)
    [ "$(stat -c %u .)" = 0 ] ||
      fettle_refuse "$1 belongs to another user, and root runs nothing there" 'give it an owner'
    ;;
  esac
}
