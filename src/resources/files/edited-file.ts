import { isUtf8 } from 'node:buffer'
import {
  blocked,
  fine,
  type Blocked,
  type Change,
  type Effect,
  type Fine,
  type Plan,
} from '../../core/change.js'
import { desired, type Built } from '../../core/definition.js'
import { request, type Resolved } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Lacks } from '../../core/thing.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { fileChanges, notAFile, type DesiredFile } from './file-changes.js'

/** A file's text after an edit. */
export interface Edited {
  readonly text: string
  /**
   * What the edit does, where the text differs: `add the key of example.org`. Of a new file its mode,
   * owner and size are said behind it.
   */
  readonly summary: string
  /** Default: `create` where the file is new, else `change`. */
  readonly effect?: Effect
  /** Why nothing is to do, where it does not differ. */
  readonly fine: string
}

/** How a file is edited. The attributes are a new file's; an existing one keeps its own. */
export interface FileEdit<V extends object>
  extends Pick<
    DesiredFile,
    'mode' | 'owner' | 'group' | 'validate' | 'confirm' | 'backup' | 'sensitive'
  > {
  /** Make a missing file. Default false: one that the edit would fill is an error. */
  readonly create?: boolean | undefined
  /** Edit the file that a symbolic link points to. Default false: a link is refused. */
  readonly follow?: boolean | undefined
  /** Options that may hold a `Later` at any depth. `edit` gets them resolved. */
  readonly values?: V
  /**
   * Pure: the text that should be there, from the text that is there; that of a missing file is
   * empty.
   */
  readonly edit: (before: string, values: Resolved<V>) => Edited | Blocked | Fine
}

/**
 * The desired state of a file of which only a part is managed: it is read, edited by a pure
 * function, and replaced whole. A file in another encoding than UTF-8 keeps its bytes; only ASCII
 * can be added to it. One of more than 256 KiB is refused.
 */
export function editedFile<const V extends object = object>(
  path: string,
  { create = false, follow = false, values, edit, ...attributes }: FileEdit<V>,
): Built<object> {
  return desired({
    reads: {
      path: request(pathFact, { path, follow, contentUnless: '' }),
      missingParent: request(missingParentFact, path),
    },
    values: values ?? ({} as V),
    // What `confirm` does, nobody knows.
    brings: attributes.confirm === undefined ? [`path:${path}`] : 'anything',
    plan({ path: entry, missingParent }, resolved): Plan {
      const unreadable = entry === null ? undefined : notEdited(path, entry, follow)
      if (unreadable !== undefined) return unreadable
      const bytes = Buffer.from(entry?.content ?? [])
      const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
      const before = bytes.toString(encoding)
      const after = edit(before, resolved)
      if (!('text' in after)) return after
      if (after.text === before) return fine(after.fine)
      if (entry === null && !create)
        return blocked(
          `${path} does not exist`,
          'set create: true, or add what makes it before this',
          { lacks: [`path:${path}`] },
        )
      const lacks = entry === null ? undefined : placeOf(path, entry, follow)
      if (encoding !== 'utf8' && addsBeyondAscii(before, after.text))
        return blocked(
          `${path} is not written in UTF-8`,
          'convert it, or add ASCII only',
          omitUndefined({ lacks }),
        )
      const content = Buffer.from(after.text, encoding)
      const isNew = entry === null ? attributes : {}
      const { validate, confirm, backup, sensitive } = attributes
      const target = entry?.target == null ? { path } : { path: entry.target, via: path }
      const wanted = { ...isNew, validate, confirm, backup, sensitive, ...target, content }
      const plan = fileChanges(wanted, entry, missingParent)
      const { summary, effect } = after
      const named = (change: Change): Change => ({
        ...change,
        summary: entry === null ? `${summary}, ${change.summary}` : summary,
        ...omitUndefined({ effect }),
      })
      if ('fine' in plan) return plan
      if (!('blocked' in plan)) return plan.map(named)
      return plan.then === undefined ? plan : { ...plan, then: plan.then.map(named) }
    },
  })
}

/** Why a path cannot be edited. */
function notEdited(path: string, entry: PathEntry, follow: boolean): Blocked | undefined {
  const lacking = omitUndefined({ lacks: placeOf(path, entry, follow) })
  if (entry.kind === 'file' && entry.content === null)
    return blocked(
      `${path} is longer than 256 KiB`,
      'choose another path, or shorten the file',
      lacking,
    )
  const wrong = notAFile(path, entry)
  return wrong === undefined ? undefined : blocked(wrong.blocked, wrong.remedy, lacking)
}

/** What must change for another file: of a link that is followed, either it or what it leads to. */
const placeOf = (path: string, { target }: PathEntry, follow: boolean): Lacks =>
  follow && target !== null ? undefined : [`path:${path}`]

const beyondAscii = /[^\0-\x7f]/g

/** Whether a text has a character beyond ASCII more often than another. */
function addsBeyondAscii(before: string, after: string): boolean {
  const left = new Map<string, number>()
  for (const letter of before.match(beyondAscii) ?? [])
    left.set(letter, (left.get(letter) ?? 0) + 1)
  return (after.match(beyondAscii) ?? []).some((letter) => {
    const times = left.get(letter) ?? 0
    left.set(letter, times - 1)
    return times === 0
  })
}
