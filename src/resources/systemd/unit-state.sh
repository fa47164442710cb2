# shellcheck shell=dash
# What begin-operation.sh and watch-operation.sh share.
#
# Needs: refuse.sh.
# shellcheck disable=SC2034,SC2154

# Reads what systemd says of $unit_: $state_, $result_, $instance (its InvocationID), and $run_, which
# tells one run of it from another.
look_() {
  state_='' result_='' instance='' run_=''
  for word_ in $(
    systemctl show -p ActiveState -p Result -p InvocationID -p NRestarts -- "$unit_"
  ); do
    case $word_ in
    ActiveState=*) state_=${word_#*=} ;;
    Result=*) result_=${word_#*=} ;;
    InvocationID=*) instance=${word_#*=} run_="$run_ $word_" ;;
    *) run_="$run_ $word_" ;;
    esac
  done
}

# Reads the host's clock: $now_, in hundredths of a second.
clock_() {
  read -r now_ _ </proc/uptime
  now_=$((${now_%.*} * 100 + 1${now_#*.} - 100))
}

# Ends with a reason, $1, and with the unit's journal since it was begun.
fail_() {
  journalctl --sync 2>/dev/null || sleep 1
  journalctl -u "$unit_" --since "@$since_" --no-pager -o cat | tail -n 25 >&2
  fettle_refuse "$1" "see its journal: journalctl -u $unit_"
}
