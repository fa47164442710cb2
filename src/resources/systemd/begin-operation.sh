# shellcheck shell=dash
# Needs: refuse.sh, unit-state.sh.
# shellcheck disable=SC2034,SC2154

# Has systemd do something, $2, with a unit, $1. Notes in a file, $3, when it was begun and what
# runs then, for the watch that follows:
#
#   1764464651 123456 NRestarts=0 InvocationID=5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e
fettle_begin_operation() {
  unit_=$1 since_=$(date +%s)
  systemctl reset-failed -- "$unit_" 2>/dev/null || :
  [ "$(systemctl show -p NeedDaemonReload --value -- "$unit_")" != yes ] ||
    systemctl daemon-reload || exit
  systemctl "$2" -- "$unit_" || fail_ "$unit_ did not $2"
  look_ && clock_ && (umask 077 && mkdir -p /run/fettle && echo "$since_ $now_$run_" >"$3")
}
