import type { Action, ShellAction } from '../../core/change.js'
import { clearOldScript, clearScript } from '../../core/restart-marks.js'
import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import beginText from './begin-operation.sh.js'
import unitStateText from './unit-state.sh.js'
import watchText from './watch-operation.sh.js'

export type UnitOperation = 'start' | 'restart' | 'reload'

/** The file in which an operation records what it has started and when, for the watch after it. */
const recordOf = (unit: string): string => `/run/fettle/${unit}.started`

const shared = lines([shellFunctions(refuseText), shellFunctions(unitStateText)])
const beginFunction = lines([shared, shellFunctions(beginText)])
const watchFunction = lines([shared, shellFunctions(watchText)])

/** Starts, restarts or reloads a unit. */
export const begin = (operation: UnitOperation, unit: string): Action => ({
  what: `\`systemctl ${operation} ${unit}\``,
  script: sh`${beginFunction}fettle_begin_operation ${unit} ${operation} ${recordOf(unit)}`,
  long: true,
})

/**
 * Watches that the unit stays active for some seconds; if it does not, the error quotes its
 * journal.
 */
export function watch(operation: UnitOperation, unit: string, stableFor: number): ShellAction {
  const hundredths = stableFor * 100
  const script = lines([
    sh`${watchFunction}fettle_watch_operation ${unit} ${operation} ${recordOf(unit)} ${hundredths}`,
    operation === 'reload' ? clearScript(unit, 'reload') : clearOldScript(unit),
  ])
  return { what: `watching ${unit} after its ${operation}`, script, long: true }
}
