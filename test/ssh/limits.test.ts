import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { ServerChannel } from 'ssh2'
import { Secret } from '../../src/core/secret.js'
import { sh } from '../../src/core/sh.js'
import { connect, type Target } from '../../src/ssh/connect.js'
import { guardAnswers } from '../../src/ssh/link/receive-limits.js'
import type { Session } from '../../src/ssh/session.js'
import { booted, flood, greeted, startHostile, type Behaviour, type Hostile } from './hostile.js'

const peers: Hostile[] = []
const sessions: Session[] = []
const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)
beforeEach(() => void process.on('uncaughtException', note).on('unhandledRejection', note))
afterEach(async () => {
  jest.useRealTimers()
  await Promise.all(sessions.splice(0).map((session) => session.close()))
  for (const peer of peers.splice(0)) peer.stop()
  process.off('uncaughtException', note).off('unhandledRejection', note)
  expect(uncaught.splice(0)).toEqual([])
})

async function open(
  behaviour: Behaviour,
  more: Partial<Target> = {},
  config = 'ConnectTimeout 1',
): Promise<Session> {
  const peer = await startHostile(behaviour, config)
  peers.push(peer)
  const session = await connect({ ...peer.target, ...more }, peer.options)
  sessions.push(session)
  return session
}

/** Connects and makes one exchange, for its error. */
async function ask(
  behaviour: Behaviour,
  more: Partial<Target> = {},
  config?: string,
): Promise<unknown> {
  try {
    const session = await open(behaviour, more, config)
    return await session.exchange([{ script: sh`:`, what: 'reading' }])
  } catch (error) {
    return error
  }
}

/** Makes timers fake; sockets keep working. */
const fakeTimers = (): void =>
  void jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask'],
  })

/** Lets pending data arrive, then an hour pass. */
async function turn(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve))
  await jest.advanceTimersByTimeAsync(3_600_000)
}

/** Private fields of a connection of ssh2's server. */
interface Wire {
  readonly _protocol: {
    readonly _handlers: Record<string, (...parts: readonly unknown[]) => void>
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number
        readonly alloc: (length: number) => Buffer
        readonly finalize: (packet: Buffer) => Buffer
      }
    }
    readonly _cipher: { readonly encrypt: (packet: Buffer) => void }
    readonly channelData: (channel: number, data: Buffer) => void
  }
}
const wire = (client: unknown): Wire['_protocol'] => (client as Wire)._protocol

/** SSH_MSG_USERAUTH_BANNER, which ssh2's server sends only once. */
function sendBanner(client: unknown, text: string): void {
  const {
    _packetRW: { write },
    _cipher: cipher,
  } = wire(client)
  const packet = write.alloc(9 + text.length)
  packet[write.allocStart] = 53
  packet.writeUInt32BE(text.length, write.allocStart + 1)
  packet.write(text, write.allocStart + 5, 'latin1')
  packet.writeUInt32BE(0, write.allocStart + 5 + text.length)
  cipher.encrypt(write.finalize(packet))
}

describe('each step of a login has a limit, and the error names the step', () => {
  test('the key exchange', async () => {
    const silent = createServer((socket) =>
      socket.on('error', () => undefined).write('SSH-2.0-x\r\n'),
    ).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    expect(await ask({}, { port })).toMatchObject({
      code: 'ssh-handshake-failed',
      message: expect.stringMatching(/web1 .*: the key exchange did not end within 1 s/),
    })
    silent.close()
  })

  test('the login', async () => {
    expect(await ask({ authentication: () => undefined })).toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(/web1 .*: the login did not end within 1 s; tried: key/),
    })
  })

  test.each<
    [what: string, behaviour: Behaviour, more: Partial<Target>, code: string, message: RegExp]
  >([
    [
      'the channel',
      { session: () => void turn() },
      {},
      'shell-not-started',
      /web1 .*: sshd opened no channel: nothing within 30 s/,
    ],
    [
      'the shell',
      { exec: () => void turn() },
      {},
      'shell-not-started',
      /web1 .*: the login shell did not start \/bin\/sh \(nothing within 30 s\)/,
    ],
    [
      'sudo',
      { exec: () => void turn() },
      { become: { user: 'app', password: new Secret('pass') } },
      'shell-not-started',
      /web1 .*: the login shell did not start sudo and \/bin\/sh as app \(nothing within 30 s\)/,
    ],
    [
      'sudo, once it has the password',
      {
        exec: (channel, token, { prompt }) => (
          channel.stderr.write(prompt), channel.once('data', () => void turn())
        ),
      },
      { become: { user: 'app', password: new Secret('pass') } },
      'shell-not-started',
      /as app \(nothing within 30 s, though sudo has the password\)/,
    ],
    [
      'the first words',
      { exec: (channel, token) => (booted(channel, token), void turn()) },
      {},
      'answer-late',
      /web1 .*: the start of the shell did not end within 30 s$/,
    ],
    [
      'the answer',
      { exec: (channel, token) => greeted(channel, token, () => void turn()) },
      {},
      'answer-late',
      /web1 .*: reading did not end within 600 s/,
    ],
  ])('%s', async (_, behaviour, more, code, message) => {
    fakeTimers()
    expect(await ask(behaviour, more)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  test('another channel, for a forwarding', async () => {
    const session = await open({
      exec: (channel, token, { nth }) => (nth === 1 ? greeted(channel, token) : void turn()),
    })
    await session.started
    fakeTimers()
    expect(
      await session.forward({ host: '127.0.0.1', port: 1 }).catch((error: unknown) => error),
    ).toMatchObject({ code: 'forward-forbidden' })
  })
})

// Node has it without a flag on the command line for contexts that are made afterwards.
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of the heap that are still referenced. */
function heapInUse(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

describe('a server that sends without an end', () => {
  test.each<[what: string, behaviour: Behaviour, code: string, message: RegExp]>([
    [
      'instead of the shell',
      { exec: (channel) => flood(channel) },
      'shell-not-started',
      /web1 .*: the login shell did not start .* \(more than 16 MiB came before it ran\)/,
    ],
    [
      'on standard error instead of the shell',
      { exec: (channel) => flood(channel.stderr) },
      'shell-not-started',
      /more than 16 MiB came before it ran/,
    ],
    [
      'once the shell runs',
      { exec: (channel, token) => (booted(channel, token), flood(channel)) },
      'answer-long',
      /web1 .*: the start of the shell brought more than 64 MiB/,
    ],
    [
      'on standard error once the shell runs',
      { exec: (channel, token) => (booted(channel, token), flood(channel.stderr)) },
      'answer-long',
      /web1 .*: the start of the shell brought more than 64 MiB/,
    ],
    [
      'instead of an answer',
      {
        exec: (channel, token, { nth }) =>
          nth === 1 ? greeted(channel, token, () => flood(channel)) : flood(channel),
      },
      'answer-long',
      /web1 .*: reading brought more than 64 MiB; it could not be ended there \(.*more than 16 MiB/,
    ],
    [
      'behind a marker',
      {
        exec: (channel, token) => (
          booted(channel, token),
          channel.on('data', (data: Buffer) => endless(channel, data.toString()))
        ),
      },
      'answer-long',
      /web1 .*: the start of the shell brought a last line without an end$/,
    ],
  ])('%s', async (_, behaviour, code, message) => {
    expect(await ask(behaviour)).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  /** Sends a marker's line that never ends. */
  function endless(channel: ServerChannel, text: string): void {
    const hello = /hello=([0-9a-f]{32})/.exec(text)?.[1]
    if (hello === undefined) return
    channel.write(`1 0 root\n@${hello}`)
    flood(channel)
  }

  test('before the login: of a banner its end is kept', async () => {
    const [pieces, length] = [2000, 30_000]
    const before = heapInUse()
    const samples: number[] = []
    const sampling = setInterval(() => samples.push(heapInUse()), 20)
    const failed = await ask(
      {
        authentication: (context, client) => {
          for (let piece = 0; piece < pieces; piece += 1) sendBanner(client, 'b'.repeat(length))
          sendBanner(client, 'the end')
          context.reject()
        },
      },
      {},
      'ConnectTimeout 60',
    )
    clearInterval(sampling)
    expect(samples).not.toHaveLength(0)
    expect(Math.max(...samples) - before).toBeLessThan((pieces * length) / 2)
    expect(failed).toMatchObject({
      code: 'ssh-auth-failed',
      detail: expect.stringMatching(/^\u2026b+the end$/),
    })
  })

  test('more than the window of a channel allows, while nobody reads it', async () => {
    const failed = await ask({
      exec: (channel, token, { client }) => {
        channel.write(`@boot-${token}\n`)
        const {
          outgoing: { id },
        } = channel as unknown as { readonly outgoing: { readonly id: number } }
        for (let piece = 0; piece < 100; piece += 1)
          wire(client).channelData(id, Buffer.alloc(32_768))
      },
    })
    expect(failed).toMatchObject({
      message: expect.stringContaining('it sent more than the window of a channel allows'),
    })
  })

  test('requests without reading the answers: it is not read until it does', async () => {
    let take: () => void = () => undefined
    const stream = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => (take = done),
      highWaterMark: 4,
    })
    stream.on('data', () => stream.write('answer'))
    guardAnswers(stream, 10)
    const paused = async (): Promise<boolean> => {
      stream.push('question')
      await new Promise((resolve) => setImmediate(resolve))
      return stream.isPaused()
    }
    expect([await paused(), await paused()]).toEqual([false, true])
    take()
    await new Promise((resolve) => setImmediate(resolve))
    take()
    await new Promise((resolve) => setImmediate(resolve))
    expect(stream.isPaused()).toBe(false)
    stream.destroy()
  })

  test('live output of a long block is not kept', async () => {
    const session = await open({
      exec: (channel, token) => greeted(channel, token, () => flood(channel)),
    })
    await session.started
    let left = 96 * 1024 * 1024
    const live = ({ length }: string): void => {
      if (left > 0 && (left -= length) <= 0) void session.close()
    }
    await expect(session.exchange([{ script: sh`:`, long: true, live }])).rejects.toMatchObject({
      code: 'connection-lost',
    })
  })
})
