import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execute, type Ended } from '../../src/lab/command.js'
import type { LabHost } from '../../src/lab/host.js'
import { lab, labHosts, slow } from './host.js'
import { told, type Told } from './job.js'

/** A release that rolls over three hosts, one of which cannot take it. */
const hosts = labHosts({ name: 'web1' }, { name: 'web2' }, { name: 'web3' })
const [web1, web2, web3] = hosts
const root = resolve(import.meta.dirname, '../..')
let project = ''

const tasks = `
import { command, file, play, task, type WithFacts } from 'fettle'
const migrate = task('Migrate', () => [command('echo done >/root/migrated', { name: 'migrate', creates: '/root/migrated' })], { once: true })
const release = task('Release', () => [file('/root/release', { content: 'two\\n' })])
const plays = {
  rolling: [
    play({ name: 'Rolling', hosts: 'web1,web2,web3', serial: [1, '50%'], maxFailures: 1, tasks: [migrate, release] }),
    play({ name: 'After', hosts: 'web1,web2,web3', tasks: [task('Announce', () => [file('/root/announced', { content: '' })])] }),
  ],
  none: play({ name: 'None', hosts: 'web1,web2,web3', forks: 1, maxFailures: 0, tasks: [release] }),
  one: play({ name: 'One', hosts: 'web1,web2,web3', forks: 1, maxFailures: 1, tasks: [release] }),
  facts: play({ name: 'Facts', hosts: 'web1,web2,web3', facts: true, tasks: [
    task<unknown, WithFacts>('About', ({ facts: { hostname, os, init, addresses } }) => [
      file('/root/about', { content: [hostname, os.id, os.version, os.codename, init, ...(addresses ?? []).filter(({ scope, family }) => scope === 'global' && family === 'ipv4').map(({ address }) => address)].join(' ') }),
    ]),
  ] }),
}
`

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fettle-rolling-'))
  await mkdir(join(project, 'inventory'))
  await mkdir(join(project, 'tasks'))
  await writeFile(join(project, 'inventory/hosts.yml'), lab().inventory())
  for (const name of ['rolling', 'none', 'one', 'facts'])
    await writeFile(join(project, `tasks/${name}.ts`), `${tasks}export default plays.${name}\n`)
}, slow)
afterAll(() => rm(project, { recursive: true, force: true }))
beforeEach(async () => {
  await rm(join(project, '.fettle/retry'), { force: true })
  await Promise.all(
    hosts.map((host) => host().mustRun('rm -rf /root/release /root/migrated /root/announced')),
  )
})

const fettle = (...words: readonly string[]): Promise<Ended> =>
  execute([process.execPath, join(root, 'bin/fettle.js'), ...words], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1' },
  })
const apply = async (...words: readonly string[]): Promise<Told> =>
  told(await fettle('apply', '--json', ...words))
/** Puts a folder where a file is to be. */
const breakIt = (host: LabHost): Promise<string> => host.mustRun('mkdir -p /root/release')
const ends = ({ hosts: all }: Told): readonly string[] =>
  all.map(({ host, status, error }) =>
    error === null ? `${host} ${status}` : `${host} ${status} ${error.code}`,
  )
const has = async (host: LabHost): Promise<string> => {
  const stdout = await host.mustRun(
    'cd /root; for f in migrated release announced; do [ ! -f "$f" ] || printf "%s " "$f"; done',
  )
  return stdout.trim()
}
const retry = (): Promise<string> => readFile(join(project, '.fettle/retry'), 'utf8')

describe("serial: [1, '50%'], maxFailures: 1", () => {
  test(
    'one host after the other, then the next play; what is to be done once is',
    async () => {
      const run = await apply('tasks/rolling.ts')
      expect(run.code).toBe(0)
      expect(
        run.resources
          .map(({ host, resource, status }) => `${host} ${resource} ${status}`)
          .slice(0, 4),
      ).toEqual([
        'web1 command changed',
        'web1 file changed',
        'web2 file changed',
        'web3 file changed',
      ])
      expect(await Promise.all(hosts.map((host) => has(host())))).toEqual([
        'migrated release announced',
        'release announced',
        'release announced',
      ])
      expect(existsSync(join(project, '.fettle/retry'))).toBe(false)
    },
    slow,
  )

  test(
    'the second fails: it is all of its batch, so the third is not begun, nor the next play; the retry file continues',
    async () => {
      await breakIt(web2())
      const run = await apply('tasks/rolling.ts')
      expect(run.code).toBe(1)
      expect(ends(run)).toEqual(['web2 failed', 'web3 failed not-begun', 'web1 failed not-begun'])
      expect(
        run.resources.map(({ host, resource, status }) => `${host} ${resource} ${status}`),
      ).toEqual(['web1 command changed', 'web1 file changed', 'web2 file failed'])
      expect(run.summary['web3']).toMatchObject({
        ok: 0,
        failed: 0,
        skipped: 0,
        unreachable: false,
      })
      expect(await Promise.all(hosts.map((host) => has(host())))).toEqual([
        'migrated release',
        '',
        '',
      ])
      expect(await retry()).toBe('web1\nweb2\nweb3\n')
      expect(run.text).toContain(
        '3 hosts are not done; for these alone: fettle apply tasks/rolling.ts --json -l @.fettle/retry',
      )

      await web2().mustRun('rmdir /root/release')
      const again = await apply('tasks/rolling.ts', '-l', '@.fettle/retry')
      expect(again.code).toBe(0)
      expect(await Promise.all(hosts.map((host) => has(host())))).toEqual([
        'migrated release announced',
        'release announced',
        'release announced',
      ])
      expect(existsSync(join(project, '.fettle/retry'))).toBe(false)
    },
    slow,
  )

  test(
    'the first fails: no other is touched',
    async () => {
      await breakIt(web1())
      const run = await apply('tasks/rolling.ts')
      expect(ends(run)).toEqual(['web1 failed', 'web2 failed not-begun', 'web3 failed not-begun'])
      expect(await Promise.all([web2, web3].map((host) => has(host())))).toEqual(['', ''])
    },
    slow,
  )
})

describe('maxFailures in one batch', () => {
  test(
    '0: one is too many',
    async () => {
      await breakIt(web1())
      const run = await apply('tasks/none.ts')
      expect(ends(run)).toEqual(['web1 failed', 'web2 failed not-begun', 'web3 failed not-begun'])
      expect(run.hosts[1]?.error?.message).toBe(
        'the run ended before the host\'s turn: 1 host of the play "None" failed, and its maxFailures is 0',
      )
      expect(await retry()).toBe('web1\nweb2\nweb3\n')
    },
    slow,
  )

  test(
    '1: one is borne, and only it is in the retry file',
    async () => {
      await breakIt(web1())
      const { code, stdout } = await fettle('apply', 'tasks/one.ts')
      expect(code).toBe(1)
      expect(await Promise.all([web2, web3].map((host) => has(host())))).toEqual([
        'release',
        'release',
      ])
      expect(await retry()).toBe('web1\n')
      expect(stdout).toContain(
        '1 host is not done; for it alone: fettle apply tasks/one.ts -l @.fettle/retry\n',
      )
    },
    slow,
  )
})

test(
  'facts: a play builds from them in a round trip of its own, and fettle facts prints them',
  async () => {
    const { code, stdout } = await fettle('apply', 'tasks/facts.ts', '-v')
    expect(code).toBe(0)
    for (const host of hosts) {
      expect(await host().mustRun('cat /root/about')).toBe(
        `${host().name} debian 12 bookworm systemd ${host().address}`,
      )
      expect(stdout).toContain(`${host().name} was asked: shell 4, trials 2\n`)
    }
    const told = await fettle('facts', 'web1', '--json')
    expect(told.code).toBe(0)
    const [line] = told.stdout
      .split('\n')
      .map((each) => JSON.parse(each === '' ? 'null' : each) as { readonly facts: object } | null)
    expect(line).toMatchObject({
      type: 'facts',
      host: 'web1',
      facts: {
        hostname: 'web1',
        os: { id: 'debian', codename: 'bookworm' },
        virtualization: 'systemd-nspawn',
        init: 'systemd',
        addresses: expect.arrayContaining([
          expect.objectContaining({ address: web1().address, family: 'ipv4' }),
        ]),
      },
    })
  },
  slow,
)
