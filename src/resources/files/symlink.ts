import { z } from 'zod'
import { blocked, change, fine, type Change, type Plan } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { enter, split } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { absolutePath, line } from '../../core/schemas.js'
import { refuse } from '../../core/refuse.js'
import type { CommonOptions } from '../../core/resource.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import { missingParentFact, type MissingParent } from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { treeFact, type TreeEntry } from '../../facts/files/tree.js'
import { blockedBy } from './file-changes.js'
import { puttingTrials } from './file-trials.js'
import { keptOf, pathState, undoOf } from './path-state.js'
import { mayWriteHere, newPath, placeNew } from './write-file.js'

export interface SymlinkOptions extends CommonOptions {
  /**
   * The target of the link, exactly as written: an absolute path, or one relative to the link's
   * directory. It need not exist.
   */
  readonly target: string
  /**
   * Replace a file or an empty directory in the link's place. A directory with anything in it is
   * never removed. Default false: anything but a link is refused.
   */
  readonly force?: boolean
}

/** Creates a link where there is nothing: ln(1) fails if something has appeared meanwhile. */
function creation(path: string, target: string): Change {
  const { directory, name } = split(path)
  const linking = sh`ln -sT -- ${target} ${`./${name}`}`
  const script = steps([enter(directory), mayWriteHere, linking, sh`sync -- .`])
  return change(`create link to ${target}`, [{ script }], {
    effect: 'create',
    link: { path, target },
    undo: keptOf(path),
    trials: puttingTrials({ path, does: 'make' }),
  })
}

/**
 * Replaces what is there by rename(2), so that the path always exists; only an empty directory must
 * be removed first.
 */
function replacement(path: string, target: string, entry: PathEntry, summary: string): Change {
  const { kind } = entry
  const { directory, name } = split(path)
  const here = `./${name}`
  const script = steps([
    enter(directory),
    mayWriteHere,
    newPath(name, 'link'),
    sh`ln -sT -- ${target} "$new_path"`,
    sh`if ! { ${isStill(kind, here)}; }; then ${refuse(`${path} was replaced meanwhile`)}; fi`,
    kind === 'directory' ? sh`rmdir -- ${here}` : undefined,
    placeNew(name),
  ])
  const trials = puttingTrials({ path, does: 'replace', uids: [entry.uid] })
  return change(summary, [{ script }], { link: { path, target }, ...undoOf(path, entry), trials })
}

/** Shell that succeeds if the path is still what is to be replaced. */
function isStill(kind: PathEntry['kind'], here: string): Sh {
  if (kind === 'link') return sh`[ -L ${here} ]`
  const test = kind === 'file' ? sh`[ -f ${here} ]` : sh`[ -d ${here} ]`
  return sh`[ ! -L ${here} ] && ${test}`
}

const isEmpty = (tree: readonly TreeEntry[] | null): boolean =>
  tree?.length === 1 && tree[0]?.count === 1

/** The plan for anything but a link at the path. */
function inItsPlace(
  path: string,
  { target, force }: SymlinkOptions,
  entry: PathEntry,
  tree: readonly TreeEntry[] | null,
): Plan {
  const { kind } = entry
  const lacks = [`path:${path}`] as const
  if (kind !== 'file' && kind !== 'directory')
    return blocked(
      `${path} is neither a link nor a file nor a directory`,
      'remove it, or choose another path',
      { lacks },
    )
  const isFile = kind === 'file'
  if (force !== true)
    return blocked(
      `${path} is a ${kind}`,
      `set force: true to replace ${isFile ? 'it' : 'an empty one'}, remove it, or choose another path`,
      { lacks },
    )
  if (kind === 'directory' && !isEmpty(tree))
    return blocked(
      `${path} is a directory that is not empty`,
      'move what is in it elsewhere, or choose another path',
      { lacks: [`tree:${path}`] },
    )
  const summary = `replace ${isFile ? 'file' : 'empty directory'} by a link to ${target}`
  return [replacement(path, target, entry, summary)]
}

/** What is at the path. A tree is read only with `force`. */
interface Found {
  readonly path: PathEntry | null
  readonly missingParent: MissingParent | null
  readonly tree?: readonly TreeEntry[] | null
}

function linkPlan(
  path: string,
  options: SymlinkOptions,
  { path: entry, missingParent, tree = null }: Found,
): Plan {
  const { target } = options
  if (entry === null) {
    const made = [creation(path, target)]
    return missingParent === null ? made : blockedBy(missingParent, path, made)
  }
  if (entry.kind !== 'link') return inItsPlace(path, options, entry, tree)
  if (entry.target === target) return fine(`it points to ${target}`)
  const summary = `target ${entry.target ?? 'unknown'} → ${target}`
  return [replacement(path, target, entry, summary)]
}

/**
 * A symbolic link. One with another target is replaced by a rename, so that readers find either the
 * old target or the new one. The link belongs to the acting user; its mode has no meaning. Missing
 * parents are not created (use `directory`), and the target is not changed.
 */
export const symlink = resource({
  type: 'symlink',
  undo: [pathState],
  chapter: 'Files',
  ansible: '`file` with `state: link`',
  arguments: args<[path: string]>(absolutePath),
  options: options<SymlinkOptions>({ target: line, force: z.boolean().optional() }),
  conflict: (path, { target }) => (target === path ? 'target is the link itself' : undefined),
  build(path, options) {
    const reads = {
      path: request(pathFact, { path }),
      missingParent: request(missingParentFact, path),
    }
    const plan = (found: Found): Plan => linkPlan(path, options, found)
    const brings = [`tree:${path}`] as const
    if (options.force !== true) return desired({ reads, brings, plan })
    // Only a directory has a tree: for a link or a file, reading it costs nothing.
    return desired({ reads: { ...reads, tree: request(treeFact, path) }, brings, plan })
  },
})
