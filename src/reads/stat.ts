import { Later } from '../core/later.js'
import { modeText } from '../core/mode.js'
import { absolutePath } from '../core/schemas.js'
import { pathFact, type PathEntry } from '../facts/files/path.js'
import { alone, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'

/** What is at a path; of a symbolic link the link itself. */
export interface Stat {
  /** What it is: `other` is a device, a socket or a named pipe. */
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** Its permissions as four octal digits: `0644`. */
  readonly mode: string
  /** Its owner's name; the number where that has none. */
  readonly owner: string
  /** Its group's name; the number where that has none. */
  readonly group: string
  /** Its owner's id. */
  readonly uid: number
  /** Its group's id. */
  readonly gid: number
  /** In bytes. */
  readonly size: number
  /** When its content was changed last, in seconds since 1970. */
  readonly mtime: number
  /** Where a link leads, as it is written; `null` for anything else. */
  readonly target: string | null
}

const stats: Reading<ReadOptions> = { name: 'stat', argument: absolutePath, options: alone }

const standIn: PathEntry = {
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 0,
  mtime: 0,
  sha256: null,
  target: null,
  content: null,
}

function statOf(entry: PathEntry | null): Stat | null {
  if (entry === null) return null
  const { kind, mode, owner, group, uid, gid, size, mtime, target } = entry
  return {
    kind,
    mode: modeText(mode),
    owner: owner ?? String(uid),
    group: group ?? String(gid),
    uid,
    gid,
    size,
    mtime,
    target,
  }
}

/**
 * What is at a path of the host: `kind` (`file`, `directory`, `link` or `other`), `mode` as
 * `'0644'`, `owner`, `group`, `uid`, `gid`, `size`, `mtime` in seconds since 1970, and the `target`
 * of a link, which is not followed. `null` where nothing is.
 * @chapter Reads
 * @ansible `stat`
 * @example
 * command(['/srv/app/bin/setup'], {
 *    onlyIf: read.stat('/var/lib/app/schema').map((found) => found === null),
 *  })
 */
export function stat(path: string, options: ReadOptions = {}): Later<Stat | null> {
  checkedRead(stats, path, options)
  const wanted = reading(stats, path, options, pathFact, { path }, { of: [`path:${path}`] })
  return Later.found(wanted, standIn).map(statOf)
}
