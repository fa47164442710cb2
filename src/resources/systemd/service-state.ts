import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import type { UndoKind } from '../../core/undo.js'
import serviceStateText from './service-state.sh.js'

const functions = lines([shellFunctions(refuseText), shellFunctions(serviceStateText)])

/** Whether a unit is active, enabled and masked; its file is not kept. */
export const serviceState: UndoKind<string> = {
  name: 'unit',
  keep: (unit) => sh`${functions}fettle_keep_unit ${unit}`,
  takeBack: (unit) => sh`${functions}fettle_take_back_unit ${unit}`,
}
