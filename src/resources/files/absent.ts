import { z } from 'zod'
import { blocked, change, fine, type Change, type Plan } from '../../core/change.js'
import { counted } from '../../core/counted.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { enter, split } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { absolutePath } from '../../core/schemas.js'
import type { CommonOptions, PlanContext } from '../../core/resource.js'
import { sh, steps } from '../../core/sh.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { treeFact, type TreeEntry } from '../../facts/files/tree.js'
import { removeTree } from './change-tree.js'
import { isTreeKept, keptOf, pathState, undoOf } from './path-state.js'
import { placeTrials } from './place-trials.js'
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
  const summary = isLink ? `remove link to ${entry.target ?? 'nowhere'}` : 'remove file'
  const proves = sh`[ ! -e ${path} ] && [ ! -L ${path} ]`
  return change(summary, [{ script }], {
    proves,
    effect: 'remove',
    ...undoOf(path, entry),
    trials: placeTrials({ path, does: 'remove', uids: [entry.uid] }),
  })
}

/** @param made how many entries earlier changes add to the tree */
function treeRemoval(
  path: string,
  { uid }: PathEntry,
  tree: readonly TreeEntry[],
  made: number,
): Change {
  const { directory, name } = split(path)
  const below = tree.reduce((total, { count }) => total + count, made - 1)
  const removing = removeTree(`./${name}`)
  const script = steps([enter(directory), mayWriteHere, removing, sh`sync -- .`])
  return change(`remove ${directoryWith(below)}`, [{ script, long: true }], {
    effect: 'remove',
    undo: keptOf(path, 'tree'),
    trials: [isTreeKept(path), ...placeTrials({ path, does: 'remove', uids: [uid], tree: [] })],
  })
}

/** A directory with the number of entries in it. */
function directoryWith(entries: number): string {
  if (entries === 0) return 'empty directory'
  return `directory and ${counted(entries, 'entry', 'entries')} in it`
}

/** What is at the path. A tree is read only where a directory may be removed. */
interface Found {
  readonly path: PathEntry | null
  readonly tree?: readonly TreeEntry[] | null
}

function removalPlan(
  path: string,
  { path: entry, tree = null }: Found,
  { madeIn = () => 0 }: PlanContext,
): Plan {
  if (entry === null) return fine('there is no such path')
  if (entry.kind !== 'directory') return [removal(path, entry)]
  if (tree !== null) return [treeRemoval(path, entry, tree, madeIn(path))]
  return blocked(`${path} is a directory`, 'set recurse: true to remove it with everything in it', {
    lacks: [`path:${path}`],
  })
}

/**
 * Ensures that a path does not exist: a file, a link, a socket or, with `recurse`, a directory is
 * removed. Of a link only the link is removed, not its target.
 *
 * To remove something that has its own resource, such as a user, a unit or a package, use
 * `state: 'absent'` of that resource.
 */
export const absent = resource({
  type: 'absent',
  undo: [pathState],
  chapter: 'Files',
  ansible: '`file` with `state: absent`',
  arguments: args<[path: string]>(
    absolutePath.refine((path) => path !== '/', 'must not be the root of everything'),
  ),
  options: options<AbsentOptions>({ recurse: z.boolean().optional() }),
  build(path, { recurse }) {
    const reads = { path: request(pathFact, { path }) }
    const plan = (found: Found, _: object, context: PlanContext): Plan =>
      removalPlan(path, found, context)
    const brings = [`tree:${path}`] as const
    if (recurse !== true) return desired({ reads, joins: 'files', brings, plan })
    return desired({ reads: { ...reads, tree: request(treeFact, path) }, brings, plan })
  },
})
