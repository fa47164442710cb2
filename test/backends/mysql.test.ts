import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { linkOf } from '../../src/backends/host-link.js'
import { bind, openMysql } from '../../src/backends/mysql.js'
import { FettleError } from '../../src/core/errors.js'
import type { Output } from '../../src/core/fact.js'
import { Secret } from '../../src/core/secret.js'

describe('bind', () => {
  const quoted = (value: string | number): string => `<${String(value)}>`
  test.each([
    [
      'GRANT SELECT ON `a?b`.* TO ?@?',
      ['app', 'localhost'],
      'GRANT SELECT ON `a?b`.* TO <app>@<localhost>',
    ],
    ['DROP DATABASE `a``?`', [], 'DROP DATABASE `a``?`'],
    ["SELECT '?', ?", [1], "SELECT '?', <1>"],
    ['ALTER USER ?', [new Secret('$& $1')], 'ALTER USER <$& $1>'],
  ])('%s', (sql, values, bound) => {
    expect(bind(sql, values, quoted)).toBe(bound)
  })
  test('a wrong number of values is a defect', () => {
    expect(() => bind('DROP USER ?@?', ['a'], quoted)).toThrow('more places than values')
    expect(() => bind('DROP USER ?', ['a', 'b'], quoted)).toThrow('fewer places than values')
  })
})

/** Seconds of a time limit that no other timer of this process uses. */
const limit = 0.517
/**
 * Timers with this limit that were neither cleared nor fired: after a run they would keep the
 * process alive.
 */
const timers = new Set<number>()
const watch = createHook({
  init: (id, type, _, timer) => {
    if (type === 'Timeout' && '_idleTimeout' in timer && timer._idleTimeout === limit * 1000)
      timers.add(id)
  },
  destroy: (id) => {
    timers.delete(id)
  },
})
beforeEach(() => void watch.enable())
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  watch.disable()
  expect([...timers]).toEqual([])
})

type Performed = { readonly failed: FettleError; readonly asked: number }

/** The error of a statement, and how often the host's shell was asked for a sign of life. */
async function failure(
  port: number,
  shell: () => Promise<readonly Output[]> = () => Promise.resolve([]),
): Promise<Performed> {
  let asked = 0
  const session = {
    forward: () => Promise.resolve(connect(port, '127.0.0.1')),
    exchange: () => (asked++, shell()),
  }
  const backend = await openMysql(linkOf(session), { connect: limit, statement: limit })
  const failed = await backend
    .perform({ connection: {}, sql: 'SELECT 1', values: [] })
    .catch((error: unknown) => error)
  await backend.close()
  if (!(failed instanceof FettleError)) throw new Error('it did not fail as it should')
  return { failed, asked }
}

/** A packet of MariaDB's protocol. */
const packet = (sequence: number, ...parts: readonly (string | readonly number[])[]): Buffer => {
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  return Buffer.concat([
    Buffer.from([payload.length & 255, payload.length >> 8, 0, sequence]),
    payload,
  ])
}
const greeting = packet(
  0,
  [10],
  '10.11.6-MariaDB',
  [0, 1, 0, 0, 0],
  'saltsalt',
  [0, 0xff, 0xf7, 33, 2, 0, 0x08, 0, 21],
  Array<number>(10).fill(0),
  'saltsaltsalt',
  [0],
  'mysql_native_password',
  [0],
)
const ok = (sequence: number): Buffer => packet(sequence, [0, 0, 0, 2, 0, 0, 0])
const refusal = (number: number, words: string): Buffer =>
  packet(1, [255, number & 255, number >> 8], `#HY000${words}`)

describe('a server that answers logins', () => {
  let server: Server
  const open: Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
    server.close()
  })
  /**
   * A MariaDB server for logins and session settings; its answer to any other statement is given.
   */
  async function serving(answer: (socket: Socket) => unknown): Promise<number> {
    server = createServer((socket) => {
      open.push(socket)
      socket.on('error', () => undefined).write(greeting)
      socket.once('data', () => {
        socket.write(ok(2))
        socket.on('data', (said) =>
          said.includes('SET SESSION') ? socket.write(ok(1)) : answer(socket),
        )
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const lost = new FettleError('connection-lost', {
    message: 'the connection ended: the outcome is unknown',
  })
  const gone = (): Promise<never> => Promise.reject(lost)
  const hangUp = (socket: Socket): Socket => socket.destroy()

  test('refuses a statement: the host is not asked', async () => {
    const { failed, asked } = await failure(
      await serving((socket) => socket.write(refusal(1040, 'Too many connections'))),
      gone,
    )
    expect([failed.code, failed.message, failed.remedy, asked]).toEqual([
      'mysql-failed',
      'MariaDB at /run/mysqld/mysqld.sock as root: Too many connections',
      expect.stringContaining('max_connections'),
      0,
    ])
  })
  test('hangs up during a statement; the host is reachable', async () => {
    expect(await failure(await serving(hangUp))).toMatchObject({
      failed: {
        code: 'mysql-failed',
        message: expect.stringContaining('The server closed the connection'),
      },
      asked: 1,
    })
  })
  test('hangs up during a statement; the host is lost', async () => {
    expect((await failure(await serving(hangUp), gone)).failed).toBe(lost)
  })
  test('never answers a statement', async () => {
    const port = await serving(() => undefined)
    expect(await failure(port)).toMatchObject({
      failed: {
        message:
          'MariaDB at /run/mysqld/mysqld.sock as root did not finish a statement within 0.517 s: its outcome is unknown',
      },
      asked: 1,
    })
    expect((await failure(port, gone)).failed).toBe(lost)
  })
})

describe('something else than a working server', () => {
  let server: Server | null = null
  const open: Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
    server?.close()
  })
  /** A server of another kind in MariaDB's place. */
  async function listening(greet: (socket: Socket) => void): Promise<number> {
    const made = createServer((socket) => {
      open.push(socket)
      socket.on('error', () => socket.destroy())
      greet(socket)
    })
    server = made
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
    const at = made.address()
    return typeof at === 'object' && at !== null ? at.port : 0
  }
  test('accepts and never answers, as a stopped one does', async () => {
    expect((await failure(await listening(() => undefined))).failed).toMatchObject({
      code: 'mysql-failed',
      message: 'MariaDB at /run/mysqld/mysqld.sock as root did not answer within 0.517 s',
    })
  })
  test('closes at once', async () => {
    expect((await failure(await listening((socket) => socket.end()))).failed).toMatchObject({
      code: 'mysql-failed',
      message: expect.stringContaining('The server closed the connection'),
    })
  })
  test('speaks another protocol', async () => {
    expect(
      (await failure(await listening((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))))
        .failed,
    ).toMatchObject({ code: 'mysql-failed' })
  })
  test('cannot be connected to in time: a stream that opens too late is closed', async () => {
    const socket = connect(await listening(() => undefined), '127.0.0.1')
    let come: (stream: Socket) => void = () => undefined
    const forwarding = new Promise<Socket>((resolve) => (come = resolve))
    const backend = await openMysql(
      linkOf({ forward: () => forwarding, exchange: () => Promise.resolve([]) }),
      { connect: limit, statement: limit },
    )
    await expect(
      backend.perform({ connection: {}, sql: 'SELECT 1', values: [] }),
    ).rejects.toMatchObject({ message: expect.stringContaining('did not answer within 0.517 s') })
    come(socket)
    await forwarding
    expect(socket.destroyed).toBe(true)
  })
})
