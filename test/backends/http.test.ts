import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Duplex } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { linkOf } from '../../src/backends/host-link.js'
import { httpReader } from '../../src/backends/http.js'
import { FettleError } from '../../src/core/errors.js'
import type { HttpAnswer, HttpProbe } from '../../src/facts/commands/http.js'
import type { ForwardTarget, Session } from '../../src/ssh/session.js'
import { makeCertificate } from '../certificate.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-http-'))
  makeCertificate(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const servers: Server[] = []
const sockets = new Set<Socket>()
const streams: Duplex[] = []

/** A server on loopback, closed after the test. */
async function listen(
  server: Server,
  where: { readonly host: string } | { readonly path: string } = { host: '127.0.0.1' },
): Promise<number> {
  servers.push(server)
  server.on('connection', (socket) => sockets.add(socket))
  server.listen('path' in where ? where : { ...where, port: 0 })
  await once(server, 'listening')
  return 'path' in where ? 0 : (server.address() as AddressInfo).port
}

const page = (listener: RequestListener): Promise<number> => listen(createServer(listener))
const greeting: RequestListener = ({ url, headers }, answer) =>
  answer.end(`${url ?? ''} of ${headers.host ?? ''}`)

// No stream that was opened for an answer may stay open.
afterEach(async () => {
  for (let tries = 0; tries < 100 && streams.some((stream) => !stream.destroyed); tries++)
    await sleep(10)
  expect(streams.filter((stream) => !stream.destroyed)).toEqual([])
  streams.length = 0
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  for (const server of servers.splice(0)) server.close()
})

/** An SSH connection: opens a stream to the target, or throws. */
const session = {
  async forward(target: ForwardTarget): Promise<Duplex> {
    const socket = connect('socket' in target ? { path: target.socket } : target)
    streams.push(socket)
    try {
      await once(socket, 'connect')
    } catch (error) {
      socket.destroy()
      throw error
    }
    return socket
  },
}

/** The answer, or the error. */
async function get(
  url: string,
  probe: Partial<HttpProbe> = {},
  over: Pick<Session, 'forward'> & Partial<Pick<Session, 'exchange'>> = session,
): Promise<HttpAnswer | string> {
  try {
    return await httpReader(linkOf({ exchange: () => Promise.resolve([]), ...over })).request({
      url,
      from: 'host',
      timeout: 5,
      ...probe,
    })
  } catch (error) {
    return (error as Error).message
  }
}

describe.each(['host', 'control'] as const)('from %s', (from) => {
  test('an answer with its status and body', async () => {
    const port = await page(greeting)
    expect(await get(`http://127.0.0.1:${port}/a?b=c`, { from })).toEqual({
      status: 200,
      body: `/a?b=c of 127.0.0.1:${port}`,
    })
  })

  test('an answer from an address other than the one of the name', async () => {
    const port = await page(greeting)
    expect(await get(`http://demo.example.org:${port}/a`, { from, address: '127.0.0.1' })).toEqual({
      status: 200,
      body: `/a of demo.example.org:${port}`,
    })
  })

  test.each([404, 500, 204, 304])('%i is an answer', async (status) => {
    const port = await page((_, answer) => answer.writeHead(status).end())
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toEqual({ status, body: '' })
  })

  test('a redirect is an answer and not followed', async () => {
    let asked = 0
    const port = await page((_, answer) => {
      asked++
      answer.writeHead(302, { location: '/elsewhere' }).end('moved')
    })
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toEqual({ status: 302, body: 'moved' })
    expect(asked).toBe(1)
  })

  test('text in several pieces is put together', async () => {
    const port = await page((_, answer) => {
      const bytes = Buffer.from('grüße')
      answer.write(bytes.subarray(0, 3))
      setTimeout(() => answer.end(bytes.subarray(3)), 20)
    })
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toEqual({ status: 200, body: 'grüße' })
  })

  test('of an endless body the first MiB is kept, and the rest not awaited', async () => {
    const port = await page((_, answer) => {
      const more = (): void => {
        while (!answer.destroyed && answer.write('x'.repeat(65_537)));
      }
      answer.on('drain', more)
      more()
    })
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toEqual({
      status: 200,
      body: 'x'.repeat(1024 * 1024),
      isCut: true,
    })
  })

  test('a whole body of less than a MiB is kept, even if the server closes before it is read', async () => {
    const port = await page((_, answer) => answer.end('y'.repeat(900_000)))
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toEqual({
      status: 200,
      body: 'y'.repeat(900_000),
    })
  })

  test('a server that accepts and never answers', async () => {
    const port = await listen(createTcpServer())
    expect(await get(`http://127.0.0.1:${port}/`, { from, timeout: 0.2 })).toBe(
      'no answer within 0.2 s',
    )
  })

  test('a server that stops in the middle of the body', async () => {
    const port = await page((_, answer) =>
      answer.writeHead(200, { 'content-length': '10' }).write('half'),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from, timeout: 0.5 })).toBe(
      'its body did not end within 0.5 s (4 bytes had come)',
    )
  })

  test('a server that sends a few bytes at a time', async () => {
    const port = await page((_, answer) => {
      answer.writeHead(200).write(' ')
      const drops = setInterval(() => answer.write(' '), 20)
      answer.on('close', () => clearInterval(drops))
    })
    expect(await get(`http://127.0.0.1:${port}/`, { from, timeout: 0.5 })).toMatch(
      /^its body did not end within 0\.5 s \(\d+ bytes had come\)$/,
    )
  })

  test('endless headers', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n')
        const more = (): void => {
          while (!socket.destroyed && socket.write('x: y\r\n'.repeat(1000)));
        }
        socket.on('drain', more)
        more()
      }),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toBe('Parse Error: Header overflow')
  })

  test('endless interim answers', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        const more = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10)
        socket.on('error', () => undefined).on('close', () => clearInterval(more))
      }),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from, timeout: 0.5 })).toBe(
      'no answer within 0.5 s',
    )
  })

  test('a compressed body is not decompressed', async () => {
    const packed = gzipSync('x'.repeat(4 * 1024 * 1024))
    const port = await page((_, answer) =>
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toEqual({
      status: 200,
      body: packed.toString(),
    })
  })

  test('a server that closes at once', async () => {
    const port = await listen(createTcpServer((socket) => socket.end()))
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toBe('socket hang up')
  })

  test('a server that closes in the middle of the body', async () => {
    const port = await listen(
      createTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toBe(
      'the connection ended in the middle of the answer (4 bytes of its body had come)',
    )
  })

  test('a server that does not speak HTTP', async () => {
    const port = await listen(
      createTcpServer((socket) => socket.end('220 smtp.example.org ESMTP\r\n')),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toContain('Parse Error')
  })

  test('a server that switches to another protocol', async () => {
    const port = await listen(
      createTcpServer((socket) =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
        ),
      ),
    )
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toBe(
      'the server closed the connection without an answer',
    )
  })

  test('nothing listens', async () => {
    const port = await page(greeting)
    servers.pop()?.close()
    expect(await get(`http://127.0.0.1:${port}/`, { from })).toContain('ECONNREFUSED')
  })

  test('an untrusted certificate', async () => {
    const server = createSecureServer(
      { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) },
      greeting,
    )
    const port = await listen(server)
    expect(await get(`https://127.0.0.1:${port}/`, { from })).toBe(
      'its certificate is not trusted: self-signed certificate',
    )
    expect(await get(`https://localhost:${port}/`, { from })).toBe(
      'its certificate is not trusted: self-signed certificate',
    )
  })

  test('https to an http server', async () => {
    const port = await page(greeting)
    expect(await get(`https://127.0.0.1:${port}/`, { from })).toMatch(
      /wrong version number|packet length too long/,
    )
  })

  test('an IPv6 address', async () => {
    const port = await listen(createServer(greeting), { host: '::1' })
    expect(await get(`http://[::1]:${port}/`, { from })).toEqual({
      status: 200,
      body: `/ of [::1]:${port}`,
    })
  })
})

test('a socket of the host, with the host of the URL', async () => {
  const path = join(folder, 'app.sock')
  await listen(createServer(greeting), { path })
  expect(await get('http://app.example.org/health', { socket: path })).toEqual({
    status: 200,
    body: '/health of app.example.org',
  })
  expect(
    await get('http://app.example.org/health', { socket: join(folder, 'none.sock') }),
  ).toContain('ENOENT')
})

test.each([
  ['http://localhost/', 80],
  ['https://localhost/', 443],
  ['http://localhost:8080/', 8080],
])('%s is port %i of the host', async (url, port) => {
  const targets: ForwardTarget[] = []
  await get(
    url,
    {},
    { forward: (target) => Promise.reject(new Error(String(targets.push(target)))) },
  )
  expect(targets).toEqual([{ host: 'localhost', port }])
})

test('a connection that is never made counts as no answer; one that comes too late is closed', async () => {
  const port = await page(greeting)
  let late: Promise<Duplex> | undefined
  const slow = {
    forward: (target: ForwardTarget) => (late = sleep(300).then(() => session.forward(target))),
  }
  expect(await get(`http://127.0.0.1:${port}/`, { timeout: 0.1 }, slow)).toBe(
    'no answer within 0.1 s',
  )
  expect((await late)?.destroyed).toBe(true)
})

// With several addresses Node's error has no message.
test('nothing listens at any address of a name', async () => {
  const port = await page(greeting)
  servers.pop()?.close()
  const addresses = await lookup('localhost', { all: true })
  const said = await get(`http://localhost:${port}/`, { from: 'control' })
  expect(typeof said === 'string' && said.split('; ').sort()).toEqual(
    addresses.map(({ address }) => `connect ECONNREFUSED ${address}:${port}`).sort(),
  )
})

test('a stream that is no socket is closed, too, when the server keeps it open', async () => {
  const port = await listen(
    createTcpServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')),
  )
  const channel = {
    async forward(target: ForwardTarget): Promise<Duplex> {
      const socket = await session.forward(target)
      const stream = new Duplex({
        read: () => void socket.resume(),
        write: (chunk, _, done) => void socket.write(chunk as Buffer, done),
        final: (done) => done(),
        destroy: (error, done) => {
          socket.destroy()
          done(error)
        },
      })
      socket.on('data', (chunk) => stream.push(chunk))
      streams.push(stream)
      return stream
    },
  }
  expect(await get(`http://127.0.0.1:${port}/`, {}, channel)).toEqual({ status: 200, body: 'ok' })
})

describe('a lost link to the host is reported', () => {
  const lost = new FettleError('connection-lost', {
    message: 'the connection ended: the outcome is unknown',
  })
  const exchange = (): Promise<never> => Promise.reject(lost)
  const hangsUp = (): Promise<number> => listen(createTcpServer((socket) => socket.end()))
  test.each<[string, Partial<HttpProbe>]>([
    ['a server that hangs up', {}],
    ['a server that says nothing', { timeout: 0.2 }],
  ])('%s', async (_, probe) => {
    const port = await (probe.timeout === undefined ? hangsUp() : listen(createTcpServer()))
    expect(await get(`http://127.0.0.1:${port}/`, probe, { ...session, exchange })).toBe(
      lost.message,
    )
  })
  test('but not for other ways, or for a host that has answered', async () => {
    expect(
      await get(
        `http://127.0.0.1:${await hangsUp()}/`,
        { from: 'control' },
        { ...session, exchange },
      ),
    ).toBe('socket hang up')
    const refused = new FettleError('forward-failed', { message: 'nobody listens' })
    expect(
      await get('http://127.0.0.1:1/', {}, { forward: () => Promise.reject(refused), exchange }),
    ).toBe('nobody listens')
  })
})

test('a link that breaks after the answer does no harm', async () => {
  const port = await page(greeting)
  expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 })
  expect(() => streams[0]?.emit('error', new Error('broken'))).not.toThrow()
})
