import type { Action, ShellAction } from '../../core/change.js'
import { clearOldScript, clearScript } from '../../core/restart-marks.js'
import { refuse } from '../../core/refuse.js'
import { lines, sh, type Sh } from '../../core/sh.js'

export type UnitOperation = 'start' | 'restart' | 'reload'

/** Where an operation notes what it has started and when, for the watch that follows it. */
const recordOf = (unit: string): string => `/run/fettle/${unit}.started`

/**
 * Shell for both: what systemd says of the unit, the seconds of the host's clock, and how to fail
 * with the unit's journal since `$since`.
 */
const looking = sh`look() {
  state= result= instance= is=
  for w_ in $(systemctl show -p ActiveState -p Result -p InvocationID -p NRestarts -- "$unit"); do
    case $w_ in ActiveState=*) state=\${w_#*=} ;; Result=*) result=\${w_#*=} ;; InvocationID=*) instance=\${w_#*=} is="$is $w_" ;; *) is="$is $w_" ;; esac
  done
}
clock() { read -r now _ </proc/uptime; now=$((\${now%.*} * 100 + 1\${now#*.} - 100)); }
fail() { journalctl --sync 2>/dev/null || sleep 1; journalctl -u "$unit" --since "@$since" --no-pager -o cat | tail -n 25 >&2; ${refuse(sh`"$1"`, sh`"see its journal: journalctl -u $unit"`)}; }`

/** Starts, restarts or reloads a unit. */
export function begin(operation: UnitOperation, unit: string): Action {
  const script: Sh = lines([
    sh`unit=${unit} operation=${operation} record=${recordOf(unit)} since=$(date +%s)`,
    looking,
    sh`systemctl reset-failed -- "$unit" 2>/dev/null || :
[ "$(systemctl show -p NeedDaemonReload --value -- "$unit")" != yes ] || systemctl daemon-reload || exit
systemctl "$operation" -- "$unit" || fail "$unit did not $operation"
look && clock && (umask 077 && mkdir -p /run/fettle && echo "$since $now$is" >"$record")`,
  ])
  return { on: 'shell', what: `\`systemctl ${operation} ${unit}\``, script, long: true }
}

/**
 * Watches whether what was begun holds for so many seconds; its journal is quoted when it does not.
 */
export function watch(operation: UnitOperation, unit: string, stableFor: number): ShellAction {
  const script: Sh = lines([
    sh`unit=${unit} operation=${operation} record=${recordOf(unit)} stable=${stableFor * 100}`,
    looking,
    sh`read -r since begun was <"$record" && rm -f -- "$record" || exit
while :; do
  look && clock && passed=$((now - begun))
  case $state in
    active|reloading) ;;
    inactive) fail "$unit was inactive $((passed / 100)) s after its $operation: it ended by itself ($result), or a condition of its unit is not met" ;;
    failed) fail "$unit ended $((passed / 100)) s after its $operation ($result)" ;;
    *) fail "$unit was $state ($result) $((passed / 100)) s after its $operation" ;;
  esac
  [ "$is" = " $was" ] || fail "$unit ended and was started again by systemd within $((passed / 100)) s of its $operation"
  left=$((stable - passed))
  [ "$left" -gt 0 ] || break
  [ "$left" -lt 100 ] || left=100
  sleep "$((left / 100)).$((left / 10 % 10))$((left % 10))"
done`,
    operation === 'reload' ? clearScript(unit, 'reload') : clearOldScript(unit),
  ])
  return { on: 'shell', what: `watching ${unit} after its ${operation}`, script, long: true }
}
