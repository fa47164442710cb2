import {
  blocked,
  bulk,
  change,
  fine,
  type Blocked,
  type Change,
  type Plan,
  type TextDiff,
} from '../../core/change.js'
import { enter, split } from '../../core/enter.js'
import { modeText, resolveMode, type Mode } from '../../core/mode.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { Secret } from '../../core/secret.js'
import { inputLength, sh, steps } from '../../core/sh.js'
import type { MissingParent } from '../../facts/files/missing-parent.js'
import { mostDigested, type PathEntry } from '../../facts/files/path.js'
import { attributeDifferences, type WantedAttributes } from './attributes.js'
import { changedKeys } from './changed-keys.js'
import { diffOf, digestOf, type FileContent } from './content.js'
import { accountTrials, adjustingTrials, writingTrials } from './file-trials.js'
import { leftBy } from './left-entry.js'
import { withAttributes } from './new-attributes.js'
import { keptOf, undoOf } from './path-state.js'
import { placeTrials } from './place-trials.js'
import { holding, holds, mayWriteHere, writeFile, type FileToWrite } from './write-file.js'
import { isPlain, writeFiles } from './write-files.js'

/** The desired state of a file. */
export interface DesiredFile {
  readonly path: string
  /** The link that was followed to get to the path. */
  readonly via?: string | undefined
  /** Left out: not managed. */
  readonly content?: FileContent | undefined
  readonly mode?: Mode | undefined
  readonly owner?: string | number | undefined
  readonly group?: string | number | undefined
  readonly validate?: FileToWrite['validate']
  readonly backup?: boolean | undefined
  readonly confirm?: string | undefined
  readonly sparedByOthers?: boolean | undefined
  /** Show nothing of the content, not even the size of a new one. */
  readonly sensitive?: boolean | undefined
  /** The content is from the host: a plan may not know it, and does not tell its size. */
  readonly isLate?: boolean | undefined
}

/**
 * The error for a missing parent. The remedy names the path's directory, because `directory`
 * creates all above it.
 * @param then the changes once the directory is there
 */
export function blockedBy(
  { path: parent, taken }: MissingParent,
  path: string,
  then?: readonly Change[],
): Blocked {
  const { directory } = split(path)
  // It may be a link to a directory that another resource makes.
  if (taken)
    return blocked(
      `${parent} is no directory`,
      `remove what is there, or choose another path than ${path}`,
    )
  return blocked(
    `directory ${parent} does not exist`,
    `add directory('${directory}') before this`,
    omitUndefined({ lacks: [`path:${directory}` as const], then }),
  )
}

/** The error for anything but a regular file at the path; undefined for a file. */
export function notAFile(
  path: string,
  { kind, target }: PathEntry,
  remedy = 'remove the link, or manage the path that it points to',
): Blocked | undefined {
  const lacks = [`path:${path}`] as const
  switch (kind) {
    case 'file':
      return undefined
    case 'link':
      return blocked(`${path} is a symbolic link to ${target ?? 'nowhere'}`, remedy, { lacks })
    case 'directory':
      return blocked(`${path} is a directory`, 'remove the directory, or choose another path', {
        lacks,
      })
    case 'other':
      return blocked(
        `${path} is neither a file nor a directory`,
        'remove it, or choose another path',
        { lacks },
      )
  }
}

/** The mode of a file that holds a secret, where none is given. */
const secretMode = 0o600

function newMode({ mode, content }: DesiredFile): number {
  const usual = content instanceof Secret ? secretMode : 0o644
  return mode === undefined ? usual : resolveMode(mode, usual)
}

function wantedMode({ mode, content }: DesiredFile, entry: PathEntry): number | undefined {
  if (mode !== undefined) return resolveMode(mode, entry.mode)
  return content instanceof Secret && (entry.mode & ~secretMode) !== 0 ? secretMode : undefined
}

function writing(
  summary: string,
  file: FileToWrite & { readonly content: FileContent },
  diff: TextDiff | undefined,
): Change {
  const proves = holds(file, digestOf(file.content))
  const write = change(summary, [writeFile(file)], omitUndefined({ proves, diff }))
  return isPlain(file) ? { ...write, bulk: bulk(writeFiles, file) } : write
}

function creation(desired: DesiredFile & { readonly content: FileContent }, mode: number): Change {
  const diff = diffOf(new Uint8Array(), desired.content)
  const made = { ...desired, mode }
  const sensitive = desired.sensitive === true || desired.isLate === true
  const write = writing(withAttributes('create file', { ...made, sensitive }), made, diff)
  const { path, owner, group } = desired
  const trials = [...accountTrials(owner, group), ...writingTrials(made, null)]
  return { ...write, effect: 'create', undo: keptOf(path), trials, ...leftBy(made, null) }
}

/** Writes content and attributes at once, so that the new content never has the old mode. */
function rewriting(
  desired: DesiredFile & { readonly content: FileContent },
  entry: PathEntry,
  wanted: WantedAttributes,
): Change {
  const { path, content, owner = entry.uid, group = entry.gid, backup, sensitive } = desired
  const isSame = entry.sha256 === digestOf(content)
  const attributes = attributeDifferences(entry, wanted, '/proc/self/fd/3')
  const summary = attributes.map((difference) => difference.summary)
  if (!isSame) summary.unshift('content changed')
  if (backup === true) summary.push('a copy kept')
  const diff = isSame ? undefined : diffOf(entry.content, content)
  const mode = wanted.mode ?? entry.mode
  const written = { ...desired, owner, group, mode }
  const write = writing(summary.join(', '), written, diff)
  const trials = [
    ...attributes.flatMap(({ gives }) => accountTrials(gives.owner, gives.group)),
    ...writingTrials(written, entry),
    ...(isSame ? [] : changedKeys(path, content, sensitive === true)),
  ]
  return { ...write, trials, ...undoOf(path, entry), ...leftBy(written, entry) }
}

/** The error for a file that cannot be compared: it has the right size but no digest. */
function notCompared(
  path: string,
  content: FileContent | undefined,
  { sha256, size }: PathEntry,
): Blocked | undefined {
  if (content === undefined || sha256 !== null) return undefined
  if (size <= mostDigested || size !== inputLength(content)) return undefined
  return blocked(
    `${path} is ${String(size)} bytes long: content that is secret, or known on the host only, is compared up to ${String(mostDigested)}`,
    'give it as a source, or keep a smaller file',
    { lacks: [`path:${path}`] },
  )
}

/** The changes of a regular file. Its parents must exist. */
export function fileChanges(
  desired: DesiredFile,
  entry: PathEntry | null,
  missingParent: MissingParent | null,
): Plan {
  const { path, via, content, owner, group } = desired
  if (entry === null) {
    if (content === undefined)
      return blocked(
        `${path} does not exist`,
        'give it content, source or template, or add what makes it before this',
        { lacks: [`path:${path}`] },
      )
    const made = [creation({ ...desired, content }, newMode(desired))]
    return missingParent === null ? made : blockedBy(missingParent, path, made)
  }
  const wrong = notAFile(path, entry) ?? notCompared(path, content, entry)
  // Where a link was followed, another link would do as well as another file.
  if (wrong !== undefined) return via === undefined ? wrong : blocked(wrong.blocked, wrong.remedy)
  const wanted: WantedAttributes = { mode: wantedMode(desired, entry), owner, group }
  const differences = attributeDifferences(entry, wanted, '/proc/self/fd/3')
  const isOther = content !== undefined && entry.sha256 !== digestOf(content)
  // A setuid or setgid program is always rewritten before its attributes change: its content may
  // have been replaced since it was read, and would get these rights.
  const actsAsOwner = differences.length > 0 && ((wanted.mode ?? entry.mode) & 0o6000) !== 0
  if (content !== undefined && (isOther || actsAsOwner))
    return [rewriting({ ...desired, content }, entry, wanted)]
  if (differences.length === 0) {
    const account = `${entry.owner ?? String(entry.uid)}:${entry.group ?? String(entry.gid)}`
    return fine(`mode ${modeText(entry.mode)}, owner ${account}`)
  }
  return differences.map(({ summary, step, gives }) =>
    change(summary, [{ script: holding(path, step, via) }], {
      undo: keptOf(path, 'attributes'),
      trials: adjustingTrials({ path, via, uids: [entry.uid], ...gives }),
    }),
  )
}

/** Removes a file or a link, never the target of a link. */
export function fileRemoval(path: string, entry: PathEntry | null): Plan {
  if (entry === null) return fine('there is no such file')
  if (entry.kind === 'directory') return notAFile(path, entry) ?? []
  const { directory, name } = split(path)
  const removing = sh`rm -f -- ${`./${name}`}`
  const script = steps([enter(directory), mayWriteHere, removing, sh`sync -- .`])
  const trials = placeTrials({ path, does: 'remove', uids: [entry.uid] })
  return [change('remove file', [{ script }], { effect: 'remove', trials, ...undoOf(path, entry) })]
}
