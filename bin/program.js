import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const file = fileURLToPath(new URL('../dist/fettle/program.cjs', import.meta.url))
const { XDG_CACHE_HOME: given = '' } = process.env
const folder = join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'fettle', 'program')

const digestOf = (data) => createHash('sha256').update(data).digest()

/**
 * Whether nobody else can have written it: V8 runs what it is given. `src/files/trust.ts` judges so
 * too, and is part of what is loaded here.
 */
const isOwn = ({ uid, mode }) =>
  process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)

/**
 * What was kept, behind its digest, which tells damage. Nothing where it is not there, or could be
 * somebody else's.
 */
function kept(name) {
  try {
    const around = lstatSync(folder)
    if (!around.isDirectory() || !isOwn(around)) return undefined
    const opened = openSync(
      join(folder, name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
    try {
      const found = fstatSync(opened)
      if (!found.isFile() || !isOwn(found)) return undefined
      const whole = readFileSync(opened)
      const data = whole.subarray(32)
      return digestOf(data).equals(whole.subarray(0, 32)) ? data : undefined
    } finally {
      closeSync(opened)
    }
  } catch {
    return undefined
  }
}

/**
 * Renamed into its place whole, since others may do the same now; what other versions left goes. A
 * folder that cannot be written to costs time and nothing else, and so does one that is a link or
 * somebody else's; one that others may write to is closed.
 */
function keep(name, data) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const around = lstatSync(folder)
    if (!around.isDirectory() || (process.getuid !== undefined && around.uid !== process.getuid()))
      return
    chmodSync(folder, 0o700)
    for (const old of readdirSync(folder))
      rmSync(join(folder, old), { recursive: true, force: true })
    const fresh = join(folder, `${name}.${randomBytes(6).toString('hex')}`)
    writeFileSync(fresh, Buffer.concat([digestOf(data), data]), { flag: 'wx', mode: 0o600 })
    renameSync(fresh, join(folder, name))
  } catch {
    // The next start compiles again.
  }
}

let program

/**
 * Fettle with its libraries, from one file. What V8 made of it is kept in the user's cache folder
 * under what it depends on, the program and Node: compiling takes half of a start. V8 itself
 * refuses what another V8 made, or one with other flags.
 */
export function loadProgram() {
  if (program !== undefined) return program
  const name = `${readFileSync(join(dirname(file), 'id'), 'utf8')}-${process.version}-${process.arch}`
  const cachedData = kept(name)
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  // At the end what was used is compiled, and nobody waits.
  if (cachedData === undefined || script.cachedDataRejected)
    process.once('exit', () => keep(name, script.createCachedData()))
  return (program = module.exports)
}
