import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { types } from 'node:util'
import { ownFolder } from '../../files/own-folder.js'
import { whoMayChange } from '../../files/trust.js'
import { writeWhole } from '../../files/write-whole.js'

/** The cache's version, raised when the same source compiles to something else. */
const format = 'jiti 2.7'

/** The cached text of a file with a syntax error. */
const syntaxErrorMark = '__JITI_ERROR__'

/**
 * The folder of a project's compiled code, `.fettle/cache`; null if it is not this user's alone.
 * Its code is executed, so files that others could have written are deleted.
 */
export function taskCache(project: string): string | null {
  try {
    const { path, wasOpen } = ownFolder(project, 'cache')
    const distrusted = wasOpen ? readdirSync(path) : []
    for (const name of distrusted) rmSync(join(path, name), { recursive: true, force: true })
    return path
  } catch {
    return null
  }
}

/** Removes other users' rights to jiti's own cache files, which it creates by the umask. */
export function closeFiles(cache: string): void {
  for (const path of readdirSync(cache).map((name) => join(cache, name))) {
    const found = lstatSync(path, { throwIfNoEntry: false })
    try {
      if (found?.isFile() === true && (found.mode & 0o777) !== 0o600) chmodSync(path, 0o600)
    } catch {
      // Another run has replaced it meanwhile.
    }
  }
}

/**
 * Compiles TypeScript, with `await jitiImport('…')` for each import; null for a syntax error. The
 * result is cached in `folder`, with a hash of the source as the key, so that the compiler is
 * loaded only for changed files. Null: no cache.
 */
export async function compiled(filename: string, folder: string | null): Promise<string | null> {
  const source = readFileSync(filename, 'utf8')
  const title = `// ${digest(`${format}\n${source}`)}\n`
  const kept = folder === null ? null : join(folder, keptName(filename))
  const found = kept === null ? null : ownText(kept)
  if (found?.startsWith(title) === true) return found.slice(title.length)
  const { createJiti } = await import('jiti')
  const code = createJiti(filename, { fsCache: false }).transform({
    source,
    filename,
    ts: true,
    async: true,
    interopDefault: true,
  })
  if (code.includes(syntaxErrorMark)) return null
  if (kept !== null) store(kept, title + code)
  return code
}

const keptName = (filename: string): string =>
  `${basename(filename)}.${digest(filename).slice(0, 16)}.js`

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The text of a file that only this user can have written; null for any other. */
function ownText(path: string): string | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const found = fstatSync(file)
      return found.isFile() && whoMayChange(path, found) === null
        ? readFileSync(file, 'utf8')
        : null
    } finally {
      closeSync(file)
    }
  } catch {
    return null
  }
}

/** A failure to write is ignored: the cache only saves time. */
function store(path: string, text: string): void {
  try {
    writeWhole(path, text)
  } catch (error) {
    if (!types.isNativeError(error) || !('syscall' in error)) throw error
  }
}
