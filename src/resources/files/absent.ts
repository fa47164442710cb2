import { z } from 'zod'
import { blocked, fine, type Change, type Plan } from '../../core/change.js'
import { counted } from '../../core/counted.js'
import { enter, split } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { absolutePath, checked, checkedId } from '../../core/options.js'
import { bare } from '../../core/definition.js'
import type { CommonOptions, Resource } from '../../core/resource.js'
import { sh, steps } from '../../core/sh.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { treeFact, type TreeEntry } from '../../facts/files/tree.js'
import { removeTree } from './change-tree.js'
import { mayWriteHere } from './write-file.js'

export interface AbsentOptions extends CommonOptions {
  /**
   * Remove a directory with everything in it, on its own file system only. Links are removed, and
   * never what they point to. Default false: a directory is refused.
   */
  readonly recurse?: boolean
}

function removal(path: string, entry: PathEntry): Change {
  const { directory, name } = split(path)
  const here = `./${name}`
  const isLink = entry.kind === 'link'
  const script = steps([enter(directory), mayWriteHere, sh`rm -f -- ${here}`, sh`sync -- .`])
  return {
    summary: isLink ? `remove link to ${entry.target ?? 'nowhere'}` : 'remove file',
    proof: 'facts',
    actions: [{ script }],
    proves: sh`[ ! -e ${path} ] && [ ! -L ${path} ]`,
  }
}

function treeRemoval(path: string, tree: readonly TreeEntry[]): Change {
  const { directory, name } = split(path)
  const below = tree.reduce((total, { count }) => total + count, -1)
  const removing = removeTree(`./${name}`)
  const script = steps([enter(directory), mayWriteHere, removing, sh`sync -- .`])
  return {
    summary: `remove ${directoryWith(below)}`,
    proof: 'facts',
    actions: [{ script, long: true }],
  }
}

/** A directory with the number of entries in it. */
function directoryWith(entries: number): string {
  if (entries === 0) return 'empty directory'
  return `directory and ${counted(entries, 'entry', 'entries')} in it`
}

const shape = { recurse: z.boolean().optional() }

/**
 * Ensures that a path does not exist: a file, a link, a socket or, with `recurse`, a directory is
 * removed. Of a link only the link is removed, not its target.
 *
 * To remove something that has its own resource, such as a user, a unit or a package, use
 * `state: 'absent'` of that resource.
 */
export function absent(path: string, options: AbsentOptions = {}): Resource {
  checkedId(
    'absent',
    path,
    absolutePath.refine((given) => given !== '/', 'must not be the root of everything'),
  )
  checked('absent', path, options, shape)
  const plan = (entry: PathEntry | null, tree: readonly TreeEntry[] | null): Plan => {
    if (entry === null) return fine('there is no such path')
    if (entry.kind !== 'directory') return [removal(path, entry)]
    if (tree !== null) return [treeRemoval(path, tree)]
    return blocked(`${path} is a directory`, 'set recurse: true to remove it with everything in it')
  }
  const reads = { path: request(pathFact, { path }) }
  if (options.recurse === true) {
    return bare({
      type: 'absent',
      id: path,
      options,
      reads: { ...reads, tree: request(treeFact, path) },
      plan: ({ path: entry, tree }) => plan(entry, tree),
    })
  }
  return bare({
    type: 'absent',
    id: path,
    options,
    reads,
    joins: 'files',
    plan: ({ path: entry }) => plan(entry, null),
  })
}
