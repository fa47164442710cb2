import { createHash } from 'node:crypto'
import type { PathEntry } from '../../../src/facts/files/path.js'

/** A file of root, 0644, with the given differences. */
export const fileEntry = (changed: Partial<PathEntry> = {}): PathEntry => ({
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 2,
  mtime: 1764547200,
  sha256: null,
  target: null,
  content: null,
  ...changed,
})

/** The same with this content, as read when it differs from the desired one. */
export const holdingText = (text: string, changed: Partial<PathEntry> = {}): PathEntry =>
  fileEntry({
    size: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
    content: Buffer.from(text),
    ...changed,
  })

export const directoryEntry = (changed: Partial<PathEntry> = {}): PathEntry =>
  fileEntry({ kind: 'directory', mode: 0o755, size: 4096, ...changed })
export const linkEntry = (target: string): PathEntry =>
  fileEntry({ kind: 'link', mode: 0o777, target })
