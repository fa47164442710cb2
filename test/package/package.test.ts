import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

// What a stranger gets: the packed package, installed into an empty project from the registry's
// dependencies.

const root = resolve(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'fettle-package-'))
const project = join(work, 'project')
const managed = join(work, 'managed')

interface Ended {
  readonly code: number | string
  readonly out: string
  readonly err: string
}

function run(program: string, argv: readonly string[], cwd = project): Promise<Ended> {
  return new Promise((done) => {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NO_COLOR: '1',
      npm_config_loglevel: 'error',
    }
    execFile(program, argv, { cwd, env, maxBuffer: 2 ** 26 }, (error, out, err) =>
      done({ code: error === null ? 0 : (error.code ?? 1), out, err }),
    )
  })
}

const fettle = (...argv: readonly string[]): Promise<Ended> =>
  run('npx', ['--no-install', 'fettle', ...argv])

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
}

const site = (content: string): string => `import { file, play, task, z } from 'fettle'

const Vars = z.object({ folder: z.string() })
const greeting = task<z.output<typeof Vars>>('Greeting', ({ vars }) => [file(\`\${vars.folder}/greeting\`, { content: ${content}, mode: '0640' })])

export default play({ name: 'Here', hosts: 'here', vars: Vars, tasks: [greeting] })
`

const compile = (): Promise<Ended> =>
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])

beforeAll(async () => {
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', work], root)
  expect({ ...packed, out: '' }).toMatchObject({ code: 0 })
  write('package.json', JSON.stringify({ name: 'my-servers', private: true, type: 'module' }))
  write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: 'es2022',
        module: 'nodenext',
        noEmit: true,
        skipLibCheck: true,
        types: [],
      },
      include: ['tasks'],
    }),
  )
  write(
    'inventory/hosts.yml',
    `all:\n  hosts:\n    here:\n      ansible_connection: local\n      folder: ${managed}\n`,
  )
  write('tasks/site.ts', site("'hello\\n'"))
  mkdirSync(managed)
  const installed = await run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel',
    'warn',
    join(work, packed.out.trim()),
  ])
  // npm 11 lists packages with install scripts, whatever they are.
  expect({
    ...installed,
    err: installed.err.replace(/^npm warn install-scripts.*\n/gm, ''),
  }).toMatchObject({ code: 0, err: '' })
}, 300_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('the installed package', () => {
  test('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly version: string
    }
    expect(await fettle('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
  }, 60_000)

  test('its types are found by a strict compiler, and refuse what is wrong', async () => {
    expect(await compile()).toMatchObject({ code: 0, out: '' })
    write('tasks/site.ts', site('5'))
    const wrong = await compile()
    write('tasks/site.ts', site("'hello\\n'"))
    expect(wrong.out).toContain('tasks/site.ts(4,')
    expect(wrong.out).toContain("Type 'number' is not assignable to type")
  }, 60_000)

  test('plans, applies and finds nothing more to do, for a TypeScript task of the project', async () => {
    const path = join(managed, 'greeting')
    const planned = await fettle('plan')
    expect(planned).toMatchObject({ code: 2, err: '' })
    expect(planned.out).toContain(`file[${path}]`)
    expect(existsSync(path)).toBe(false)

    const applied = await fettle('apply')
    expect(applied).toMatchObject({ code: 0, err: '' })
    expect(applied.out).toContain(
      'here : ok=1 changed=1 unreachable=0 failed=0 skipped=0 ignored=0',
    )
    expect(readFileSync(path, 'utf8')).toBe('hello\n')

    const again = await fettle('plan', '--json')
    expect(again.code).toBe(0)
    expect(JSON.parse(again.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'summary',
      exitCode: 0,
      hosts: { here: { ok: 1, changed: 0 } },
    })
  }, 120_000)

  test('a reader that leaves after the first line does no harm', async () => {
    const { code, out, err } = await run('bash', [
      '-o',
      'pipefail',
      '-c',
      'npx --no-install fettle plan --json | head -n 1',
    ])
    expect(JSON.parse(out)).toMatchObject({ type: 'run', mode: 'plan' })
    expect(err).not.toMatch(/EPIPE|at .*\.js/)
    expect(code).toBe(0)
  }, 60_000)
})
