import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execute, type Ended } from '../../src/lab/command.js'
import { labHost, slow } from './host.js'
import { told, withStatus, type Told } from './job.js'

/** Duplicates: a machine under several names, a resource at several places. */
const host = labHost()
const root = resolve(import.meta.dirname, '../..')
let project = ''

/**
 * Each name's own file, one that all share, and one that a `once` task writes, for which the others
 * wait in the middle of their walks.
 */
const sites = `
import { command, file, play, sshKey, task } from 'fettle'
const own = (name: string) => task(name, ({ host }) => [file(\`/root/twice/\${host.name}-\${name}\`, { content: name })])
const shared = task('shared', () => [command('sleep 0.3; echo x >>/root/twice/shared', { creates: '/root/twice/shared' })])
const once = task('once', ({ host }) => [file('/root/twice/once', { content: host.name })], { once: true })
const plays = (given: object) => [
  play({ name: 'First', hosts: 'all', become: true, tasks: [own('before'), shared, once, own('after')], ...given }),
  play({ name: 'Second', hosts: 'all', become: true, tasks: [own('later')], ...given }),
]

/** A role that makes a function for each call. */
const key = sshKey('/root/twice/key')
const note = (prefix: string) => file('/root/twice/note', { content: key.publicKey.map((text) => prefix + text.split(' ')[0]) })
const one = task('One', () => [key, note('a '), command('echo one', { name: 'last' })])
const other = (prefix: string) => task('Other', () => [note(prefix)])
const twice = (prefix: string) => play({ name: 'Twice', hosts: 'shop', become: true, tasks: [one, other(prefix)] })
`
const inventory = async (hosts: Readonly<Record<string, object>>): Promise<void> => {
  const { keyFile } = host()
  const vars = { ansible_user: 'root', ansible_ssh_private_key_file: keyFile }
  await writeFile(join(project, 'inventory/hosts.yml'), JSON.stringify({ all: { vars, hosts } }))
}
/** Connection settings for the same host that do not show that it is the same. */
let ways: Readonly<Record<'address' | 'port' | 'other', object>>

beforeAll(async () => {
  const { address, hostKey } = host()
  project = await mkdtemp(join(tmpdir(), 'fettle-twice-'))
  await mkdir(join(project, 'inventory'))
  await mkdir(join(project, 'tasks'))
  const other = address.replace(/\d+$/, '250')
  await host().mustRun(
    `printf '%s\\n' 'Port 22' 'Port 2222' >/etc/ssh/sshd_config.d/lab.conf && systemctl restart ssh && ip addr add ${other}/24 dev eth0`,
  )
  await writeFile(
    join(project, 'inventory/known_hosts'),
    `${address},[${address}]:2222,${other} ${hostKey}\n`,
  )
  ways = {
    address: { ansible_host: address },
    port: { ansible_host: address, ansible_port: 2222 },
    other: { ansible_host: other },
  }
  const exported = {
    parallel: 'plays({})',
    serial: 'plays({ serial: 1 })',
    same: "twice('a ')",
    different: "twice('b ')",
  }
  for (const [name, value] of Object.entries(exported))
    await writeFile(join(project, `tasks/${name}.ts`), `${sites}export default ${value}\n`)
}, slow)
afterAll(() => rm(project, { recursive: true, force: true }))
beforeEach(() => host().mustRun('rm -rf /root/twice; mkdir /root/twice'))

const fettle = (...words: readonly string[]): Promise<Ended> =>
  execute([process.execPath, join(root, 'bin/fettle.js'), ...words], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1' },
  })
const run = async (...words: readonly string[]): Promise<Told> =>
  told(await fettle(...words, '--json'))

describe('several names of one machine end well in one run', () => {
  test.each<
    [what: string, hosts: readonly (keyof typeof ways)[], site: string, flags: readonly string[]]
  >([
    ['by one address', ['address', 'address'], 'parallel', []],
    ['by another port', ['address', 'port'], 'parallel', []],
    ['by another address, one at a time', ['address', 'other'], 'parallel', ['--forks', '1']],
    ['by another port, in batches of one', ['port', 'address'], 'serial', []],
    ['three of them', ['address', 'port', 'other'], 'parallel', []],
    ['three of them, in batches of one', ['other', 'address', 'address'], 'serial', []],
  ])(
    '%s',
    async (_, by, site, flags) => {
      const names = ['shop', 'blog', 'wiki'].slice(0, by.length)
      await inventory(
        Object.fromEntries(names.map((name, index) => [name, ways[by[index] ?? 'address']])),
      )
      const applied = await run('apply', `tasks/${site}.ts`, ...flags)
      expect([
        applied.code,
        applied.hosts.map(({ host: name, status }) => `${name} ${status}`).sort(),
      ]).toEqual([0, names.map((name) => `${name} ok`).sort()])
      expect(applied.text).toMatch(/ are one machine/)
      // What all of them want was done once, by the first.
      expect(await host().mustRun('cat /root/twice/shared')).toBe('x\n')
      expect(withStatus(applied, 'changed')).toHaveLength(names.length * 3 + 2)
      expect(withStatus(await run('apply', `tasks/${site}.ts`, ...flags), 'changed')).toEqual([])
    },
    slow,
  )
})

describe('a file that two roles describe by functions', () => {
  test(
    "is one where they make the same of the host's key, also when that is not there yet",
    async () => {
      await inventory({ shop: ways.address })
      expect((await run('plan', 'tasks/same.ts')).code).toBe(2)
      const applied = await run('apply', 'tasks/same.ts')
      expect([applied.code, withStatus(applied, 'changed')]).toEqual([
        0,
        [
          'sshKey[/root/twice/key]: create ed25519 key: 0600',
          'file[/root/twice/note]: create file: 0644',
          'command[last]: always runs: echo one',
        ],
      ])
      expect(await host().mustRun('cat /root/twice/note')).toBe('a ssh-ed25519')
    },
    slow,
  )

  test(
    'is a failure that names both places where they do not, as soon as the host has the key',
    async () => {
      await inventory({ shop: ways.address })
      expect((await run('plan', 'tasks/different.ts')).code).toBe(2)
      const expected =
        /^file\[\/root\/twice\/note\] is described twice with different options \(content\): at \S*different\.ts:\d+ \(called at \S*different\.ts:\d+\) and at \S*different\.ts:\d+ \(called at \S*different\.ts:\d+\)$/
      for (const command of ['apply', 'plan']) {
        const { code, resources } = await run(command, 'tasks/different.ts')
        expect([
          code,
          resources.filter(({ error }) => error !== null).map(({ error }) => error?.message),
        ]).toEqual([1, [expect.stringMatching(expected)]])
      }
      expect((await host().run(['cat', '/root/twice/note'])).code).toBe(1)
    },
    slow,
  )
})
