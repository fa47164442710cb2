import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import ssh2, { type ServerChannel } from 'ssh2'
import { Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import type { ConnectOptions, Target } from '../../../src/ssh/connect.js'
import type { Session } from '../../../src/ssh/session.js'
import { logIn } from '../log-in.js'
import { freePort, makeKey, sshConfig, startSshd, type Sshd } from '../sshd.js'

const me = userInfo().username
let directory: string
let host: Sshd
let gate: Sshd
let outer: Sshd
const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
  directory = mkdtempSync(join(tmpdir(), 'fettle-jump-'))
  ;[host, gate, outer] = await Promise.all([startSshd(), startSshd(), startSshd()])
})
afterEach(() => expect(uncaught).toEqual([]))
afterAll(async () => {
  await Promise.all([host, gate, outer].map((sshd) => sshd.stop()))
  rmSync(directory, { recursive: true, force: true })
  process.off('uncaughtException', note).off('unhandledRejection', note)
})

/**
 * A configuration with a name for each jump host, and a known_hosts. Every call makes new names, to
 * which no other test has a connection.
 */
function through(
  jumps: Readonly<Record<string, Sshd>>,
  {
    known = [host, ...Object.values(jumps)].map((sshd) => sshd.knownHosts),
    more = '',
  }: { readonly known?: readonly string[]; readonly more?: string } = {},
): ConnectOptions {
  const blocks = Object.entries(jumps).map(
    ([name, { target, port }]) =>
      `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User ${me}\n  IdentityFile ${target.privateKeyFile ?? ''}\n  ConnectTimeout 2\n`,
  )
  const file = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(file, known.join(''))
  return {
    sshConfig: sshConfig(directory, `${more}\n${blocks.join('')}\nHost *`),
    knownHostsFiles: [file],
    acceptNew: false,
  }
}
const target = (...commonArguments: readonly string[]): Target => ({
  ...host.target,
  commonArguments,
})
const whoAmI = async (session: Session): Promise<string> =>
  (await session.exchange([{ script: sh`id -un` }]))[0]?.stdout.toString().trim() ?? ''
const connections = (sshd: Sshd, from = 0): number =>
  sshd
    .log()
    .slice(from)
    .match(/^Accepted publickey/gm)?.length ?? 0
const otherKey = (port: number): string => {
  const path = join(mkdtempSync(join(directory, 'key-')), 'key')
  makeKey(path)
  return `[127.0.0.1]:${port} ${readFileSync(`${path}.pub`, 'utf8')}`
}

test('through one, through two, and by way of ssh_config', async () => {
  const jumps = { gate, outer }
  for (const [given, more] of [
    [['-J', 'gate'], ''],
    [['-J', 'outer,gate'], ''],
    [['-o', 'ProxyJump=outer,gate'], ''],
    [[], 'Host 127.0.0.1\n  ProxyJump gate\n'],
  ] as const) {
    // The host and the jump host have the same address; a name distinguishes the host.
    const session = await logIn(target(...given), through(jumps, { more }))
    expect(await whoAmI(session)).toBe(me)
    await session.close()
  }
})

test('a big answer and a big input come whole', async () => {
  const session = await logIn(target('-J', 'gate'), through({ gate }))
  const [output] = await session.exchange([{ script: sh`cat`, input: 'x'.repeat(3_000_000) }])
  expect(output?.stdout.length).toBe(3_000_000)
  await session.close()
})

test('hosts behind a jump host share one connection to it, which ends after the last of them', async () => {
  const [gated, outered] = [gate.log().length, outer.log().length]
  const options = through({ gate, outer })
  const sessions = await Promise.all(
    Array.from({ length: 12 }, () => logIn(target('-J', 'outer,gate'), options)),
  )
  await sessions[0]?.close()
  await delay(400)
  sessions.push(await logIn(target('-J', 'outer,gate'), options))
  expect([connections(gate, gated), connections(outer, outered)]).toEqual([1, 1])
  await Promise.all(sessions.map((session) => session.close()))
  // A connection right afterwards still finds them open.
  await (await logIn(target('-J', 'outer,gate'), options)).close()
  expect([connections(gate, gated), connections(outer, outered)]).toEqual([1, 1])
  const closed = (sshd: Sshd, from: number): boolean =>
    /^(Disconnected from user|Connection closed by)/m.test(sshd.log().slice(from))
  for (let tries = 0; !closed(gate, gated) || !closed(outer, outered); tries += 1) {
    if (tries > 50) throw new Error('the connections to the jump hosts were not closed')
    await delay(100)
  }
})

describe('host keys', () => {
  const known = (...sshds: readonly Sshd[]): readonly string[] =>
    sshds.map(({ knownHosts }) => knownHosts)
  test.each<[what: string, known: () => readonly string[], code: string, place: RegExp]>([
    [
      'of the first jump host unknown',
      () => known(host, gate),
      'host-key-unknown',
      /jump host outer \(/,
    ],
    [
      'of the second jump host unknown',
      () => known(host, outer),
      'host-key-unknown',
      /jump host gate \(/,
    ],
    ['of the host unknown', () => known(gate, outer), 'host-key-unknown', /of web1 \(/],
    [
      'of the first jump host changed',
      () => [...known(host, gate), otherKey(outer.port)],
      'host-key-changed',
      /jump host outer \(/,
    ],
    [
      'of the second jump host changed',
      () => [...known(host, outer), otherKey(gate.port)],
      'host-key-changed',
      /jump host gate \(/,
    ],
    [
      'of the host changed',
      () => [...known(gate, outer), otherKey(host.port)],
      'host-key-changed',
      /of web1 \(/,
    ],
  ])('%s', async (_, lines, code, place) => {
    const options = through({ gate, outer }, { known: lines() })
    await expect(
      logIn(target('-J', 'outer,gate'), { ...options, acceptNew: code === 'host-key-changed' }),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(place) })
  })

  test('each jump host follows its own rules of known_hosts', async () => {
    const users = join(directory, 'gate_known_hosts')
    writeFileSync(users, `gate-alias ${gate.knownHosts.split(' ').slice(1).join(' ')}`)
    const options = through(
      { gate },
      {
        known: known(host),
        more: `Host gate\n  HostKeyAlias gate-alias\n  UserKnownHostsFile ${users}\n`,
      },
    )
    await (await logIn(target('-J', 'gate'), options)).close()
  })

  test('--accept-new saves the keys of all hops', async () => {
    const options = { ...through({ gate, outer }, { known: [] }), acceptNew: true }
    await (await logIn(target('-J', 'outer,gate'), options)).close()
    expect(
      new Set(
        readFileSync(options.knownHostsFiles[0] ?? '', 'utf8')
          .trim()
          .split('\n'),
      ),
    ).toEqual(new Set(known(host, gate, outer).map((line) => line.trim())))
  })

  test("the host's password goes to no jump host, and to the host only after its key", async () => {
    const seen: string[] = []
    const path = join(mkdtempSync(join(directory, 'fake-')), 'key')
    makeKey(path)
    const fake = new ssh2.Server({ hostKeys: [readFileSync(path)] }, (client) => {
      client
        .on('error', () => undefined)
        .on('authentication', (context) => {
          seen.push(context.method)
          context.reject(['password'])
        })
    })
    await once(fake.listen(0, '127.0.0.1'), 'listening')
    const { port } = fake.address() as AddressInfo
    const { privateKeyFile, ...plain } = target('-J', 'gate')
    const options = through(
      { gate: { ...gate, port, target: { ...gate.target, port } } },
      { known: [`[127.0.0.1]:${port} ${readFileSync(`${path}.pub`, 'utf8')}`, host.knownHosts] },
    )
    await expect(
      logIn({ ...plain, password: new Secret('canary of the host') }, options),
    ).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(/^jump host gate \(.*; the server accepts password/),
    })
    expect(seen).not.toContain('password')
    expect(privateKeyFile).toBeDefined()
    fake.close()
  })
})

describe('errors name the place', () => {
  test('the jump host cannot be reached, and is not asked for each host', async () => {
    const port = await freePort()
    const options = through({ gate: { ...gate, port } })
    const errors = await Promise.all(
      [1, 2, 3].map(() => logIn(target('-J', 'gate'), options).catch((error: unknown) => error)),
    )
    for (const error of errors)
      expect(error).toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(/^jump host gate \(.*\) cannot be reached: .*ECONNREFUSED/),
      })
    expect(await logIn(target('-J', 'gate'), options).catch((error: unknown) => error)).toBe(
      errors[0],
    )
  })

  test('the jump host refuses the login', async () => {
    const path = join(mkdtempSync(join(directory, 'wrong-')), 'key')
    makeKey(path)
    const from = gate.log().length
    const options = through({ gate: { ...gate, target: { ...gate.target, privateKeyFile: path } } })
    const errors = await Promise.all(
      [1, 2, 3].map(() => logIn(target('-J', 'gate'), options).catch((error: unknown) => error)),
    )
    for (const error of errors)
      expect(error).toMatchObject({
        code: 'ssh-auth-failed',
        message: expect.stringMatching(/^jump host gate \(.*the login was refused; tried: key/),
      })
    await delay(100)
    expect(
      gate
        .log()
        .slice(from)
        .match(/^Connection from/gm),
    ).toHaveLength(1)
  })

  test('the host cannot be reached from it', async () => {
    const port = await freePort()
    await expect(logIn({ ...target('-J', 'gate'), port }, through({ gate }))).rejects.toMatchObject(
      {
        code: 'unreachable',
        message: expect.stringMatching(
          new RegExp(
            `^web1 \\(.*:${port}\\) cannot be reached from jump host gate \\(.*\\): Connection refused`,
          ),
        ),
      },
    )
  })

  test('it permits no forwarding', async () => {
    const closed = await startSshd(['AllowTcpForwarding no'])
    await expect(logIn(target('-J', 'closed'), through({ closed }))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^jump host closed \(.*\) opens no connection to web1/),
      remedy: expect.stringContaining('AllowTcpForwarding'),
    })
    await closed.stop()
  })

  test('it dies: what was under way is lost, and the next host opens it anew', async () => {
    const mortal = await startSshd()
    const options = through({ mortal })
    const session = await logIn(target('-J', 'mortal'), options)
    const lost = session.exchange([{ script: sh`sleep 30` }]).catch((error: unknown) => error)
    execFileSync('pkill', ['-9', '-P', String(mortal.pid)])
    expect(await lost).toMatchObject({
      code: 'connection-lost',
      message: expect.stringMatching(
        /^the connection to web1 \(.*\) ended \(the connection to jump host mortal \(.*\) is over/,
      ),
    })
    await session.close()
    const again = await logIn(target('-J', 'mortal'), options)
    expect(await whoAmI(again)).toBe(me)
    await again.close()
    expect(connections(mortal)).toBe(2)
    await mortal.stop()
  })
})

test('data from a jump host is acknowledged at once, or its sshd would delay the next packet', async () => {
  const path = join(mkdtempSync(join(directory, 'fake-')), 'key')
  makeKey(path)
  const left: (() => number)[] = []
  const fake = new ssh2.Server({ hostKeys: [readFileSync(path)] }, (client) => {
    client
      .on('error', () => undefined)
      .on('authentication', (context) => context.accept())
      .on('tcpip', (accept, _reject, { destPort }) => {
        const channel = accept() as ServerChannel & {
          readonly outgoing: { readonly window: number }
        }
        const before = channel.outgoing.window
        left.push(() => before - channel.outgoing.window)
        channel.pipe(connectTcp(destPort, '127.0.0.1')).pipe(channel)
      })
  })
  await once(fake.listen(0, '127.0.0.1'), 'listening')
  const { port } = fake.address() as AddressInfo
  const options = through(
    { gate: { ...gate, port } },
    { known: [`[127.0.0.1]:${port} ${readFileSync(`${path}.pub`, 'utf8')}`, host.knownHosts] },
  )
  const session = await logIn(target('-J', 'gate'), options)
  for (const bytes of [10, 1000, 10_000]) {
    await session.exchange([{ script: sh`head -c ${String(bytes)} /dev/zero` }])
    for (let tries = 0; left[0]?.() !== 0; tries += 1) {
      if (tries > 50)
        throw new Error(`${String(left[0]?.())} bytes of the window are not given back`)
      await delay(20)
    }
  }
  await session.close()
  fake.close()
})

test('a host behind a jump host dies: the connection is lost', async () => {
  const mortal = await startSshd()
  const session = await logIn(
    { ...mortal.target, commonArguments: ['-J', 'gate'] },
    through({ gate }, { known: [mortal.knownHosts, gate.knownHosts] }),
  )
  const lost = session.exchange([{ script: sh`sleep 30` }]).catch((error: unknown) => error)
  execFileSync('pkill', ['-9', '-P', String(mortal.pid)])
  expect(await lost).toMatchObject({ code: 'connection-lost' })
  await session.close()
  await mortal.stop()
})

test('a host with MaxSessions 1, and a port of it through both', async () => {
  const narrow = await startSshd(['MaxSessions 1'])
  const options = through({ gate }, { known: [narrow.knownHosts, gate.knownHosts] })
  const session = await logIn({ ...narrow.target, commonArguments: ['-J', 'gate'] }, options)
  const forwarded = await Promise.all(
    [1, 2].map(() => session.forward({ host: '127.0.0.1', port: narrow.port })),
  )
  for (const stream of forwarded) {
    expect(String((await once(stream, 'data'))[0])).toMatch(/^SSH-2.0-OpenSSH/)
    stream.destroy()
  }
  await session.close()
  await narrow.stop()
})
