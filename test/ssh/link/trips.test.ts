import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { sh } from '../../../src/core/sh.js'
import { connect, type ConnectOptions, type Target } from '../../../src/ssh/connect.js'
import { pipelineLogin } from '../../../src/ssh/login/pipelined-login.js'
import { logIn } from '../log-in.js'
import { makeKey, sshConfig, startSshd, type Sshd } from '../sshd.js'
import { Trips } from './trips.js'

let sshd: Sshd
let trips: Trips
let directory: string
beforeAll(async () => {
  sshd = await startSshd()
  directory = mkdtempSync(join(tmpdir(), 'fettle-trips-'))
})
afterAll(async () => {
  await sshd.stop()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  trips = await Trips.to(sshd.port)
})
afterEach(() => trips.close())

const through = (): Target => ({ ...sshd.target, port: trips.port })
const options = (more = ''): ConnectOptions => {
  const known = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(known, sshd.knownHosts.replace(String(sshd.port), String(trips.port)))
  return { sshConfig: sshConfig(directory, more), knownHostsFiles: [known], acceptNew: false }
}

/**
 * The round trips from the TCP connection to the answer of the first exchange, and of a second one.
 */
async function counted(
  target: Target,
  given: ConnectOptions,
): Promise<readonly [first: number, second: number]> {
  const session = await connect(target, given)
  await session.exchange([{ script: sh`true` }])
  const first = trips.count
  await session.exchange([{ script: sh`true` }])
  const second = trips.count - first
  await session.close()
  return [first, second]
}

test('one key: algorithms, key exchange, login with channel, program, shell with exchange', async () => {
  expect(await counted(through(), options())).toEqual([5, 1])
}, 20_000)

test('an RSA key, for which the server says what signatures it takes, costs no more', async () => {
  const privateKeyFile = join(directory, 'rsa')
  makeKey(privateKeyFile, 'rsa')
  appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${privateKeyFile}.pub`))
  expect(await counted({ ...through(), privateKeyFile }, options())).toEqual([5, 1])
}, 40_000)

test('of several keys each is asked for, and only one that will do signs', async () => {
  const { privateKeyFile, ...target } = through()
  const other = join(directory, 'other')
  makeKey(other)
  // Instead of login with channel: service, a refused key, an accepted one, its signature, and the
  // channel.
  expect(
    await counted(target, options(`IdentityFile ${other}\nIdentityFile ${privateKeyFile ?? ''}`)),
  ).toEqual([9, 1])
}, 20_000)

test('behind a jump host that is connected to already: a channel more than without', async () => {
  const gate = await startSshd()
  const jumping = await Trips.to(gate.port)
  const known = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(
    known,
    sshd.knownHosts + gate.knownHosts.replace(String(gate.port), String(jumping.port)),
  )
  const target = { ...sshd.target, commonArguments: ['-J', 'gate'] }
  const given = {
    ...options(),
    knownHostsFiles: [known],
    sshConfig: sshConfig(
      directory,
      `Host gate\n  HostName 127.0.0.1\n  Port ${jumping.port}\n  User ${gate.target.user ?? ''}\n  IdentityFile ${gate.target.privateKeyFile ?? ''}\nHost *`,
    ),
  }
  const first = await logIn(target, given)
  const before = jumping.count
  const second = await logIn(target, given)
  await second.exchange([{ script: sh`true` }])
  const after = jumping.count
  await second.exchange([{ script: sh`true` }])
  // Five for the host itself, as above; the exchange waits for the shell here.
  expect([after - before, jumping.count - after]).toEqual([1 + 5 + 1, 1])
  await Promise.all([first.close(), second.close()])
  jumping.close()
  await gate.stop()
}, 40_000)

test('a login that is refused says so, and not that its channel was', async () => {
  const privateKeyFile = join(directory, 'refused')
  makeKey(privateKeyFile)
  await expect(logIn({ ...through(), privateKeyFile }, options())).rejects.toMatchObject({
    code: 'ssh-auth-failed',
    message: expect.stringMatching(
      /refused; tried: key .*refused \(ssh-ed25519 SHA256:.*the server accepts publickey/,
    ),
  })
  expect(trips.count).toBe(3)
}, 20_000)

test('an ssh2 without the expected private fields logs in its own way', async () => {
  const client = new ssh2.Client()
  expect(await Promise.race([pipelineLogin(client), delay(10, 'its own way')])).toBe('its own way')
})

test('the end of a session waits for no answer', async () => {
  const session = await logIn(through(), options())
  trips.mute()
  expect(
    await Promise.race([session.close().then(() => 'closed'), delay(1000, 'still waiting')]),
  ).toBe('closed')
}, 20_000)
