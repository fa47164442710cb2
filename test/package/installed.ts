import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The clone that is packed. */
export const clone = resolve(import.meta.dirname, '../..')
/** A temporary folder of this process. */
export const work = mkdtempSync(join(tmpdir(), 'fettle-package-'))
/** The user's project. */
export const project = join(work, 'project')
/** The package as npm has installed it in the project. */
export const installed = join(project, 'node_modules/fettle')

export interface Ended {
  readonly code: number | string
  readonly out: string
  readonly err: string
}

/** Runs a program to its end in a folder; left out: the project. */
export function run(program: string, argv: readonly string[], cwd = project): Promise<Ended> {
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NO_COLOR: '1',
    npm_config_loglevel: 'error',
  }
  return new Promise((done) => {
    execFile(program, argv, { cwd, env, maxBuffer: 2 ** 26 }, (error, out, err) =>
      done({ code: error === null ? 0 : (error.code ?? 1), out, err }),
    )
  })
}

/** Runs the installed command line. */
export const fettle = (...argv: readonly string[]): Promise<Ended> =>
  run('npx', ['--no-install', 'fettle', ...argv])

/** Writes a file of the project. */
export function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
}

/** Packs the clone, which builds it, and installs the result as a user would. */
export async function installPacked(): Promise<Ended> {
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', work], clone)
  if (packed.code !== 0) return packed
  const tarball = join(work, packed.out.trim())
  write('package.json', JSON.stringify({ name: 'my-servers', private: true, type: 'module' }))
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'warn']
  const ended = await run('npm', ['install', ...quiet, tarball])
  // npm 11 lists all packages with install scripts: ssh2 has one.
  return { ...ended, err: ended.err.replace(/^npm warn install-scripts.*\n/gm, '') }
}

/** Reads a JSON file; the caller guarantees its type. */
export const readJson = <T>(...path: readonly string[]): T =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as T
