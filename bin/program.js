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

/** The length of the digest before V8's cached data, by which damage is detected. */
const digestLength = 32
const digestOf = (data) => createHash('sha256').update(data).digest()

/** The XDG cache folder. A relative XDG_CACHE_HOME is ignored, as the specification says. */
function cacheHome() {
  const { XDG_CACHE_HOME: given = '' } = process.env
  return isAbsolute(given) ? given : join(homedir(), '.cache')
}

const isMine = ({ uid }) => process.getuid === undefined || uid === process.getuid()

/**
 * Whether no other user can have written a file: V8 executes its cached data. This repeats a rule
 * of `src/files/trust.ts`, which is part of the program that is loaded here.
 */
const isMineAlone = (found) =>
  process.getuid === undefined || (isMine(found) && (found.mode & 0o022) === 0)

/**
 * V8's cached data of an earlier start; undefined if there is none, or if it is damaged or could be
 * another user's.
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

/** The content of a file, if the opened file is this user's alone. */
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
 * Stores V8's cached data and removes those of other versions. The file is renamed into place,
 * since other processes may do the same now. A folder that is a link, belongs to another user or
 * cannot be written to only costs time; one that others may write to is restricted.
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
 * Loads Fettle with its libraries from one file. Compiling takes half of a start, so V8's compiled
 * code is cached in the user's cache folder, with the program and Node's version as the key. V8
 * itself rejects data of another V8 or of other flags.
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
  // Written at exit: by then the functions that were used are compiled, and nothing waits.
  if (cachedData === undefined || script.cachedDataRejected)
    process.once('exit', () => writeCompiled(name, script.createCachedData()))
  return module.exports
}
