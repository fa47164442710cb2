import { z } from 'zod'
import { blocked, change, fine, type Change, type Plan } from '../../core/change.js'
import { counted } from '../../core/counted.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { enter } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { isAbsoluteMode, mode, modeText, resolveMode, type Mode } from '../../core/mode.js'
import { absolutePath } from '../../core/schemas.js'
import type { CommonOptions, PlanContext } from '../../core/resource.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import {
  missingParentFact,
  parentsOf,
  type MissingParent,
} from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { treeFact, type TreeEntry } from '../../facts/files/tree.js'
import { account, attributeDifferences, isAccount } from './attributes.js'
import { chmodTree, chownTree, eitherOf, havingMode, otherThan } from './change-tree.js'
import { blockedBy } from './file-changes.js'
import { adjustingTrials, puttingTrials } from './file-trials.js'
import { makeDirectory } from './make-directory.js'
import { withAttributes } from './new-attributes.js'
import { keptOf, pathState } from './path-state.js'
import type { PlaceUse } from './place-trials.js'
import { treeAttributes, undoOfTree } from './tree-attributes.js'
import { exactly, owned } from './write-file.js'

export interface DirectoryOptions extends CommonOptions {
  /**
   * Permissions, as for `file`. Default: 0755 for a new directory; an existing one keeps its own.
   * An octal mode sets all twelve bits, including setgid.
   */
  readonly mode?: Mode
  /** Name or id. Default: the acting user for a new directory; an existing one keeps its owner. */
  readonly owner?: string | number
  /**
   * Name or id. Default: for a new directory the user's group (below a setgid directory, that
   * directory's); an existing one keeps its own.
   */
  readonly group?: string | number
  /**
   * Apply owner, group and mode to everything below too, on the same file system. Links are changed
   * themselves and never followed; sockets, named pipes and devices keep their mode. The mode must
   * then be in symbols (`'u=rwX,go=rX'`), because one number cannot be right for both files and
   * directories. Default false.
   */
  readonly recurse?: boolean
}

const newMode = 0o755

/** The parents of a path, starting with the first one that is missing. */
const parentsFrom = (path: string, firstMissing: string): readonly string[] =>
  parentsOf(path).filter((parent) => parent.length >= firstMissing.length)

function creation(
  path: string,
  { mode, owner, group }: DirectoryOptions,
  missingParent: MissingParent | null,
  { makes = () => false }: PlanContext,
): Change {
  const parents = missingParent === null ? [] : parentsFrom(path, missingParent.path)
  const own = parents.filter((parent) => !makes(`path:${parent}`))
  // Without a given mode, the directory above decides about the setgid bit.
  const bits = mode === undefined ? undefined : resolveMode(mode, newMode, true)
  const complete = steps([owned(owner, group, '.'), settingMode(bits)])
  const script = makeDirectory(path, missingParent?.path ?? null, complete)
  const made = withAttributes('create directory', { mode: bits, owner, group })
  const alsoMade = own.length === 0 ? '' : `, and its parents ${own.join(', ')}`
  return change(`${made}${alsoMade}`, [{ script }], {
    effect: 'create',
    undo: [...parents, path].flatMap((each) => keptOf(each, 'attributes')),
    brings: [path, ...own].map((each) => `path:${each}` as const),
    trials: puttingTrials({ path: parents[0] ?? path, upTo: path, does: 'make', owner, group }),
  })
}

/** Sets the mode of the current directory, which is new. */
function settingMode(mode: number | undefined): Sh {
  // Without a given mode, a setgid bit that was inherited from the parent is kept.
  return mode === undefined ? sh`chmod -- go+rx .` : sh`chmod -- ${exactly(mode)} .`
}

const sum = (entries: readonly TreeEntry[]): number =>
  entries.reduce((total, { count }) => total + count, 0)
const countedEntries = (count: number): string => counted(count, 'entry', 'entries')

interface WrongMode {
  readonly entry: TreeEntry & { readonly kind: 'file' | 'directory' }
  readonly wanted: number
}

/**
 * Whether the mode of an entry is managed. That of a socket decides who may connect, and belongs to
 * its creator.
 */
const hasMode = (entry: TreeEntry): entry is WrongMode['entry'] =>
  entry.kind === 'file' || entry.kind === 'directory'

const hasWrongOwner = ({ owner }: DirectoryOptions, entry: TreeEntry): boolean =>
  owner !== undefined && !isAccount(owner, entry.owner, entry.uid)
const hasWrongGroup = ({ group }: DirectoryOptions, entry: TreeEntry): boolean =>
  group !== undefined && !isAccount(group, entry.group, entry.gid)

/**
 * An entry as it is once it has its owner and group: changing these takes setuid from a file, and
 * setgid where its group may execute it (chown(2)).
 */
function givenAway(options: DirectoryOptions, entry: TreeEntry): TreeEntry {
  const isChanged = hasWrongOwner(options, entry) || hasWrongGroup(options, entry)
  if (!isChanged || entry.kind !== 'file') return entry
  return { ...entry, mode: entry.mode & ((entry.mode & 0o010) === 0 ? ~0o4000 : ~0o6000) }
}

function wrongModes(
  { mode, ...options }: DirectoryOptions,
  tree: readonly TreeEntry[],
): readonly WrongMode[] {
  if (mode === undefined) return []
  return tree
    .map((entry) => givenAway(options, entry))
    .filter(hasMode)
    .map((entry) => ({ entry, wanted: resolveMode(mode, entry.mode, entry.kind === 'directory') }))
    .filter(({ entry, wanted }) => wanted !== entry.mode)
}

/**
 * One pass for each wrong mode, with octal modes: chmod(1) of busybox interprets `X` differently.
 */
function modePasses(wrong: readonly WrongMode[]): Sh {
  const passes = wrong.map(({ entry, wanted }) => chmodTree(entry.kind, entry.mode, wanted))
  return steps([...new Map(passes.map((pass) => [pass.text, pass])).values()])
}

/** A change for each attribute. */
function treeChanges(path: string, options: DirectoryOptions, tree: readonly TreeEntry[]): Plan {
  const { mode, owner, group } = options
  const changes: Change[] = []
  const add = (
    what: string,
    to: string,
    wrong: readonly TreeEntry[],
    script: Sh,
    use: Pick<PlaceUse, 'owner' | 'group' | 'tree'>,
  ): void => {
    if (wrong.length === 0) return
    const action = { script: steps([enter(path), script]), long: true } as const
    const uids = [...new Set(wrong.map(({ uid }) => uid))]
    changes.push(
      change(`${what} of ${countedEntries(sum(wrong))} → ${to}`, [action], {
        ...undoOfTree(path, sum(tree)),
        brings: [`tree:${path}`],
        trials: adjustingTrials({ path, uids, ...use }),
      }),
    )
  }
  if (owner !== undefined) {
    const wrong = tree.filter((entry) => hasWrongOwner(options, entry))
    const whom = String(owner)
    add('owner', whom, wrong, chownTree(whom), { owner, tree: otherThan(whom) })
  }
  if (group !== undefined) {
    const wrong = tree.filter((entry) => hasWrongGroup(options, entry))
    const whom = `:${String(group)}`
    add('group', String(group), wrong, chownTree(whom), { group, tree: otherThan(whom) })
  }
  const wrong = wrongModes(options, tree)
  const entries = wrong.map(({ entry }) => entry)
  const found = entries.map(({ kind, mode }) => havingMode(kind, mode))
  add('mode', String(mode), entries, modePasses(wrong), { tree: eitherOf(found) })
  return changes.length === 0 ? fine(`${countedEntries(sum(tree))} as wanted`) : changes
}

function leafChanges(
  path: string,
  { mode, owner, group }: DirectoryOptions,
  entry: PathEntry,
): Plan {
  const wantedMode = mode === undefined ? undefined : resolveMode(mode, entry.mode, true)
  const differences = attributeDifferences(entry, { mode: wantedMode, owner, group }, '.')
  if (differences.length === 0) {
    const account = `${entry.owner ?? String(entry.uid)}:${entry.group ?? String(entry.gid)}`
    return fine(`mode ${modeText(entry.mode)}, owner ${account}`)
  }
  return differences.map(({ summary, step, gives }) =>
    change(summary, [{ script: steps([enter(path), step]) }], {
      undo: keptOf(path, 'attributes'),
      brings: [`path:${path}`],
      trials: adjustingTrials({ path, uids: [entry.uid], ...gives }),
    }),
  )
}

/** What is at the path. A tree is read only with `recurse`. */
interface Found {
  readonly path: PathEntry | null
  readonly missingParent: MissingParent | null
  readonly tree?: readonly TreeEntry[] | null
}

/** Whether any directory will do. */
const isPlain = ({ mode, owner, group }: DirectoryOptions): boolean =>
  (mode ?? owner ?? group) === undefined

function directoryPlan(
  path: string,
  options: DirectoryOptions,
  { path: entry, missingParent, tree = null }: Found,
  context: PlanContext,
): Plan {
  if (entry === null) {
    if (missingParent?.taken === true) return blockedBy(missingParent, path)
    if (context.makes?.(`path:${path}`) === true && isPlain(options))
      return fine('an earlier change makes it')
    return [creation(path, options, missingParent, context)]
  }
  if (entry.kind === 'link')
    return blocked(
      `${path} is a symbolic link to ${entry.target ?? 'nowhere'}`,
      'remove the link, or manage the directory that it points to',
      { lacks: [`path:${path}`] },
    )
  if (entry.kind !== 'directory')
    return blocked(`${path} is there and no directory`, 'remove it, or choose another path', {
      lacks: [`path:${path}`],
    })
  return tree === null ? leafChanges(path, options, entry) : treeChanges(path, options, tree)
}

/** What is wrong with `recurse` and the other options. */
function recurseConflict({ recurse, mode, owner, group }: DirectoryOptions): string | undefined {
  if (recurse !== true) return undefined
  if (mode !== undefined && isAbsoluteMode(mode))
    return `mode ${typeof mode === 'number' ? modeText(mode) : mode} with recurse would make files executable or directories unreadable: write it as 'u=rwX,go=rX'`
  if ((mode ?? owner ?? group) === undefined) return 'recurse needs a mode, an owner or a group'
  return undefined
}

/**
 * A directory. Missing parents are created, owned by the acting user and 0755; the options apply to
 * the directory itself. A symbolic link in its place is refused, wherever it points.
 */
export const directory = resource({
  type: 'directory',
  undo: [pathState, treeAttributes],
  chapter: 'Files',
  ansible: '`file` with `state: directory`',
  arguments: args<[path: string]>(absolutePath),
  options: options<DirectoryOptions>({
    mode: mode.optional(),
    owner: account.optional(),
    group: account.optional(),
    recurse: z.boolean().optional(),
  }),
  conflict: (_, options) => recurseConflict(options),
  build(path, options) {
    const reads = {
      path: request(pathFact, { path }),
      missingParent: request(missingParentFact, path),
    }
    const plan = (found: Found, _: object, context: PlanContext): Plan =>
      directoryPlan(path, options, found, context)
    const brings = [path, ...parentsOf(path)].map((made) => `path:${made}` as const)
    if (options.recurse !== true) return desired({ reads, brings, plan })
    return desired({ reads: { ...reads, tree: request(treeFact, path) }, brings, plan })
  },
})
