import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { readConfig, resolveConfig } from '../../../src/ssh/config/ssh-config.js'
import type { Target } from '../../../src/ssh/target.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-ssh-config-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let files = 0
function file(text: string): string {
  const path = join(directory, `config${(files += 1)}`)
  writeFileSync(path, text)
  return path
}
const target = (more: Partial<Target> = {}): Target => ({
  name: 'web1',
  host: 'web',
  become: null,
  ...more,
})

test("OpenSSH's configuration of a host", async () => {
  const config = await resolveConfig(
    target(),
    file(`Host web
  HostName 192.0.2.7
  Port 2022
  User deploy
  IdentityFile ~/.ssh/%h-%r
  IdentityFile "${directory}/second key"
  IdentitiesOnly yes
  IdentityAgent ${directory}/agent
  UserKnownHostsFile ~/a ${directory}/%p
  GlobalKnownHostsFile none
  StrictHostKeyChecking accept-new
  HostKeyAlias other
  ConnectTimeout 3
  ServerAliveInterval 7
  ServerAliveCountMax 2
  HostKeyAlgorithms ssh-ed25519,rsa-sha2-512
  PreferredAuthentications publickey,hostbased
  AddressFamily inet
  LocalForward 1 localhost:1
  ControlMaster auto
  Compression yes
`),
  )
  expect(config).toMatchObject({
    host: '192.0.2.7',
    port: 2022,
    user: 'deploy',
    hostKeyAlias: 'other',
    identityFiles: [join(homedir(), '.ssh/192.0.2.7-deploy'), `${directory}/second key`],
    identitiesOnly: true,
    agent: `${directory}/agent`,
    knownHostsFiles: [join(homedir(), 'a'), `${directory}/2022`],
    acceptNew: true,
    connectSeconds: 3,
    keepalive: { seconds: 7, count: 2 },
    methods: ['publickey'],
    family: 4,
  })
  expect(config.algorithms.serverHostKey).toEqual(['ssh-ed25519', 'rsa-sha2-512'])
})

test('an empty configuration leaves the defaults', async () => {
  expect(await resolveConfig(target(), file(''))).toMatchObject({
    host: 'web',
    port: 22,
    user: userInfo().username,
    acceptNew: false,
    connectSeconds: 10,
    keepalive: { seconds: 10, count: 3 },
    identitiesOnly: false,
    methods: ['publickey', 'password', 'keyboard-interactive'],
  })
})

test('the inventory wins, and Match sees its user', async () => {
  const sshConfig = file(
    'Match user admin\n  ConnectTimeout 4\nHost *\n  Port 2022\n  User deploy\n',
  )
  expect(await resolveConfig(target({ port: 2200, user: 'admin' }), sshConfig)).toMatchObject({
    port: 2200,
    user: 'admin',
    connectSeconds: 4,
  })
})

test.each([
  ['yes', false],
  ['ask', false],
  ['accept-new', true],
  ['no', true],
  ['off', true],
])('StrictHostKeyChecking %s', async (value, acceptNew) => {
  expect(await resolveConfig(target(), file(`StrictHostKeyChecking ${value}\n`))).toMatchObject({
    acceptNew,
  })
})

test.each([
  ['ProxyUseFdpass', 'yes'],
  ['CertificateFile', '/x'],
  ['PKCS11Provider', '/x.so'],
  ['SecurityKeyProvider', '/x.so'],
  ['ForwardX11', 'yes'],
  ['RemoteForward', '1 localhost:1'],
  ['RemoteCommand', 'true'],
  ['Tunnel', 'yes'],
  ['KnownHostsCommand', '/bin/true'],
  ['RevokedHostKeys', '/x'],
  ['PermitLocalCommand', 'yes'],
  ['GSSAPIDelegateCredentials', 'yes'],
  ['HostbasedAuthentication', 'yes'],
])('%s is an error that names it', async (option, value) => {
  await expect(resolveConfig(target(), file(`${option} ${value}\n`))).rejects.toMatchObject({
    code: 'ssh-config-unsupported',
    message: expect.stringMatching(new RegExp(`^web1: ssh_config sets ${option} `)),
  })
})

describe('ansible_ssh_common_args', () => {
  test("-o and -F are ssh's own", async () => {
    expect(
      await resolveConfig(
        target({
          commonArguments: ['-o', 'Port=2201', '-oConnectTimeout=2', '-F', file('User fromfile\n')],
        }),
      ),
    ).toMatchObject({ port: 2201, connectSeconds: 2, user: 'fromfile' })
  })
  test.each([
    [['-J', 'one,u@two:23'], { proxyJump: 'one,u@two:23', proxyCommand: null }],
    [['-o', 'ProxyJump=one'], { proxyJump: 'one', proxyCommand: null }],
    [['-o', 'ProxyCommand=nc "a b" %h %p'], { proxyJump: null, proxyCommand: 'nc "a b" %h %p' }],
    [['-J', 'none'], { proxyJump: null, proxyCommand: null }],
    [['-oProxyCommand=none'], { proxyJump: null, proxyCommand: null }],
  ])('%j', async (commonArguments, expected) => {
    expect(
      await resolveConfig(target({ commonArguments }), file('Host web\n  ProxyJump bastion\n')),
    ).toMatchObject(expected)
  })
  test.each([[['-i', 'key']], [['-o']], [['-vF']], [['host']]])(
    '%j is refused',
    async (commonArguments) => {
      await expect(resolveConfig(target({ commonArguments }))).rejects.toMatchObject({
        code: 'option-invalid',
        message: expect.stringContaining('ansible_ssh_common_args'),
      })
    },
  )
})

test.each(['-oProxyCommand=touch /pwn', '', 'a b', 'x;id', '$(id)'])(
  'a host %j is refused',
  async (host) => {
    await expect(resolveConfig(target({ host }))).rejects.toMatchObject({ code: 'option-invalid' })
  },
)

test.each(['-oProxyCommand=x', '', 'a -oProxyCommand=x', 'DOM\\', '$(id)', '$HOME', 'a;id'])(
  'a user %j is refused',
  async (user) => {
    await expect(resolveConfig(target({ user }))).rejects.toMatchObject({ code: 'option-invalid' })
  },
)
test.each(['DOM\\alice', 'alice smith', 'alice@example.org'])(
  'a user %j is taken',
  async (user) => {
    expect(await resolveConfig(target({ user }), file(''))).toMatchObject({ user })
  },
)

test('a configuration that ssh cannot read', async () => {
  await expect(resolveConfig(target(), file('NoSuchOption yes\n'))).rejects.toMatchObject({
    code: 'ssh-config-invalid',
    detail: expect.stringContaining('nosuchoption'),
  })
  await expect(resolveConfig(target(), join(directory, 'missing'))).rejects.toMatchObject({
    code: 'ssh-config-invalid',
  })
})

test.each([
  ['UTF-8', 'utf8'],
  ['UTF-16', 'utf16le'],
] as const)('one that begins with the byte order mark of %s', async (_, encoding) => {
  const path = file('')
  writeFileSync(path, Buffer.from('\ufeffHost web1\n', encoding))
  const remedy =
    'the file begins with a byte order mark of UTF-8 or UTF-16, which OpenSSH does not read: save it as UTF-8 without one'
  await expect(resolveConfig(target(), path)).rejects.toMatchObject({
    code: 'ssh-config-invalid',
    detail: expect.stringContaining(path),
    remedy,
  })
})

test('IPv6 addresses', async () => {
  expect(
    await resolveConfig(target({ host: '[fe80::1%eth0]', port: 2222 }), file('')),
  ).toMatchObject({ host: 'fe80::1%eth0', port: 2222 })
})

test.each([
  ['none', null],
  ['SSH_AUTH_SOCK', process.env['SSH_AUTH_SOCK'] ?? null],
  ['$HOME', homedir()],
  ['~/agent', join(homedir(), 'agent')],
])('IdentityAgent %s', (value, agent) => {
  expect(readConfig(`identityagent ${value}`, target()).agent).toBe(agent)
})

test.each([
  ['no', null],
  ['yes', '/run/agent'],
  ['/run/other', '/run/other'],
  ['$HOME', homedir()],
])('ForwardAgent %s', (value, forwardedAgent) => {
  expect(readConfig(`identityagent /run/agent\nforwardagent ${value}`, target())).toMatchObject({
    agent: '/run/agent',
    forwardedAgent,
  })
})

test('of a jump host only what the way through it needs is looked at', async () => {
  const sshConfig = file(
    'Host web\n  RemoteForward 1 localhost:1\n  RemoteCommand true\n  ForwardX11 yes\nHost db\n  CertificateFile /x\n',
  )
  expect(await resolveConfig(target(), sshConfig, 'jump')).toMatchObject({ host: 'web' })
  await expect(resolveConfig(target({ host: 'db' }), sshConfig, 'jump')).rejects.toMatchObject({
    code: 'ssh-config-unsupported',
    remedy: 'let ssh itself go through it: ProxyCommand ssh -W %h:%p db',
  })
})

test('100 hosts at once', async () => {
  const sshConfig = file('Host host*\n  Port 2023\n')
  const configs = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      resolveConfig(target({ host: `host${index}` }), sshConfig),
    ),
  )
  expect(configs.map(({ host, port }) => `${host}:${port}`)).toEqual(
    configs.map((_, index) => `host${index}:2023`),
  )
})
