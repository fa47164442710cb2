import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { setStage, type Stage } from '../job/stage.js'
import { makeKey } from '../ssh/sshd.js'
import { told, withStatus, type Told } from './job.js'
import { lab, labHosts, slow } from './host.js'

/**
 * The whole job over every way to a host, in one run; and each way with an unknown and a changed
 * host key at each of its hops.
 */
const names = ['jumped', 'twice', 'proxied', 'password', 'encrypted', 'sudo'] as const
type Name = (typeof names)[number]
const [gate, outer, ...webs] = labHosts(
  { name: 'gate' },
  { name: 'outer' },
  ...names.map((name) => ({ name, image: 'stack' as const })),
)

const folder = mkdtempSync(join(tmpdir(), 'fettle-ways-'))
const file = (name: string): string => join(folder, name)
const [login, passphrase] = ['login 1$\'"-canary', 'passphrase é-canary']
let sudo: string
let stage: Stage
/** A known_hosts line of each, by the name in the lab. */
let keys: Readonly<Record<string, string>>

beforeAll(async () => {
  sudo = (await import('../../src/lab/image.js')).deployPassword
  stage = await setStage({ lab: lab(), hosts: webs.map((web) => web()) })
  keys = Object.fromEntries(
    [gate, outer, ...webs].map((host) => [host().name, `${host().address} ${host().hostKey}\n`]),
  )
  know({})
  writeFileSync(
    file('config'),
    [gate, outer]
      .map(
        (host) =>
          `Host ${host().name}\n  HostName ${host().address}\n  User admin\n  IdentityFile ${host().keyFile}\n  IdentityAgent none\n  UserKnownHostsFile ${file(host().name)}\n  GlobalKnownHostsFile /dev/null\n`,
      )
      .join(''),
  )
  makeKey(file('key'), 'ed25519', passphrase)
  writeFileSync(
    file('askpass'),
    `#!/bin/sh\necho asked >>${file('asked')}\nprintf '%s\\n' '${passphrase}'\n`,
  )
  chmodSync(file('askpass'), 0o700)
  await host('encrypted').mustRun('cat >>/root/.ssh/authorized_keys', {
    input: readFileSync(file('key.pub')),
  })
  await host('password').mustRun('chpasswd', { input: `admin:${login}\n` })
  // The inventory's quotes keep the ProxyCommand one word.
  const ways: Readonly<Record<Name, object>> = {
    jumped: { ...common('-J gate') },
    twice: { ...common('-J outer,gate') },
    proxied: {
      ...common(`-o "ProxyCommand=ssh -F ${file('config')} -o BatchMode=yes -W %h:%p gate"`),
    },
    password: {
      ...common(''),
      ansible_user: 'admin',
      ansible_password: login,
      ansible_ssh_private_key_file: null,
    },
    encrypted: { ...common(''), ansible_ssh_private_key_file: file('key') },
    sudo: { ...common(''), ansible_user: 'deploy' },
  }
  writeFileSync(file('ways.yml'), stringify({ web: { hosts: ways } }), { mode: 0o600 })
}, slow)
afterAll(async () => {
  await stage.close()
  rmSync(folder, { recursive: true, force: true })
}, slow)

const host = (name: Name): ReturnType<(typeof webs)[number]> => {
  const found = webs[names.indexOf(name)]
  if (found === undefined) throw new Error(`${name} is no host`)
  return found()
}
const common = (more: string): { readonly ansible_ssh_common_args: string } => ({
  ansible_ssh_common_args: `-o UserKnownHostsFile=${file('webs')} -o GlobalKnownHostsFile=/dev/null ${more}`,
})

/**
 * Writes the known_hosts of the jump hosts and of the hosts behind them: the right keys, except
 * those given here.
 */
function know(instead: Partial<Record<'gate' | 'outer' | 'webs', string>>): void {
  for (const jump of ['gate', 'outer'] as const)
    writeFileSync(file(jump), instead[jump] ?? keys[jump] ?? '')
  writeFileSync(file('webs'), instead.webs ?? names.map((name) => keys[name]).join(''))
}

const fettle = async (command: string, ...more: readonly string[]): Promise<Told> =>
  told(
    await stage.fettle(
      [
        command,
        '--json',
        '-K',
        '--ssh-config',
        file('config'),
        ...more,
        '-i',
        stage.inventory,
        '-i',
        file('ways.yml'),
      ],
      { input: `${sudo}\n`, env: { SSH_ASKPASS: file('askpass') } },
    ),
  )

/**
 * The logins on a host, with their number, by where they came from. Filtered by the program's name:
 * journald may assign a login that it reads late to the unit of its session.
 */
async function logins(to: ReturnType<typeof gate>): Promise<Readonly<Record<string, number>>> {
  const addresses = new Map([gate, outer, ...webs].map((each) => [each().address, each().name]))
  const lines = (await to.mustRun('journalctl -q -o cat -t sshd -g "^Accepted"')).trim().split('\n')
  const counts: Record<string, number> = {}
  for (const line of lines) {
    const [, way = '', address = ''] = /^Accepted (\S+) for \S+ from (\S+)/.exec(line) ?? []
    const from = `${way} from ${addresses.get(address) ?? 'here'}`
    counts[from] = (counts[from] ?? 0) + 1
  }
  return counts
}

test(
  'one run provisions them all, each by its way',
  async () => {
    const run = await fettle('apply')
    expect(withStatus(run, 'failed')).toEqual([])
    expect(run.hosts.filter(({ status }) => status !== 'ok')).toEqual([])
    expect([run.code, run.hosts.map((event) => event.host).sort()]).toEqual([0, [...names].sort()])
    for (const web of webs)
      expect(await stage.page(web())).toBe('version one, 0 rows, utf8mb4\n200\n')
    for (const secret of [login, passphrase, sudo]) expect(run.text).not.toContain(secret)
    expect(readFileSync(file('asked'), 'utf8')).toBe('asked\n')
  },
  slow,
)

test(
  'nobody has come another way',
  async () => {
    expect(await Promise.all(webs.map((web) => logins(web())))).toEqual([
      { 'publickey from gate': 1 },
      { 'publickey from gate': 1 },
      { 'publickey from gate': 1 },
      { 'password from here': 1 },
      { 'publickey from here': 1 },
      { 'publickey from here': 1 },
    ])
    // One for the host behind it, one of ssh itself, and one for the host behind both.
    expect(await logins(gate())).toEqual({ 'publickey from here': 2, 'publickey from outer': 1 })
    expect(await logins(outer())).toEqual({ 'publickey from here': 1 })
  },
  slow,
)

test(
  'a second run changes nothing',
  async () => {
    const run = await fettle('apply')
    expect(run.code).toBe(0)
    for (const name of names)
      expect(run.summary[name]).toMatchObject({ changed: 0, failed: 0, unreachable: false })
  },
  slow,
)

describe('a wrong host key ends the run of the host, and the error names the hop', () => {
  const other = (): string => {
    const path = file(`other${Math.random()}`)
    makeKey(path)
    return execFileSync('cut', ['-d ', '-f', '1,2', `${path}.pub`], { encoding: 'utf8' })
  }
  const changed = (...hosts: readonly string[]): string =>
    hosts.map((name) => `${keys[name]?.split(' ')[0] ?? ''} ${other()}`).join('')
  const everyone = { at: (name: Name) => `${name} (`, hosts: names }
  const atGate = { at: () => 'jump host gate (', hosts: ['jumped', 'twice', 'proxied'] as const }
  const atOuter = { at: () => 'jump host outer (', hosts: ['twice'] as const }
  test.each<
    [
      hop: string,
      state: string,
      code: string,
      known: () => Parameters<typeof know>[0],
      expected: { readonly at: (name: Name) => string; readonly hosts: readonly Name[] },
    ]
  >([
    ['the host', 'unknown', 'host-key-unknown', () => ({ webs: '' }), everyone],
    ['the host', 'changed', 'host-key-changed', () => ({ webs: changed(...names) }), everyone],
    ['the jump host next to it', 'unknown', 'host-key-unknown', () => ({ gate: '' }), atGate],
    [
      'the jump host next to it',
      'changed',
      'host-key-changed',
      () => ({ gate: changed('gate') }),
      atGate,
    ],
    ['the first of two jump hosts', 'unknown', 'host-key-unknown', () => ({ outer: '' }), atOuter],
    [
      'the first of two jump hosts',
      'changed',
      'host-key-changed',
      () => ({ outer: changed('outer') }),
      atOuter,
    ],
  ])(
    '%s: %s',
    async (_, state, code, known, { at, hosts }) => {
      know(known())
      const run = await fettle('apply', '-l', hosts.join(','))
      know({})
      expect([run.code, run.resources]).toEqual([1, []])
      expect(run.hosts.map((event) => event.host).sort()).toEqual([...hosts].sort())
      for (const { host: name, status, error } of run.hosts) {
        expect(status).toBe('unreachable')
        // Behind a ProxyCommand it is ssh itself that refuses a jump host.
        if (name === 'proxied' && hosts !== names) {
          expect(error).toMatchObject({
            code: 'unreachable',
            message: expect.stringContaining('its ProxyCommand ended (status 255)'),
          })
          expect(run.text).toContain(
            state === 'changed'
              ? 'REMOTE HOST IDENTIFICATION HAS CHANGED'
              : 'Host key verification failed',
          )
        } else
          expect(error).toMatchObject({ code, message: expect.stringContaining(at(name as Name)) })
      }
    },
    slow,
  )
})
