import { z } from 'zod'
import { blocked, fine, type Change, type Plan } from '../../core/change.js'
import { counted } from '../../core/counted.js'
import { enter } from '../../core/enter.js'
import { request, type FactRequest } from '../../core/later.js'
import { isAbsoluteMode, mode, modeText, resolveMode, type FileMode } from '../../core/mode.js'
import { absolutePath, checked, checkedId } from '../../core/options.js'
import { resource, type CommonOptions, type Resource } from '../../core/resource.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import {
  missingParentFact,
  parentsOf,
  type MissingParent,
} from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { treeFact, type TreeEntry } from '../../facts/files/tree.js'
import { account, attributeDifferences, isAccount } from './attributes.js'
import { chmodTree, chownTree } from './change-tree.js'
import { blockedBy } from './file-changes.js'
import { makeDirectory } from './make-directory.js'
import { exactly, owned } from './write-file.js'

export interface DirectoryOptions extends CommonOptions {
  /**
   * Permissions, as for `file`. Left out: a new directory is 0755, an existing one keeps its own.
   * An octal mode says all twelve bits, setgid included.
   */
  readonly mode?: FileMode
  /**
   * Name or id. Left out: a new directory belongs to the user who acts, an existing one keeps its
   * owner.
   */
  readonly owner?: string | number
  /**
   * Name or id. Left out: a new directory gets the user's group (in a setgid directory, that
   * one's), an existing one keeps its own.
   */
  readonly group?: string | number
  /**
   * Everything below has this owner, group and mode too, on the same file system; links are changed
   * themselves and never followed, and sockets, named pipes and devices keep their mode. The mode
   * must then be in symbols (`'u=rwX,go=rX'`), since one number cannot be right for files and
   * directories. Default false.
   */
  readonly recurse?: boolean
}

const newMode = 0o755

/** The parents of a path from the first that is missing on. */
const parentsFrom = (path: string, firstMissing: string): readonly string[] =>
  parentsOf(path).filter((parent) => parent.length >= firstMissing.length)

function creation(
  path: string,
  { mode, owner, group }: DirectoryOptions,
  missingParent: MissingParent | null,
): Change {
  const parents = missingParent === null ? [] : parentsFrom(path, missingParent.path)
  const complete = steps([owned(owner, group, '.'), settingMode(mode)])
  const script = makeDirectory(path, missingParent?.path ?? null, complete)
  const alsoMade = parents.length === 0 ? '' : ` and its parents ${parents.join(', ')}`
  return {
    summary: `create directory${alsoMade}`,
    proof: 'facts',
    actions: [{ on: 'shell', script }],
  }
}

/** Gives a new directory, in which the shell is, its mode. */
function settingMode(mode: FileMode | undefined): Sh {
  // Without a mode of its own, the setgid bit that the parent hands down stays.
  if (mode === undefined) return sh`chmod -- go+rx .`
  return sh`chmod -- ${exactly(resolveMode(mode, newMode, true))} .`
}

const sum = (entries: readonly TreeEntry[]): number =>
  entries.reduce((total, { count }) => total + count, 0)
const countedEntries = (count: number): string => counted(count, 'entry', 'entries')

interface WrongMode {
  readonly entry: TreeEntry & { readonly kind: 'file' | 'directory' }
  readonly wanted: number
}

/**
 * The mode of what is neither a file nor a directory is its maker's: who binds a socket decides who
 * may connect.
 */
const hasMode = (entry: TreeEntry): entry is WrongMode['entry'] =>
  entry.kind === 'file' || entry.kind === 'directory'

function wrongModes(mode: FileMode | undefined, tree: readonly TreeEntry[]): readonly WrongMode[] {
  if (mode === undefined) return []
  return tree
    .filter(hasMode)
    .map((entry) => ({ entry, wanted: resolveMode(mode, entry.mode, entry.kind === 'directory') }))
    .filter(({ entry, wanted }) => wanted !== entry.mode)
}

/**
 * One pass for each mode that is not as wanted: octal modes mean the same to every chmod(1), `X`
 * does not (busybox).
 */
function modePasses(wrong: readonly WrongMode[]): Sh {
  const passes = wrong.map(({ entry, wanted }) => chmodTree(entry.kind, entry.mode, wanted))
  return steps([...new Map(passes.map((pass) => [pass.text, pass])).values()])
}

/** Each attribute by itself. */
function treeChanges(
  path: string,
  { mode, owner, group }: DirectoryOptions,
  tree: readonly TreeEntry[],
): Plan {
  const changes: Change[] = []
  const add = (summary: string, script: Sh): void => {
    changes.push({
      summary,
      proof: 'facts',
      actions: [{ on: 'shell', script: steps([enter(path), script]), long: true }],
    })
  }
  const wrongOwner = sum(
    tree.filter((entry) => owner !== undefined && !isAccount(owner, entry.owner, entry.uid)),
  )
  const wrongGroup = sum(
    tree.filter((entry) => group !== undefined && !isAccount(group, entry.group, entry.gid)),
  )
  const wrongMode = wrongModes(mode, tree)
  if (owner !== undefined && wrongOwner > 0)
    add(`owner of ${countedEntries(wrongOwner)} → ${String(owner)}`, chownTree(String(owner)))
  if (group !== undefined && wrongGroup > 0)
    add(`group of ${countedEntries(wrongGroup)} → ${String(group)}`, chownTree(`:${String(group)}`))
  if (wrongMode.length > 0)
    add(
      `mode of ${countedEntries(sum(wrongMode.map(({ entry }) => entry)))} → ${String(mode)}`,
      modePasses(wrongMode),
    )
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
  return differences.map(
    ({ summary, step }): Change => ({
      summary,
      proof: 'facts',
      actions: [{ on: 'shell', script: steps([enter(path), step]) }],
    }),
  )
}

const shape = {
  mode: mode.optional(),
  owner: account.optional(),
  group: account.optional(),
  recurse: z.boolean().optional(),
}

/**
 * A directory. Missing parents are made, owned by the user who acts and 0755; the options are for
 * the directory itself. A symbolic link in its place is refused, whatever it points to.
 */
export function directory(path: string, options: DirectoryOptions = {}): Resource {
  checkedId('directory', path, absolutePath)
  checked('directory', path, options, shape, (given) => {
    if (given.recurse !== true) return undefined
    if (given.mode !== undefined && isAbsoluteMode(given.mode))
      return `mode ${String(given.mode)} with recurse would make files executable or directories unreadable: write it as 'u=rwX,go=rX'`
    if ((given.mode ?? given.owner ?? given.group) === undefined)
      return 'recurse needs a mode, an owner or a group'
    return undefined
  })
  const entryFact: FactRequest<PathEntry> = request(pathFact, { path })
  const reads = { path: entryFact, missingParent: request(missingParentFact, path) }
  const plan = (
    entry: PathEntry | null,
    missingParent: MissingParent | null,
    tree: readonly TreeEntry[] | null,
  ): Plan => {
    if (entry === null) {
      if (missingParent?.taken === true) return blockedBy(missingParent, path)
      return [creation(path, options, missingParent)]
    }
    if (entry.kind === 'link')
      return blocked(
        `${path} is a symbolic link to ${entry.target ?? 'nowhere'}`,
        'remove the link, or manage the directory that it points to',
      )
    if (entry.kind !== 'directory')
      return blocked(`${path} is there and no directory`, 'remove it, or choose another path')
    return tree === null ? leafChanges(path, options, entry) : treeChanges(path, options, tree)
  }
  if (options.recurse === true) {
    return resource({
      type: 'directory',
      id: path,
      options,
      reads: { ...reads, tree: request(treeFact, path) },
      plan: ({ path: entry, missingParent, tree }) => plan(entry, missingParent, tree),
    })
  }
  return resource({
    type: 'directory',
    id: path,
    options,
    reads,
    plan: ({ path: entry, missingParent }) => plan(entry, missingParent, null),
  })
}
