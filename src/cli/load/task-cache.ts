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
import { changedBy } from '../../files/trust.js'
import { writeWhole } from '../../files/write-whole.js'

/** Raised when the same source compiles to something else. */
const format = 'jiti 2.7'

/** What is said of a file whose syntax is wrong, instead of its code. */
const broken = '__JITI_ERROR__'

/**
 * Where a project's compiled code is kept, `.fettle/cache`; null where that is not this user's
 * alone. What lies there is run: what others could have put there goes.
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

/** Takes from others what jiti has kept for itself: it makes its files by the umask. */
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
 * What TypeScript compiles to, with `await jitiImport('…')` for each import; null when its syntax
 * is wrong. It is kept in `folder` by the content of the source, so that the compiler is loaded
 * only for what has changed; null: it is kept nowhere.
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
  if (code.includes(broken)) return null
  if (kept !== null) keep(kept, title + code)
  return code
}

const keptName = (filename: string): string =>
  `${basename(filename)}.${digest(filename).slice(0, 16)}.js`

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The text of a file that nobody else can have written; null for any other. */
function ownText(path: string): string | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const found = fstatSync(file)
      return found.isFile() && changedBy(path, found) === null ? readFileSync(file, 'utf8') : null
    } finally {
      closeSync(file)
    }
  } catch {
    return null
  }
}

/** A folder that cannot be written to costs time and nothing else. */
function keep(path: string, text: string): void {
  try {
    writeWhole(path, text)
  } catch (error) {
    if (!types.isNativeError(error) || !('syscall' in error)) throw error
  }
}
