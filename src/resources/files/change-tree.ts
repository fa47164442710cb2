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

/**
 * Gives everything in the tree, its top included, an owner (`name`) or a group (`:name`). Links are
 * changed themselves.
 */
export function chownTree(whom: string): Sh {
  const differs = whom.startsWith(':') ? ['-group', whom.slice(1)] : ['-user', whom]
  const change = sh`${chownFunctions}fettle_chown_paths ${whom} "$@"`
  return sh`find . -xdev ! ${differs} -exec sh -c ${change.text} sh {} +`
}

/** Gives the files or directories of the tree that have one mode another. */
export function chmodTree(kind: 'file' | 'directory', from: number, to: number): Sh {
  const type = kind === 'file' ? 'f' : 'd'
  const change = sh`${chmodFunctions}fettle_chmod_paths ${exactly(to)} ${`-${type}`} "$@"`
  return sh`find . -xdev -type ${type} -perm ${modeText(from)} -exec sh -c ${change.text} sh {} +`
}

/** Removes `here`, a directory below the present one, with everything in it. */
export const removeTree = (here: string): Sh => sh`${removeFunctions}fettle_remove_tree ${here}`
