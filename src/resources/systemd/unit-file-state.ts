import { sh } from '../../core/sh.js'
import type { UndoKind } from '../../core/undo.js'
import { pathState } from '../files/path-state.js'

/** The file of a unit, by its path; systemd loads what is brought back. */
export const unitFileState: UndoKind<string> = {
  name: 'unit-file',
  keep: (path) => pathState.keep({ path, what: 'entry' }),
  takeBack: (path) =>
    sh`{ ${pathState.takeBack({ path, what: 'entry' })}; } && systemctl daemon-reload`,
}
