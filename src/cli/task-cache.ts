import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { types } from 'node:util'

/** Raised when the same source compiles to something else. */
const format = 'jiti 2.7'

/** What is said of a file whose syntax is wrong, instead of its code. */
const broken = '__JITI_ERROR__'

/**
 * What TypeScript compiles to, with `await jitiImport('…')` for each import; null when its syntax is wrong. It is kept in `folder` by
 * the content of the source, so that the compiler is loaded only for what has changed.
 */
export async function compiled(filename: string, folder: string): Promise<string | null> {
  const source = readFileSync(filename, 'utf8')
  const title = `// ${digest(`${format}\n${source}`)}\n`
  const kept = join(folder, `${basename(filename)}.${digest(filename).slice(0, 16)}.js`)
  const found = textOf(kept)
  if (found?.startsWith(title) === true) return found.slice(title.length)
  const { createJiti } = await import('jiti')
  const code = createJiti(filename, { fsCache: false }).transform({ source, filename, ts: true, async: true, interopDefault: true })
  if (code.includes(broken)) return null
  keep(kept, folder, title + code)
  return code
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Renamed into its place whole, since another run may do the same now. A folder that cannot be written to costs time and nothing else. */
function keep(path: string, folder: string, text: string): void {
  const fresh = `${path}.${process.pid}`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(fresh, text)
    renameSync(fresh, path)
  } catch (error) {
    if (!types.isNativeError(error) || !('syscall' in error)) throw error
  }
}
