import type { Change } from '../../core/change.js'
import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { keeps, type UndoKind } from '../../core/undo.js'
import type { VenvState } from '../../facts/python/venv.js'
import venvText from '../../facts/python/venv.sh.js'
import { keepBeforeMaking, takeBackMaking } from '../files/made-tree.js'
import { isTreeKept } from '../files/path-state.js'
import venvStateText from './venv-state.sh.js'

const functions = lines([
  shellFunctions(refuseText),
  shellFunctions(venvText),
  shellFunctions(venvStateText),
])

/** A virtual environment with all packages in it, or that there is none. */
export const venvState: UndoKind<{ readonly path: string }> = {
  name: 'python.venv',
  keep: ({ path }) => keepBeforeMaking(path),
  takeBack: ({ path }) => takeBackMaking(path, sh`${functions}fettle_refuse_strange ${path}`),
}

/** How a change is taken back, and the trial of that. */
export type VenvUndo = Pick<Change, 'undo' | 'final' | 'trials'>

/** How changes of an environment are taken back: without the network, from a copy of it. */
export function undoOfVenv(path: string, environment: VenvState | null): VenvUndo {
  if (environment === null) return { undo: [keeps(venvState, { path })] }
  if (environment.strange.length > 0)
    return { undo: [], final: 'its directory holds more than the environment, and is not kept' }
  return { undo: [keeps(venvState, { path })], trials: [isTreeKept(path)] }
}
