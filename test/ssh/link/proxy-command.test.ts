import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import type { ConnectOptions } from '../../../src/ssh/connect.js'
import { environmentFor } from '../../../src/ssh/link/local-programs.js'
import { expandProxyCommand } from '../../../src/ssh/link/proxy-command.js'
import { logIn } from '../log-in.js'
import { sshConfig, startSshd, type Sshd } from '../sshd.js'

let sshd: Sshd
let directory: string
beforeAll(async () => {
  sshd = await startSshd()
  directory = mkdtempSync(join(tmpdir(), 'fettle-proxy-'))
})
afterAll(async () => {
  await sshd.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe('tokens', () => {
  const config = { host: 'inner.example.org', originalHost: 'web', port: 2200, user: 'deploy' }
  test.each([
    ['nc %h %p', 'nc inner.example.org 2200'],
    ['x %n %r 100%%', 'x web deploy 100%'],
    ['x %%h "a  b" \'$X\' | y', 'x %h "a  b" \'$X\' | y'],
  ])('%s', (command, expanded) => expect(expandProxyCommand(command, config)).toBe(expanded))
  test.each(['nc %x', 'nc %h %', 'nc %H'])('%s is refused, as by ssh', (command) => {
    expect(() => expandProxyCommand(command, config)).toThrow(
      expect.objectContaining({ code: 'ssh-config-invalid' }),
    )
  })
})

function options(known = sshd.knownHosts, more = ''): ConnectOptions {
  const file = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(file, known)
  return { sshConfig: sshConfig(directory, more), knownHostsFiles: [file], acceptNew: false }
}
const login = async (command: string, given = options()): Promise<string> => {
  const session = await logIn(
    { ...sshd.target, commonArguments: ['-o', `ProxyCommand=${command}`] },
    given,
  )
  const [output] = await session.exchange([{ script: sh`id -un` }])
  await session.close()
  return output?.stdout.toString().trim() ?? ''
}
const running = (word: string): string =>
  execFileSync('sh', ['-c', `pgrep -f '[${word.slice(0, 1)}]${word.slice(1)}' || true`], {
    encoding: 'utf8',
  })

test('a program that leads to the host, which is ended with the session', async () => {
  const name = `fettle-test-${String(process.pid)}`
  expect(await login(`sh -c 'socat - TCP:%h:%p; : ${name}'`)).toBe(userInfo().username)
  for (let tries = 0; running(name) !== ''; tries += 1) {
    if (tries > 50) throw new Error('the command is still there')
    await delay(50)
  }
})

test("from ssh_config, with ssh itself, and by the user's shell with exec", async () => {
  const file = join(directory, 'shell')
  const key = sshd.target.privateKeyFile ?? ''
  const ssh =
    `echo "$0 $PPID" >${file}; exec ssh -F none -i ${key} -o UserKnownHostsFile=%d -p ${sshd.port} -W %h:%p`.replace(
      '%d',
      join(directory, 'ssh-known'),
    )
  writeFileSync(join(directory, 'ssh-known'), sshd.knownHosts)
  const session = await logIn(
    sshd.target,
    options(sshd.knownHosts, `Host 127.0.0.1\n  ProxyCommand sh -c '${ssh} 127.0.0.1'\nHost *`),
  )
  await session.close()
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^sh ${String(process.pid)}\n$`))
})

test('its error output is shown, and it is not tried again', async () => {
  const file = join(directory, 'tries')
  await expect(
    login(`sh -c 'echo . >>${file}; echo no way to %h >&2; exit 3'`),
  ).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(
      /^web1 \(.*\) cannot be reached: its ProxyCommand ended \(status 3\): sh -c /,
    ),
    detail: 'no way to 127.0.0.1',
  })
  expect(readFileSync(file, 'utf8')).toBe('.\n')
})

test('one that is not there', async () => {
  await expect(login('/no/such/program')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('status 127'),
    detail: expect.stringContaining('/no/such/program'),
  })
})

test('one that says nothing ends at the limit', async () => {
  await expect(
    login('sleep 60', options(sshd.knownHosts, 'ConnectTimeout 1')),
  ).rejects.toMatchObject({
    code: 'ssh-handshake-failed',
    message: expect.stringContaining('within 1 s'),
  })
})

test.each([
  ['socat -T1 - TCP:%h:%p', /ended \(/],
  ["sh -c 'socat -T1 - TCP:%h:%p; exit 9'", /ended \(.*its ProxyCommand ended \(status 9\)/],
])('one that ends while something runs, the connection is lost: %s', async (command, message) => {
  const session = await logIn(
    { ...sshd.target, commonArguments: ['-o', `ProxyCommand=${command}`] },
    options(),
  )
  await expect(session.exchange([{ script: sh`sleep 20` }])).rejects.toMatchObject({
    code: 'connection-lost',
    message: expect.stringMatching(message),
  })
  await session.close()
})

test("the host's key is checked behind it", async () => {
  await expect(login('socat - TCP:%h:%p', options(''))).rejects.toMatchObject({
    code: 'host-key-unknown',
    message: expect.stringContaining('web1'),
  })
})

describe('secrets, which other processes could read', () => {
  new Secret('proxy-0815')

  test('are no argument of ssh -G', async () => {
    await expect(login('sshpass -p proxy-0815 ssh -W %h:%p gate')).rejects.toMatchObject({
      code: 'secret-exposed',
      message:
        'web1: what ssh is given (ansible_ssh_common_args) holds a secret, which every process of this machine could read there',
      remedy: expect.stringContaining('sshpass -f FILE'),
    })
  })

  test('are not added to a ProxyCommand from ssh_config', async () => {
    const given = options(sshd.knownHosts, 'ProxyCommand sshpass -p proxy-0815 ssh -W %h:%p gate')
    await expect(logIn(sshd.target, given)).rejects.toMatchObject({
      code: 'secret-exposed',
      message: expect.stringMatching(/^web1 \(.*\): its ProxyCommand holds a secret, which/),
    })
  })

  test('unknown ones are not listed', async () => {
    await expect(login("sh -c 'exit 3' sshpass -p typed-0815")).rejects.toMatchObject({
      message: expect.stringContaining("sh -c 'exit 3' sshpass -p [secret]"),
    })
  })

  test('are no variables of a program, unless its command names them', () => {
    const names = ['FETTLE_TEST_TOKEN', 'SSHPASS']
    for (const name of names) process.env[name] = 'proxy-0815'
    try {
      const kept = (command: string): readonly string[] =>
        names.filter((name) => (environmentFor(command).env ?? process.env)[name] !== undefined)
      expect(
        ['ssh', 'x "$FETTLE_TEST_TOKEN" ${SSHPASS}', 'sshpass -e ssh', 'x $FETTLE_TEST_TOKENS'].map(
          kept,
        ),
      ).toEqual([[], names, ['SSHPASS'], []])
      expect(environmentFor('ssh').env?.['PATH']).toBe(process.env['PATH'])
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name)
    }
    expect(environmentFor('ssh')).toEqual({})
  })
})
