import type { Change } from '../../core/change.js'
import { enter } from '../../core/enter.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { keeps, type UndoKind } from '../../core/undo.js'
import { changeFunctions } from './change-tree.js'
import treeAttributesText from './tree-attributes.sh.js'

/** What is kept of a tree: the mode, owner and group of everything in it. */
export interface TreeAttributesKey {
  readonly path: string
}

const functions = lines([changeFunctions, shellFunctions(treeAttributesText)])

/** The mode, owner and group of everything in a directory, itself included. */
export const treeAttributes: UndoKind<TreeAttributesKey> = {
  name: 'tree-attributes',
  keep: ({ path }) => sh`${functions}( ${enter(path)} && fettle_keep_tree )`,
  takeBack({ path }) {
    const entries = sh`${functions}fettle_take_back_entries "$@"`
    return sh`${functions}[ ! -d ${path} ] || ( ${enter(path)} && fettle_take_back_tree ${entries.text} )`
  },
}

/** Listing more entries would take more than is kept of one thing. */
const mostEntries = 500_000

/** How changes of the attributes in a tree are taken back. */
export function undoOfTree(path: string, entries: number): Pick<Change, 'undo' | 'final'> {
  if (entries <= mostEntries) return { undo: [keeps(treeAttributes, { path })] }
  return {
    undo: [],
    final: `there are more entries than the ${String(mostEntries)} whose attributes are kept`,
  }
}
