import refuseText from '../../core/refuse.sh.js'
import { modeText } from '../../core/mode.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import chmodPathsText from './chmod-paths.sh.js'
import chownPathsText from './chown-paths.sh.js'
import inTreeText from './in-tree.sh.js'
import removeTreeText from './remove-tree.sh.js'
import { exactly } from './write-file.js'

// Shell for the tree of which the shell is in the top directory.

const inTree = lines([shellFunctions(refuseText), shellFunctions(inTreeText)])
const chownFunctions = lines([inTree, shellFunctions(chownPathsText)])
const chmodFunctions = lines([inTree, shellFunctions(chmodPathsText)])
/** For shell files that change attributes of entries as the functions below do. */
export const changeFunctions = lines([chownFunctions, chmodFunctions])
const removeFunctions = lines([inTree, shellFunctions(removeTreeText)])

/** What find(1) takes for the entries of an owner (`name`) or a group (`:name`). */
const having = (whom: string): readonly string[] =>
  whom.startsWith(':') ? ['-group', whom.slice(1)] : ['-user', whom]

/** The same for the entries of others. */
export const otherThan = (whom: string): readonly string[] => ['!', ...having(whom)]

/** The same for the files or directories that have a mode. */
export const havingMode = (kind: 'file' | 'directory', mode: number): readonly string[] => [
  '-type',
  kind === 'file' ? 'f' : 'd',
  '-perm',
  modeText(mode),
]

/** The same for the entries that one of some tests is for. */
export const eitherOf = (tests: readonly (readonly string[])[]): readonly string[] => [
  '(',
  ...tests.flatMap((test, index) => (index === 0 ? test : ['-o', ...test])),
  ')',
]

/**
 * Gives everything in the tree, its top included, an owner (`name`) or a group (`:name`). Links are
 * changed themselves.
 */
export function chownTree(whom: string): Sh {
  const change = sh`${chownFunctions}fettle_chown_paths ${whom} "$@"`
  return sh`find . -xdev ! ${having(whom)} -exec sh -c ${change.text} sh {} +`
}

/** Gives the files or directories of the tree that have one mode another. */
export function chmodTree(kind: 'file' | 'directory', from: number, to: number): Sh {
  const change = sh`${chmodFunctions}fettle_chmod_paths ${exactly(to)} ${kind === 'file' ? '-f' : '-d'} "$@"`
  return sh`find . -xdev ${havingMode(kind, from)} -exec sh -c ${change.text} sh {} +`
}

/** Removes `here`, a directory below the present one, with everything in it. */
export const removeTree = (here: string): Sh => sh`${removeFunctions}fettle_remove_tree ${here}`
