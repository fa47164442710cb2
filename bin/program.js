import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const file = fileURLToPath(new URL('../dist/fettle/program.cjs', import.meta.url))
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fettle', 'program')

const digestOf = (data) => createHash('sha256').update(data).digest()

/** What was kept, behind its digest: V8 trusts what it is given. Nothing where it is not there, or damaged. */
function kept(name) {
  try {
    const whole = readFileSync(join(folder, name))
    const data = whole.subarray(32)
    return digestOf(data).equals(whole.subarray(0, 32)) ? data : undefined
  } catch {
    return undefined
  }
}

/** Renamed into its place whole, since others may do the same now; what other versions left goes. A folder that cannot be written to costs time and nothing else. */
function keep(name, data) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const old of readdirSync(folder)) rmSync(join(folder, old), { force: true })
    writeFileSync(join(folder, `${name}.${process.pid}`), Buffer.concat([digestOf(data), data]), { mode: 0o600 })
    renameSync(join(folder, `${name}.${process.pid}`), join(folder, name))
  } catch {
    // The next start compiles again.
  }
}

let program

/**
 * Fettle with its libraries, from one file. What V8 made of it is kept in the user's cache folder under what it depends on, the program and
 * Node: compiling takes half of a start. V8 itself refuses what another V8 made, or one with other flags.
 */
export function loadProgram() {
  if (program !== undefined) return program
  const name = `${readFileSync(join(dirname(file), 'id'), 'utf8')}-${process.version}-${process.arch}`
  const cachedData = kept(name)
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  // At the end what was used is compiled, and nobody waits.
  if (cachedData === undefined || script.cachedDataRejected) process.once('exit', () => keep(name, script.createCachedData()))
  return (program = module.exports)
}
