import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {
  connect as connectTcp,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { FileInput, sh } from '../../src/core/sh.js'
import { bridgeScript, duplexOf } from '../../src/ssh/shell/bridge.js'
import { boot } from '../../src/ssh/shell/boot.js'
import type { ConnectOptions, Target } from '../../src/ssh/connect.js'
import { localTransport } from '../../src/ssh/link/local.js'
import type { Session } from '../../src/ssh/session.js'
import { sshConfig, startSshd, type Sshd } from './sshd.js'
import { logIn } from './log-in.js'

let sshd: Sshd
const servers: Sshd[] = []
const sessions: Session[] = []
const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)

async function server(options: readonly string[] = []): Promise<Sshd> {
  const started = await startSshd(options)
  servers.push(started)
  return started
}

function trusting({ directory, knownHosts }: Sshd, more = ''): ConnectOptions {
  const file = join(directory, 'known_hosts')
  writeFileSync(file, knownHosts)
  return { sshConfig: sshConfig(directory, more), knownHostsFiles: [file], acceptNew: false }
}

async function open(to: Sshd = sshd, more: Partial<Target> = {}): Promise<Session> {
  const session = await logIn({ ...to.target, ...more }, trusting(to))
  sessions.push(session)
  return session
}

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
  sshd = await server()
})
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()))
})
afterAll(async () => {
  await Promise.all(servers.map((started) => started.stop()))
  process.off('uncaughtException', note).off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

const text = (outputs: readonly { readonly stdout: Buffer }[]): readonly string[] =>
  outputs.map(({ stdout }) => stdout.toString())
const me = userInfo().username

describe.each(['ssh', 'local'] as const)('%s', (kind) => {
  const local: Partial<Target> = kind === 'local' ? { local: true } : {}

  test('runs blocks, one round trip for each exchange', async () => {
    const session = await open(sshd, local)
    expect([session.user, session.loginUser, session.roundTrips]).toEqual([me, me, 0])
    expect(
      text(await session.exchange([{ script: sh`cat`, input: 'é' }, { script: sh`id -un` }])),
    ).toEqual(['é', `${me}\n`])
    expect(text(await session.exchange([{ script: sh`echo two` }]))).toEqual(['two\n'])
    expect(await session.exchange([])).toEqual([])
    expect(session.roundTrips).toBe(2)
  })

  test('become the user who logged in needs no sudo', async () => {
    expect((await open(sshd, { ...local, become: { user: me } })).user).toBe(me)
  })

  test("kill ends what is under way, its limit's own group included, and the session", async () => {
    const session = await open(sshd, local)
    const directory = mkdtempSync(join(tmpdir(), 'fettle-kill-'))
    const [pid] = text(await session.exchange([{ script: sh`echo $$` }]))
    const under = session
      .exchange([
        {
          script: sh`trap 'echo cleaned >${join(directory, 'trap')}; exit 1' TERM; sleep 300; :`,
          timeout: 200,
        },
      ])
      .catch((error: unknown) => error)
    while (!living(Number(pid)).includes('sleep'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    await session.kill()
    expect(await under).toMatchObject({ code: 'connection-lost' })
    expect(living(Number(pid))).toEqual([])
    expect(readFileSync(join(directory, 'trap'), 'utf8')).toBe('cleaned\n')
    rmSync(directory, { recursive: true })
    await expect(session.exchange([{ script: sh`true` }])).rejects.toMatchObject({
      code: 'connection-lost',
    })
  })

  test('what still answers while its session is being ended has an unknown outcome', async () => {
    const session = await open(sshd, local)
    const directory = mkdtempSync(join(tmpdir(), 'fettle-kill-'))
    const file = join(directory, 'go-on')
    await session.exchange([{ script: sh`true` }])
    const under = session
      .exchange([{ script: sh`while [ ! -e ${file} ]; do sleep 0.01; done` }])
      .catch((error: unknown) => error)
    const ended = session.kill()
    writeFileSync(file, '')
    expect(await under).toMatchObject({ code: 'connection-lost' })
    await ended
    rmSync(directory, { recursive: true })
  })

  /** A file of this machine, without blocks on the disk. */
  function image(megabytes: number): FileInput {
    const path = join(mkdtempSync(join(sshd.directory, 'image-')), 'image')
    writeFileSync(path, '')
    truncateSync(path, megabytes << 20)
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    return new FileInput(path, 'files/image', megabytes << 20, sha256)
  }

  test('a file of this machine is input, alone and among others', async () => {
    const session = await open(sshd, local)
    const sent = image(9)
    const [alone, among, after] = text(
      await session.exchange([
        { script: sh`sha256sum`, input: sent },
        { script: sh`tr -d ${'\\0'}; echo`, input: ['before ', sent, 'after'] },
        { script: sh`echo next` },
      ]),
    )
    expect([alone, among, after]).toEqual([`${sent.sha256}  -\n`, 'before after\n', 'next\n'])
  })

  test('a file that has changed meanwhile ends what waits for it, and the session', async () => {
    const session = await open(sshd, local)
    const target = join(mkdtempSync(join(sshd.directory, 'target-')), 'file')
    writeFileSync(target, 'earlier')
    const [pid] = text(await session.exchange([{ script: sh`echo $$` }]))
    const sent = image(9)
    writeFileSync(sent.path, Buffer.alloc(sent.size, 'x'))
    const script = sh`trap 'rm ${`${target}.new`}' EXIT; trap 'exit 143' TERM
      cat >${`${target}.new`} && mv ${`${target}.new`} ${target}`
    await expect(session.exchange([{ script, input: sent }])).rejects.toMatchObject({
      code: 'source-changed',
      message: expect.stringMatching(
        /: files\/image changed between being read and being sent, .* it was ended there$/,
      ),
    })
    expect(living(Number(pid))).toEqual([])
    expect([readFileSync(target, 'utf8'), existsSync(`${target}.new`)]).toEqual(['earlier', false])
    await expect(session.exchange([{ script: sh`true` }])).rejects.toMatchObject({
      code: 'source-changed',
    })
  })

  test('a host that goes on taking a file is not late, and one that takes none is', async () => {
    const session = await open(sshd, local)
    const slowly = sh`for i in 1 2 3 4 5 6 7 8; do head -c 1048576 >/dev/null; sleep 0.3; done; cat >/dev/null`
    await session.exchange([{ script: slowly, input: image(9), deadline: 1 }])
    const stuck = session.exchange([
      { script: sh`sleep 300`, input: image(64), deadline: 1, what: 'napping' },
    ])
    await expect(stuck).rejects.toMatchObject({
      code: 'answer-late',
      message: expect.stringMatching(/: napping did not end within 1 s; it was ended there$/),
    })
  })

  test.each([
    [
      'late',
      'answer-late',
      /: napping did not end within 1 s; it was ended there$/,
      sh`sleep 300; :`,
    ],
    [
      'endless',
      'answer-long',
      /: napping brought more than 64 MiB; it was ended there$/,
      sh`yes; :`,
    ],
  ] as const)('what is %s is ended, and the session with it', async (_, code, message, script) => {
    const session = await open(sshd, local)
    const [pid] = text(await session.exchange([{ script: sh`echo $$` }]))
    const [first, under] = [
      session.exchange([{ script: sh`echo first` }]),
      session.exchange([
        { script, what: 'napping', deadline: code === 'answer-late' ? 1 : 60 },
        { script: sh`echo never` },
      ]),
    ]
    expect(text(await first)).toEqual(['first\n'])
    await expect(under).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(living(Number(pid))).toEqual([])
    await expect(session.exchange([{ script: sh`true` }])).rejects.toMatchObject({ code })
  })

  test("a limit of the host and a longer input come before the session's own", async () => {
    const session = await open(sshd, local)
    const outputs = await session.exchange([
      { script: sh`sleep 300`, timeout: 1, deadline: 20 },
      {
        script: sh`cat >/dev/null; sleep 2; echo on`,
        input: Buffer.alloc(10 * 1024 * 10),
        deadline: 1,
      },
    ])
    expect(outputs.map(({ code, stdout }) => [code, stdout.toString()])).toEqual([
      [124, ''],
      [0, 'on\n'],
    ])
  })

  test('reaches a port and a socket of the host, and says when nothing listens', async () => {
    const session = await open(sshd, local)
    const directory = mkdtempSync(join(tmpdir(), 'fettle-forward-'))
    const path = join(directory, 'socket')
    const port = await talkedTo(session, path)
    await expect(session.forward({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'forward-failed',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
    await expect(session.forward({ socket: path }).then(conversation)).rejects.toMatchObject({
      code: 'forward-failed',
      message: expect.stringContaining(path),
    })
    rmSync(directory, { recursive: true, force: true })
  })
})

/** The running commands of a session id, without zombies. */
function living(session: number): readonly string[] {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,comm=', '-s', String(session)], {
    encoding: 'utf8',
  })
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('Z'))
    .map((line) => line.split(/\s+/)[1] ?? '')
}

async function echoServer(at: number | string): Promise<Server> {
  const listening = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .once('data', (data) => socket.end(`${data.toString()} back`)),
  )
  listening.listen(typeof at === 'number' ? { port: at, host: '127.0.0.1' } : { path: at })
  await once(listening, 'listening')
  return listening
}

async function conversation(stream: Duplex): Promise<string> {
  stream.write('hello')
  let answer = ''
  for await (const chunk of stream) answer += String(chunk)
  stream.end()
  return answer
}

/** Talks to a port and to a socket; returns the port, on which nothing listens any more. */
async function talkedTo(session: Session, path: string): Promise<number> {
  const [tcp, unix] = [await echoServer(0), await echoServer(path)]
  const { port } = tcp.address() as AddressInfo
  expect(await conversation(await session.forward({ host: '127.0.0.1', port }))).toBe('hello back')
  expect(await conversation(await session.forward({ socket: path }))).toBe('hello back')
  tcp.close()
  unix.close()
  await once(tcp, 'close')
  return port
}

describe('where sshd forbids forwarding', () => {
  const forbidding = ['AllowTcpForwarding no', 'AllowStreamLocalForwarding no']
  test.each([
    [forbidding],
    [['DisableForwarding yes']],
    [['PermitOpen none', 'AllowStreamLocalForwarding no']],
  ])(
    'by %j, a program of the host connects instead, or says why not',
    async (options) => {
      const session = await open(await server(options))
      const path = join(mkdtempSync(join(tmpdir(), 'fettle-forbidden-')), 'socket')
      const port = await talkedTo(session, path)
      await expect(
        session.forward({ host: '127.0.0.1', port }).then(conversation),
      ).rejects.toMatchObject({
        code: 'forward-failed',
        message: expect.stringContaining('Connection refused'),
      })
      await expect(
        session.forward({ socket: `${path}-missing` }).then(conversation),
      ).rejects.toMatchObject({
        code: 'forward-failed',
        message: expect.stringContaining('No such file'),
      })
      expect(text(await session.exchange([{ script: sh`echo on` }]))).toEqual(['on\n'])
      rmSync(dirname(path), { recursive: true })
    },
    30_000,
  )
  test('a refused second session is reported with its remedy', async () => {
    const session = await open(await server([...forbidding, 'MaxSessions 1']))
    await expect(session.forward({ host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      code: 'forward-forbidden',
      message: expect.stringMatching(/forbids the forwarding to 127\.0\.0\.1:1.*opened no channel/),
      remedy: expect.stringContaining('AllowTcpForwarding'),
    })
  })
})

describe('the bridge to a socket or port', () => {
  const gone = (how: string, detail: string): FettleError =>
    new FettleError('forward-failed', {
      message: `the socket could not be reached (${how})`,
      detail,
    })
  test.each([
    ['perl', ['perl']],
    ['python3', ['python3']],
    ['socat', ['socat']],
  ])('by %s', async (tool) => {
    const directory = mkdtempSync(join(tmpdir(), 'fettle-bridge-'))
    const path = join(directory, 'so cket,x')
    const echo = await echoServer(path)
    const only = (socket: string): string =>
      bridgeScript({ socket }).replace('PATH=/usr/local/bin:/usr/bin:/bin', `PATH=${directory}`)
    symlinkSync(`/usr/bin/${tool}`, join(directory, tool))
    expect(await conversation(duplexOf(await boot(localTransport(), null, only(path)), gone))).toBe(
      'hello back',
    )
    echo.close()
    const nobody = duplexOf(await boot(localTransport(), null, only(`${path}-missing`)), gone)
    await expect(conversation(nobody)).rejects.toMatchObject({
      code: 'forward-failed',
      message: expect.stringContaining('the socket'),
      detail: expect.stringContaining('No such file'),
    })
    rmSync(join(directory, tool))
    const none = duplexOf(await boot(localTransport(), null, only(path)), gone)
    await expect(conversation(none)).rejects.toMatchObject({
      code: 'forward-failed',
      detail: expect.stringContaining('none of perl, python3 and socat'),
    })
    rmSync(directory, { recursive: true })
  })
  test.each(['perl', 'python3', 'socat', 'bash'])('of TCP, by %s', async (tool) => {
    const directory = mkdtempSync(join(tmpdir(), 'fettle-bridge-'))
    const echo = await echoServer(0)
    const { port } = echo.address() as AddressInfo
    const only = (): string =>
      bridgeScript({ host: '127.0.0.1', port }).replace(
        'PATH=/usr/local/bin:/usr/bin:/bin',
        `PATH=${directory}`,
      )
    for (const each of tool === 'bash' ? [tool, 'cat'] : [tool])
      symlinkSync(`/usr/bin/${each}`, join(directory, each))
    expect(await conversation(duplexOf(await boot(localTransport(), null, only()), gone))).toBe(
      'hello back',
    )
    echo.close()
    await once(echo, 'close')
    await expect(
      conversation(duplexOf(await boot(localTransport(), null, only()), gone)),
    ).rejects.toMatchObject({
      code: 'forward-failed',
      detail: expect.stringContaining('Connection refused'),
    })
    rmSync(directory, { recursive: true })
  })
})

describe('a link that dies', () => {
  test('is a lost connection, never an answer', async () => {
    const session = await open()
    const lost = session.exchange([
      { script: sh`echo before` },
      { script: sh`kill -9 $PPID; sleep 1` },
      { script: sh`echo after` },
    ])
    await expect(lost).rejects.toMatchObject({
      code: 'connection-lost',
      message: expect.stringMatching(/^the connection to web1 \(.*\) ended/),
    })
    await expect(session.exchange([{ script: sh`true` }])).rejects.toMatchObject({
      code: 'connection-lost',
    })
    await expect(session.forward({ host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      code: 'connection-lost',
    })
    await expect(session.kill()).rejects.toMatchObject({ code: 'connection-lost' })
  })

  test('lets the block under way come to its end on the host', async () => {
    const session = await open()
    const path = join(sshd.directory, 'written')
    const lost = session.exchange([
      {
        script: sh`(sleep 0.2; kill -9 $PPID) & sleep 1; echo one; seq 100000; echo done >${path}`,
      },
    ])
    await expect(lost).rejects.toMatchObject({ code: 'connection-lost' })
    const deadline = Date.now() + 5000
    while (!existsSync(path) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(existsSync(path)).toBe(true)
  })

  test('a silent link ends after unanswered keepalives', async () => {
    const { port, swallow, close } = await proxy(sshd.port)
    const given = trusting(
      sshd,
      `HostKeyAlias [127.0.0.1]:${sshd.port}\nServerAliveInterval 1\nServerAliveCountMax 2`,
    )
    const session = await logIn({ ...sshd.target, port }, given)
    expect(text(await session.exchange([{ script: sh`sleep 2; echo quiet` }]))).toEqual(['quiet\n'])
    const under = session.exchange([{ script: sh`sleep 60` }]).catch((error: unknown) => error)
    swallow()
    expect(await under).toMatchObject({
      code: 'connection-lost',
      message: expect.stringContaining('Keepalive timeout'),
    })
    await session.close()
    close()
  }, 20_000)

  test('closing with a block under way rejects it', async () => {
    const session = await open()
    const under = session.exchange([{ script: sh`sleep 2` }]).catch((error: unknown) => error)
    await session.close()
    expect(await under).toMatchObject({ code: 'connection-lost' })
  })
})

/** Forwards bytes to a port of loopback until it is told to drop them. */
async function proxy(
  to: number,
): Promise<{ readonly port: number; readonly swallow: () => void; readonly close: () => void }> {
  const sockets: Socket[] = []
  let swallowing = false
  const listening = createServer((client) => {
    const upstream = connectTcp({ host: '127.0.0.1', port: to })
    sockets.push(client, upstream)
    for (const [from, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from
        .on('error', () => undefined)
        .on('data', (data) => {
          if (!swallowing) other.write(data)
        })
    }
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    swallow: () => (swallowing = true),
    close() {
      listening.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('login environments', () => {
  test.each([
    [
      'prints and changes things',
      'echo "Welcome @boot-0"; printf "no newline"; echo oops >&2; export BASH_ENV=/tmp/x PATH=.:/tmp; cd /tmp; umask 000; eval "$SSH_ORIGINAL_COMMAND"',
    ],
    ['traces its commands', 'set -xv; eval "$SSH_ORIGINAL_COMMAND"'],
    [
      'shows the command',
      'printf "%s\\n" "you asked for: $SSH_ORIGINAL_COMMAND"; eval "$SSH_ORIGINAL_COMMAND"',
    ],
    ['is bash', 'exec bash -c "$SSH_ORIGINAL_COMMAND"'],
    ['is busybox ash', 'exec busybox sh -c "$SSH_ORIGINAL_COMMAND"'],
  ])('a login shell that %s', async (_, command) => {
    const session = await open(await server([`ForceCommand ${command}`]))
    const [output] = await session.exchange([
      { script: sh`pwd; umask; echo "$PATH"; echo "\${BASH_ENV-none}"` },
    ])
    expect([output?.stdout.toString(), output?.stderr]).toEqual([
      '/\n0022\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nnone\n',
      '',
    ])
  })

  test.each([
    ['a ForceCommand of its own', 'echo "Only backups here."; exit 1', 'Only backups here.'],
    ['nologin', '/usr/sbin/nologin', 'not available'],
  ])('%s is quoted', async (_, command, words) => {
    await expect(open(await server([`ForceCommand ${command}`]))).rejects.toMatchObject({
      code: 'shell-not-started',
      detail: expect.stringContaining(words),
    })
  })

  test('no session may be opened', async () => {
    await expect(open(await server(['MaxSessions 0']))).rejects.toMatchObject({
      code: 'shell-not-started',
      message: expect.stringContaining('no channel'),
    })
  })
})

test('8 logins at once where sshd drops most of them', async () => {
  const busy = await server(['MaxStartups 2:90:10'])
  const opened = await Promise.all(Array.from({ length: 8 }, () => open(busy)))
  expect(
    await Promise.all(
      opened.map(async (session) => text(await session.exchange([{ script: sh`echo on` }]))),
    ),
  ).toEqual(opened.map(() => ['on\n']))
}, 30_000)
