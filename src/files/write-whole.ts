import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants

/**
 * Creates a new file with exactly this mode, whatever the umask, without following a link. Returns
 * its descriptor.
 */
export function createWithMode(path: string, mode: number): number {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  try {
    fchmodSync(file, mode)
    return file
  } catch (error) {
    closeSync(file)
    throw error
  }
}

/**
 * Writes a file atomically: under another name, then renamed into place. A reader sees the old or
 * the new content, and a link is replaced, not followed.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o600): void {
  const fresh = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = createWithMode(fresh, mode)
    try {
      writeFileSync(file, content)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}
