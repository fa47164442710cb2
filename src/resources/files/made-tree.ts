import { enter, split } from '../../core/enter.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import { removeTree } from './change-tree.js'
import { pathState } from './path-state.js'

/** Keeps what is at the path of a directory that a change makes: mostly nothing. */
export const keepBeforeMaking = (path: string): Sh => pathState.keep({ path, what: 'tree' })

/**
 * Removes a directory that a change has made, with everything in it, and brings back what was there.
 * @param unlessOthers shell that refuses where the directory holds what the change has not brought
 */
export function takeBackMaking(path: string, unlessOthers: Sh): Sh {
  const { directory, name } = split(path)
  const remove = steps([enter(directory), removeTree(`./${name}`), sh`sync -- .`])
  return sh`if [ -d ${path} ]; then ( ${unlessOthers} ) || exit; fi
if [ -n "$(ls -A -- "$kept")" ]; then ${pathState.takeBack({ path, what: 'tree' })}
elif [ -d ${path} ]; then ( ${remove} ); fi`
}
