import { keeps, mostKept, type Kept, type UndoKind } from '../../core/undo.js'
import { enterFunctions, split } from '../../core/enter.js'
import { lines, sh, shellFunctions, steps } from '../../core/sh.js'
import type { Change } from '../../core/change.js'
import { request } from '../../core/later.js'
import { trial, type Trial } from '../../core/trial.js'
import type { PathEntry } from '../../facts/files/path.js'
import { treeSizeFact } from '../../facts/files/tree-size.js'
import openPresentText from './open-present.sh.js'
import pathStateText from './path-state.sh.js'
import { newPath } from './write-file.js'

/** What is kept of a path. */
export interface PathStateKey {
  readonly path: string
  /**
   * - `attributes`: mode, owner and group.
   * - `entry`: also the content of a file, or the target of a link.
   * - `tree`: also everything in a directory.
   */
  readonly what: 'attributes' | 'entry' | 'tree'
}

const functions = lines([
  enterFunctions,
  shellFunctions(openPresentText),
  shellFunctions(pathStateText),
])

/** What is at a path, or that there is nothing. */
export const pathState: UndoKind<PathStateKey> = {
  name: 'path',
  keep({ path, what }) {
    const { directory, name } = split(path)
    return sh`${functions}( fettle_keep_path ${directory} ${name} ${what} ${Math.ceil(mostKept / 1024)} )`
  },
  takeBack({ path }) {
    const { directory, name } = split(path)
    // What a killed change has left beside the path may be a link or a file.
    const beside = steps([newPath(name, 'link'), newPath(name, 'file')])
    // Without the directory there is nothing at the path.
    return sh`${functions}[ ! -d ${directory} ] || ( fettle_enter ${directory} && ${beside} && fettle_take_back_path ${name} ${path} )`
  },
}

/** What a change of a path keeps. */
export const keptOf = (path: string, what: PathStateKey['what'] = 'entry'): readonly Kept[] => [
  keeps(pathState, { path, what }),
]

const tooLarge = `it is larger than the ${String(mostKept / 1024 / 1024)} MiB that are kept`

/** How a change of a file is taken back; one that is too large to be kept cannot be. */
export function undoOf(path: string, entry: PathEntry | null): Pick<Change, 'undo' | 'final'> {
  if (entry?.kind !== 'file' || entry.size <= mostKept) return { undo: keptOf(path) }
  return { undo: [], final: tooLarge }
}

/** Finds out whether a directory is too large to be kept with everything in it. */
export const isTreeKept = (path: string): Trial =>
  trial(
    request(treeSizeFact, path),
    (size) => (size !== null && size * 1024 > mostKept ? { final: tooLarge } : null),
    { needs: [], informs: true },
  )
