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
const folder = join(cacheHome(), 'fettle', 'program')

/** Bytes of the digest that stands before what V8 compiled, and tells damage. */
const digestLength = 32
const digestOf = (data) => createHash('sha256').update(data).digest()

/** By the rules of XDG, which passes over a path that is not absolute. */
function cacheHome() {
  const { XDG_CACHE_HOME: given = '' } = process.env
  return isAbsolute(given) ? given : join(homedir(), '.cache')
}

const isMine = ({ uid }) => process.getuid === undefined || uid === process.getuid()

/**
 * Whether nobody else can have written it: V8 runs what it is given. `src/files/trust.ts` judges so
 * too, and is part of what is loaded here.
 */
const isMineAlone = (found) =>
  process.getuid === undefined || (isMine(found) && (found.mode & 0o022) === 0)

/**
 * What V8 compiled at an earlier start; undefined where there is nothing, or where it is damaged or
 * could be somebody else's.
 */
function readCompiled(name) {
  try {
    const around = lstatSync(folder)
    if (!around.isDirectory() || !isMineAlone(around)) return undefined
    const whole = readOwn(join(folder, name))
    const data = whole?.subarray(digestLength)
    return data && digestOf(data).equals(whole.subarray(0, digestLength)) ? data : undefined
  } catch {
    return undefined
  }
}

/** A file's bytes, if the file that was opened is this user's alone. */
function readOwn(path) {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const opened = openSync(path, flags)
  try {
    const found = fstatSync(opened)
    return found.isFile() && isMineAlone(found) ? readFileSync(opened) : undefined
  } finally {
    closeSync(opened)
  }
}

/**
 * Keeps what V8 compiled, and removes what other versions left. It is renamed into its place whole,
 * since others may do the same now. A folder that is a link, somebody else's or cannot be written
 * to costs time and nothing else; one that others may write to is closed.
 */
function writeCompiled(name, data) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const around = lstatSync(folder)
    if (!around.isDirectory() || !isMine(around)) return
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
 * Fettle with its libraries, from one file. Compiling takes half of a start, so what V8 made of it
 * is kept in the user's cache folder, under what it depends on: the program and Node. V8 itself
 * refuses what another V8 made, or one with other flags.
 */
export function loadProgram() {
  program ??= evaluate()
  return program
}

function evaluate() {
  const id = readFileSync(join(dirname(file), 'id'), 'utf8')
  const name = `${id}-${process.version}-${process.arch}`
  const cachedData = readCompiled(name)
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  // At the end what was used is compiled, and nobody waits.
  if (cachedData === undefined || script.cachedDataRejected)
    process.once('exit', () => writeCompiled(name, script.createCachedData()))
  return module.exports
}
