import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { project } from '../inventory/project.js'
import { compile } from './compile.js'

// The start of a command costs what it loads. The names of libraries measure that the same on every
// machine, which seconds do not.

const reports = mkdtempSync(join(tmpdir(), 'fettle-loaded-'))
let compiled = ''
beforeAll(() => {
  compiled = project({})
  compile(compiled)
}, 60_000)
afterAll(() => rmSync(reports, { recursive: true, force: true }))

interface Coverage {
  readonly result: readonly { readonly url: string }[]
}

/**
 * The packages whose files a command has loaded, according to V8's coverage, and files of those in
 * `named`.
 */
function loadedBy(
  argv: readonly string[],
  cwd = compiled,
): { readonly packages: readonly string[]; readonly files: readonly string[] } {
  const program = `const { main } = await import(${JSON.stringify(`${compiled}/src/cli/main.js`)}); await main(['node', 'fettle', ...process.argv.slice(1)])`
  const NODE_V8_COVERAGE = mkdtempSync(join(reports, 'run-'))
  execFileSync(process.execPath, ['--input-type=module', '-e', program, '--', ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], NODE_V8_COVERAGE },
  })
  const files = readdirSync(NODE_V8_COVERAGE).flatMap((name) =>
    (JSON.parse(readFileSync(join(NODE_V8_COVERAGE, name), 'utf8')) as Coverage).result.map(
      ({ url }) => url,
    ),
  )
  const packages = files.flatMap(
    (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [],
  )
  return { packages: [...new Set(packages)].sort(), files }
}

describe('what is loaded', () => {
  test('by --help and by --version: the command line', () => {
    expect(loadedBy(['--help']).packages).toEqual(['commander'])
    expect(loadedBy(['--version']).packages).toEqual(['commander'])
  })

  test('by a plan of this machine: nothing of SSH, MySQL and GitHub, no terminal, and once they are compiled nothing that compiles tasks', () => {
    const site = `import { file, play, task } from 'fettle'\nconst one = task('One', () => [file('/etc/hostname')])\nexport default play({ name: 'Here', hosts: 'here', tasks: [one] })\n`
    const directory = project({
      'tasks/site.ts': site,
      'inventory/hosts.yml': 'all:\n  hosts:\n    here:\n      ansible_connection: local\n',
    })
    expect(loadedBy(['plan'], directory).packages).toContain('jiti')
    const { packages, files } = loadedBy(['plan'], directory)
    expect(files.filter((url) => url.endsWith('/cli/load/plain-tasks.js'))).toHaveLength(1)
    expect(
      packages.filter(
        (name) =>
          ['jiti', 'listr2', 'mysql2', 'node-ssh', 'ssh2'].includes(name) ||
          name.startsWith('@octokit/'),
      ),
    ).toEqual([])
    // The whole list, so that an addition is noticed.
    expect(packages).toEqual([
      'a-sync-waterfall',
      'asap',
      'commander',
      'diff',
      'dotenv',
      'nunjucks',
      'picocolors',
      'yaml',
      'zod',
    ])
  })
})
