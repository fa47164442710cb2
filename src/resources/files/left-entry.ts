import { leaves, type Change } from '../../core/change.js'
import { Secret } from '../../core/secret.js'
import { FileInput, inputLength } from '../../core/sh.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { digestOf, type FileContent } from './content.js'
import type { FileToWrite } from './write-file.js'

/** An account of which only the name or the id is known; `{}` where the host chooses it. */
interface Account {
  readonly name?: string | null
  readonly id?: number
}

/** Stands for a number that is not known. */
const notKnown = -1

function accountAfter(given: string | number | undefined, before: Account): Account {
  if (given === undefined || given === before.name || given === before.id) return before
  return typeof given === 'string' ? { name: given } : { id: given }
}

/**
 * What is at the path of a file once it is written, for resources after it that edit the same file,
 * or reach it by another path. Content that is not shown stays unknown.
 * @param before what is replaced
 */
export function leftBy(
  file: FileToWrite & { readonly content: FileContent; readonly sensitive?: boolean | undefined },
  before: PathEntry | null,
): Pick<Change, 'leaves'> {
  const { path, via, content, mode, sensitive } = file
  if (via !== undefined || sensitive === true) return {}
  if (content instanceof Secret || content instanceof FileInput) return {}
  const entry = (): PathEntry => {
    const owner = accountAfter(file.owner, { name: before?.owner ?? null, ...idOf(before?.uid) })
    const group = accountAfter(file.group, { name: before?.group ?? null, ...idOf(before?.gid) })
    return {
      kind: 'file',
      mode,
      owner: owner.name ?? null,
      uid: owner.id ?? notKnown,
      group: group.name ?? null,
      gid: group.id ?? notKnown,
      size: inputLength(content),
      mtime: notKnown,
      sha256: digestOf(content),
      target: null,
      content: Buffer.from(content),
    }
  }
  return { leaves: [leaves(pathFact, `path:${path}`, entry)] }
}

const idOf = (id: number | undefined): Account => (id === undefined ? {} : { id })
