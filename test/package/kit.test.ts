import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { clone, fettle, installPacked, run, work, write, type Ended } from './installed.js'
import { filesOf } from './pages.js'

// What docs/adding-a-resource.md and docs/writing-roles.md show, by the packed package in an empty
// folder, on a real host.

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'es2022',
  module: 'nodenext',
  allowImportingTsExtensions: true,
  noEmit: true,
  types: ['node'],
  typeRoots: [join(clone, 'node_modules/@types')],
}

const site = (
  imports: string,
  resources: string,
): string => `import { apt, play, task } from 'fettle'
${imports}

const all = task('All', () => [${resources}])

export default play({ name: 'All', hosts: 'all', become: true, tasks: [all] })
`
const shown = "alternative('shown', { program: '/bin/false' })"
const memory = "redisSetting('maxmemory', { value: '67108864' })"
const plays = {
  'tasks/alternative.ts': site("import { alternative } from '../acme/alternative.ts'", shown),
  'tasks/redis.ts': site(
    "import { redisSetting } from '../acme/redis.ts'",
    `apt.packages(['redis-server']), ${memory}`,
  ),
  'tasks/shell.ts': site(
    "import { loginShell } from '../acme/shells.ts'",
    "loginShell('/usr/bin/tmux')",
  ),
}

/** Runs a command on the host. */
async function onHost(command: string): Promise<string> {
  const { code, out, err } = await fettle('run', '-l', 'all', command)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

/** The exit status of a command about a task file, and what it changes. */
async function changes(command: 'plan' | 'apply', file: string): Promise<readonly unknown[]> {
  const { code, out } = await fettle(command, `tasks/${file}.ts`, '--json')
  const events = out
    .split('\n')
    .filter((line) => line.startsWith('{"type":"resource"'))
    .map((line) => JSON.parse(line) as ResourceEvent)
  return [
    code,
    ...events.flatMap(({ resource, id, changes }) =>
      changes.map(({ summary }) => `${resource}[${id}]: ${summary}`),
    ),
  ]
}
/** An event of the run. */
interface ResourceEvent {
  readonly resource: string
  readonly id: string
  readonly changes: readonly { readonly summary: string }[]
}

let host = ''

beforeAll(async () => {
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['acme', 'roles', 'tasks'] }))
  const shownFiles = ['adding-a-resource.md', 'reading.md', 'writing-roles.md'].flatMap((page) => [
    ...filesOf(page),
  ])
  for (const [path, text] of [...shownFiles, ...Object.entries(plays)]) write(path, text)
  expect(await installPacked()).toMatchObject({ code: 0, err: '' })
  const up = await fettle('lab', 'up', '1', '--inventory', 'inventory/hosts.yml')
  expect(up.code).toBe(0)
  host = /^(\S+) is up/m.exec(up.out)?.[1] ?? ''
}, 600_000)

afterAll(async () => {
  if (host !== '') await fettle('lab', 'down', host)
  rmSync(work, { recursive: true, force: true })
})

const tsc = (): Promise<Ended> =>
  run(process.execPath, [join(clone, 'node_modules/typescript/bin/tsc'), '-p', '.'])

test('what the pages show compiles', async () => {
  expect(await tsc()).toMatchObject({ code: 0, out: '' })
}, 60_000)

test.each([
  ['its tables and laws', 'acme/alternative.test.ts', 15],
  ['its cases on a real host', 'acme/alternative.hosts.test.ts', 4],
])(
  '%s pass in another test runner',
  async (_, file, least) => {
    const { out } = await run('npx', ['--no-install', 'jiti', file])
    expect(Number(/^# pass (\d+)$/m.exec(out)?.[1])).toBeGreaterThanOrEqual(least)
    expect(out).toMatch(/^# fail 0$/m)
  },
  120_000,
)

test('a resource with its own fact is planned, applied, verified and repaired', async () => {
  await onHost(
    'for each in true false; do update-alternatives --install /usr/bin/shown shown /bin/$each 1; done',
  )
  const change = 'acme/alternative[shown]: program /bin/true → /bin/false'
  expect(await changes('plan', 'alternative')).toEqual([2, change])
  expect(await changes('apply', 'alternative')).toEqual([0, change])
  expect(await changes('plan', 'alternative')).toEqual([0])
  await onHost('update-alternatives --set shown /bin/true')
  expect(await changes('apply', 'alternative')).toEqual([0, change])
  await onHost('update-alternatives --remove shown /bin/false')
  const refused = await fettle('plan', 'tasks/alternative.ts')
  expect(refused.out).toContain('/bin/false is no alternative for shown')
  expect(refused.out).toContain('→ install the package that brings it before this')
}, 120_000)

test('a resource with its own backend, likewise', async () => {
  expect(await changes('apply', 'redis')).toEqual([
    0,
    'apt.packages[redis-server]: fetch the package lists',
    'apt.packages[redis-server]: install redis-server',
    'acme/redis.setting[maxmemory]: 0 → 67108864',
  ])
  expect(await changes('plan', 'redis')).toEqual([0])
  await onHost('redis-cli config set maxmemory 1')
  const repaired = ['acme/redis.setting[maxmemory]: 1 → 67108864']
  expect(await changes('plan', 'redis')).toEqual([2, ...repaired])
  expect(await changes('apply', 'redis')).toEqual([0, ...repaired])
  expect(await onHost('redis-cli config get maxmemory')).toContain('67108864')
  await onHost('systemctl stop redis-server')
  expect((await fettle('plan', 'tasks/redis.ts')).out).toContain('127.0.0.1:6379')
}, 300_000)

test('a part of a file', async () => {
  expect(await changes('apply', 'shell')).toEqual([
    0,
    'acme/loginShell[/usr/bin/tmux]: add /usr/bin/tmux',
  ])
  expect(await changes('plan', 'shell')).toEqual([0])
  expect(await onHost('tail -n 1 /etc/shells')).toContain('/usr/bin/tmux')
}, 60_000)

test('a role', async () => {
  const vars = ['-e', '{"sites": ["one", "two"]}']
  expect((await fettle('apply', ...vars)).code).toBe(0)
  expect((await fettle('plan', ...vars)).code).toBe(0)
  expect(await onHost('sudo -ln -U two')).toContain('/usr/bin/systemctl restart two.service')
}, 120_000)

test('a kind without the name of its package is refused where it is defined', async () => {
  write(
    'tasks/nameless.ts',
    "import { options, resource } from 'fettle/kit'\nexport default resource({ type: 'redis', chapter: 'X', options: options({}), build: () => { throw new Error() } })\n",
  )
  expect(await fettle('plan', 'tasks/nameless.ts')).toMatchObject({
    code: 3,
    out: expect.stringContaining(
      'tasks/nameless.ts:2: the resource "redis" does not begin with the name of its package',
    ),
  })
}, 60_000)
