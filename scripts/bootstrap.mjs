// What a fresh clone lacks, made before something runs:
// `node scripts/bootstrap.mjs build|test|demo|bench [ARGUMENTS]`. Plain Node without dependencies,
// for there are none yet. It says what it installs and asks first when a person is at the terminal
// (not with --yes), and writes to standard error only.
import { once } from 'node:events'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { constants } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = (...parts) => join(root, ...parts)
const say = (line) => process.stderr.write(`${line}\n`)

/** Programs, or paths, besides the lab's own, and the Debian packages that hold them. */
const programs = {
  bench: { git: 'git', ssh: 'openssh-client' },
  test: {
    git: 'git',
    ssh: 'openssh-client',
    sshd: 'openssh-server',
    socat: 'socat',
    busybox: 'busybox-static',
    '/usr/lib/python3/dist-packages/ansible': 'ansible-core',
  },
}

/** What runs once nothing is lacking. */
const commands = {
  build: null,
  test: [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    at('node_modules', 'jest', 'bin', 'jest.js'),
  ],
  demo: [at('bin', 'fettle.js'), 'demo'],
  bench: [at('dist', 'test', 'bench', 'bench.js')],
}

/** Why nothing could be run, as a sentence for the user. */
class Unready extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}

/**
 * Runs a program to its end and returns its status. It decides how to end on a signal; the
 * terminal's reach it by themselves.
 */
async function run(argv, stdio = ['inherit', 2, 2]) {
  const [program, ...args] = argv
  const { spawn } = await import('node:child_process')
  const child = spawn(program, args, { cwd: root, stdio })
  const pass = (signal) => child.kill(signal)
  const wait = () => undefined
  process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', wait)
  const [code, signal] = await once(child, 'close')
  process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', wait)
  return code ?? 128 + constants.signals[signal]
}

async function must(argv) {
  const code = await run(argv)
  if (code !== 0) throw new Unready(`${argv.join(' ')} ended with status ${code}`, code)
}

async function agreed(ask) {
  if (!ask || !process.stdin.isTTY) return true
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // An input that ends is no agreement.
  const answer = await Promise.race([
    terminal.question('Go on? [Y/n] '),
    once(terminal, 'close').then(() => 'no'),
  ])
  terminal.close()
  return /^(y|yes|)$/i.test(answer.trim())
}

function checkNode() {
  const [wantedMajor, wantedMinor] = [20, 19]
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor))
    throw new Unready(
      `Node ${wantedMajor}.${wantedMinor} or newer is needed, and this is ${process.version}`,
    )
}

const json = (path) => JSON.parse(readFileSync(path, 'utf8'))

/**
 * Whether node_modules holds what package-lock.json asks for; npm keeps its own copy of the lock
 * file in there.
 */
function modulesAreCurrent() {
  try {
    const installed = json(at('node_modules', '.package-lock.json')).packages
    const wanted = Object.entries(json(at('package-lock.json')).packages)
    return wanted.every(
      ([path, { version, optional }]) =>
        path === '' || optional || installed[path]?.version === version,
    )
  } catch {
    return false
  }
}

async function installModules(ask) {
  if (modulesAreCurrent()) return
  say('installing node_modules from package-lock.json: npm ci')
  if (!(await agreed(ask))) throw new Unready('node_modules was not installed')
  await must(['npm', 'ci'])
}

const stamp = at('dist', '.built')

/**
 * When something that is compiled was changed last; a folder's own time tells of files that are
 * gone.
 */
function newest(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  // What is missing has to be made.
  if (found === undefined) return Infinity
  const below = found.isDirectory()
    ? readdirSync(path).filter((name) => !/\.(test|cases)\.ts$/.test(name))
    : []
  return Math.max(found.mtimeMs, ...below.map((name) => newest(join(path, name))))
}

function buildIsCurrent() {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined) return false
  // Of the tests a few folders are compiled; the rest may change.
  const sources = ['src', ...readdirSync(at('dist', 'test')).map((folder) => join('test', folder))]
  return [
    'node_modules/.package-lock.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts',
    ...sources,
  ].every((path) => built > newest(at(path)))
}

/**
 * Builds beside `dist` and puts it in its place whole, so that a killed build leaves the old one.
 */
export async function build() {
  const started = new Date()
  const [fresh, old] = ['new', 'old'].map((word) => `dist-${word}-${process.pid}`)
  try {
    await must([
      process.execPath,
      at('node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'tsconfig.build.json',
      '--outDir',
      fresh,
    ])
    await must([process.execPath, at('scripts', 'build', 'bundle.mjs'), fresh])
    writeFileSync(at(fresh, '.built'), '')
    utimesSync(at(fresh, '.built'), started, started)
    if (existsSync(at('dist'))) renameSync(at('dist'), at(old))
    renameSync(at(fresh), at('dist'))
  } catch (error) {
    // Another process has built at the same time, and its build stands.
    if (error.syscall !== 'rename') throw error
  } finally {
    for (const folder of [fresh, old]) rmSync(at(folder), { recursive: true, force: true })
  }
}

async function installPackages(what, ask) {
  const { installRequirements, requireMachine } = await import(
    pathToFileURL(at('dist', 'src', 'lab', 'requirements.js'))
  )
  // The tests that need no host run where there can be none; jest.config.js says which are left
  // out.
  if (what === 'test' && refuses(requireMachine)) return
  await installRequirements({ ask, say, also: programs[what] })
}

function refuses(check) {
  try {
    check()
    return false
  } catch {
    return true
  }
}

/**
 * Makes the clone ready to run `fettle` from. A build is newer than the modules that it was made
 * with, so where it is current they are too.
 */
export async function prepare({ ask }) {
  checkNode()
  if (buildIsCurrent()) return
  await installModules(ask)
  if (!buildIsCurrent()) await build()
}

async function main([what, ...words]) {
  if (!Object.hasOwn(commands, what))
    throw new Unready(`usage: node scripts/bootstrap.mjs ${Object.keys(commands).join('|')}`, 3)
  const ask = !words.includes('--yes')
  // As src/lab/requirements.ts says it, which is not compiled yet.
  if (what === 'demo' && (process.platform !== 'linux' || process.getuid() !== 0))
    throw new Unready(
      'the demo boots a lab host, which runs on Linux as root\nrun it as root on Debian 12, in a virtual machine too',
    )
  await prepare({ ask })
  const command = commands[what]
  if (command === null) return
  // Without root the lab cannot run, and each command says so in its own way.
  if (process.platform === 'linux' && process.getuid() === 0) await installPackages(what, ask)
  process.exitCode = await run(
    [process.execPath, ...command, ...words.filter((word) => word !== '--yes' || what === 'bench')],
    'inherit',
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    say(`fettle: ${[error.message, error.remedy].filter(Boolean).join('\n')}`)
    process.exitCode = Number.isInteger(error.code) ? error.code : 1
  })
}
