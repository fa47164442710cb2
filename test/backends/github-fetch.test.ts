import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { openGithub, type GithubBackend, type GithubOptions } from '../../src/backends/github.js'
import { FettleError } from '../../src/core/errors.js'
import { reveal, Secret } from '../../src/core/secret.js'
import { hooksFact } from '../../src/facts/github/api.js'
import { makeCertificate } from '../certificate.js'

// Answers that GitHub never gives, but a wrong GITHUB_API_URL, a proxy or an attacker may.

const token = new Secret('token-of-the-hostile-answers')
const at = { owner: 'acme', repo: 'demo' }
const list = 'GET /repos/{owner}/{repo}/hooks'
const delivery = `${list}/{hook_id}/deliveries/{delivery_id}`
const about = "GitHub's answer to GET /repos/acme/demo/hooks"
const mebibyte = 1024 * 1024

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server): Promise<string> {
  servers.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

/** A GitHub API of these listeners, used one after the other; the last one stays. */
async function served(
  listeners: readonly RequestListener[],
  options: Partial<GithubOptions> = {},
): Promise<{ readonly backend: GithubBackend; readonly requests: () => number }> {
  let requests = 0
  const baseUrl = await listening(
    createServer((request, response) =>
      listeners[Math.min(requests++, listeners.length - 1)]?.(request, response),
    ),
  )
  return { backend: openGithub({ token, baseUrl, ...options }), requests: () => requests }
}

async function failure(request: Promise<unknown>): Promise<FettleError> {
  const error = await request.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FettleError)) throw new Error(`not a FettleError: ${String(error)}`)
  return error
}

/** Writes as long as the peer reads. */
function flood(response: ServerResponse | Socket, chunk: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

const json = { 'content-type': 'application/json; charset=utf-8', 'x-github-request-id': 'ABCD:1' }
const spaces = ' '.repeat(65_536)

describe('the size of an answer is limited', () => {
  const tooLong =
    /^GitHub's answer to GET \/repos\/acme\/demo\/hooks is longer than 4194304 bytes: it was given up after \d+ \(request ABCD:1\)$/
  test.each<[string, RequestListener]>([
    ['a list without an end', (_, response) => flood(response.writeHead(200, json), spaces)],
    ['a refusal without an end', (_, response) => flood(response.writeHead(502, json), spaces)],
    [
      'much that was packed small',
      (_, response) =>
        response
          .writeHead(200, { ...json, 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(64 * mebibyte))),
    ],
  ])('%s', async (_, listener) => {
    const { backend, requests } = await served([listener])
    const { code, message, remedy } = await failure(backend.list(list, at))
    expect({ code, message, remedy }).toEqual({
      code: 'github-failed',
      message: expect.stringMatching(tooLong),
      remedy: expect.stringContaining('GITHUB_API_URL'),
    })
    // It would be as long again.
    expect(requests()).toBe(1)
    expect(sockets.every((socket) => socket.bytesWritten < 16 * mebibyte)).toBe(true)
  })
  test('a delivery may have a payload of 25 MB, but not more', async () => {
    const of = { ...at, hook_id: 1, delivery_id: 2 }
    const payload = 'x'.repeat(26 * mebibyte)
    const { backend } = await served([
      (_, response) => response.writeHead(200, json).end(JSON.stringify({ payload })),
    ])
    expect(await backend.get(delivery, of)).toEqual({ payload })
    const endless = await served([(_, response) => flood(response.writeHead(200, json), spaces)])
    expect((await failure(endless.backend.get(delivery, of))).message).toContain(
      '/deliveries/2 is longer than 33554432 bytes',
    )
  })
  test('a list with more entries than requested', async () => {
    const { backend } = await served([
      (_, response) => response.writeHead(200, json).end(`[${'0,'.repeat(mebibyte)}0]`),
    ])
    expect((await failure(backend.list(list, at))).message).toBe(
      `${about} has 1048577 entries on a page, where 100 were asked for`,
    )
  })
  test('JSON with very deep nesting', async () => {
    const { backend } = await served([
      (_, response) =>
        response.writeHead(200, json).end(`${'['.repeat(mebibyte)}${']'.repeat(mebibyte)}`),
    ])
    expect(await hooksFact.read(backend, { repo: 'acme/demo' })).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('could not be understood'),
    })
  })
  test('the body of a redirect is not read', async () => {
    const { backend, requests } = await served([
      (_, response) => flood(response.writeHead(301, { location: '/elsewhere' }), spaces),
      (_, response) => response.writeHead(200, json).end('[]'),
    ])
    expect([await backend.list(list, at), requests()]).toEqual([[], 2])
    expect(sockets.every((socket) => socket.bytesWritten < 16 * mebibyte)).toBe(true)
  })
  test('endless headers', async () => {
    const baseUrl = await listening(
      createTcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        flood(socket.resume(), 'x: y\r\n'.repeat(1000))
      }),
    )
    expect((await failure(openGithub({ token, baseUrl }).list(list, at))).message).toBe(
      `${about} is no HTTP that can be read: Headers Overflow Error`,
    )
  })
  test('a very long message is shortened', async () => {
    const { backend } = await served([
      (_, response) =>
        response.writeHead(422, json).end(JSON.stringify({ message: 'wrong '.repeat(10_000) })),
    ])
    expect((await failure(backend.list(list, at))).message.length).toBeLessThan(1200)
  })
})

describe('the time for an answer is limited', () => {
  const slow = { timeout: 0.5 }
  test('a few bytes at a time', async () => {
    const { backend, requests } = await served(
      [
        (_, response) => {
          response.writeHead(200, json).write('[')
          const drops = setInterval(() => response.write(' '), 20)
          response.on('close', () => clearInterval(drops))
        },
      ],
      slow,
    )
    expect((await failure(backend.list(list, at))).message).toMatch(
      /^GitHub's answer to GET \/repos\/acme\/demo\/hooks was not whole within 0\.5 s: \d+ bytes had come \(request ABCD:1\)$/,
    )
    expect(requests()).toBe(1)
  })
  test('no answer at all', async () => {
    const { backend, requests } = await served([() => undefined], slow)
    expect((await failure(backend.list(list, at))).message).toBe(
      `${about} did not come within 0.5 s`,
    )
    expect(requests()).toBe(1)
  })
  test('redirects share the time limit of one request', async () => {
    const { backend, requests } = await served(
      [
        (_, response) =>
          void setTimeout(() => response.writeHead(301, { location: '/again' }).end(), 150),
      ],
      slow,
    )
    expect((await failure(backend.list(list, at))).message).toBe(
      `${about} did not come within 0.5 s`,
    )
    expect(requests()).toBeLessThan(6)
  })
  test('endless interim answers', async () => {
    const baseUrl = await listening(
      createTcpServer((socket) => {
        const more = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10)
        socket.on('close', () => clearInterval(more))
      }),
    )
    expect((await failure(openGithub({ token, baseUrl, ...slow }).list(list, at))).message).toBe(
      `${about} did not come within 0.5 s`,
    )
  })
  test('all pages of a list share four times the time limit', async () => {
    const { backend, requests } = await served(
      [
        (_, response) =>
          void setTimeout(
            () => response.writeHead(200, { ...json, link: '<x>; rel="next"' }).end('[{}]'),
            150,
          ),
      ],
      slow,
    )
    expect((await failure(backend.list(list, at))).message).toMatch(
      /^GET \/repos\/acme\/demo\/hooks did not end within 2 s: \d+ entries on \d+ pages had come$/,
    )
    expect(requests()).toBeLessThan(20)
  })
})

describe('a success that is not JSON: the error says what came', () => {
  test.each<[string, Readonly<Record<string, string>>, string, string]>([
    [
      'a page of a proxy',
      { 'content-type': 'text/html' },
      '<html>\n  <h1>Log in</h1>\u001b[2J',
      String.raw`is no JSON: 200 with text/html, 28 bytes: "<html> <h1>Log in</h1>\u001b[2J"`,
    ],
    [
      'nothing',
      json,
      '',
      'is no JSON: 200 with application/json; charset=utf-8, 0 bytes (request ABCD:1)',
    ],
    [
      'JSON that was cut off',
      json,
      '[{"id":',
      String.raw`is no JSON: 200 with application/json; charset=utf-8, 7 bytes: "[{\"id\":" (request ABCD:1)`,
    ],
    [
      'JSON under another name',
      { 'content-type': 'text/plain' },
      '[]',
      'is no JSON: 200 with text/plain, 2 bytes: "[]"',
    ],
    ['JSON without a name', {}, '[]', 'is no JSON: 200 without a content type, 2 bytes: "[]"'],
    [
      'much',
      { 'content-type': 'text/plain' },
      'x'.repeat(500),
      `is no JSON: 200 with text/plain, 500 bytes: "${'x'.repeat(80)}…"`,
    ],
  ])('%s', async (_, headers, body, message) => {
    const { backend } = await served([(_, response) => response.writeHead(200, headers).end(body)])
    expect((await failure(backend.list(list, at))).message).toBe(`${about} ${message}`)
  })
  test('fewer bytes than were announced', async () => {
    const { backend } = await served([
      (_, response) => {
        response.writeHead(200, { ...json, 'content-length': '5000' }).write('[{"id":1,')
        setTimeout(() => response.destroy(), 20)
      },
    ])
    expect((await failure(backend.list(list, at))).message).toMatch(
      /^GitHub's answer to GET \/repos\/acme\/demo\/hooks ended after 9 bytes: .+ \(request ABCD:1\)$/,
    )
  })
  test('a refusal that is not JSON, too', async () => {
    const { backend } = await served([
      (_, response) =>
        response.writeHead(403, { 'content-type': 'text/html' }).end('<b>blocked by policy</b>'),
    ])
    expect((await failure(backend.list(list, at))).message).toBe(
      'GitHub refused GET /repos/acme/demo/hooks with 403: text/html, 24 bytes: "<b>blocked by policy</b>"',
    )
  })
  test('a repeated secret is hidden before the text is cut', async () => {
    const { backend } = await served([
      (_, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end(`${'x'.repeat(70)}${reveal(token)}`),
    ])
    expect((await failure(backend.list(list, at))).message).toContain(`${'x'.repeat(70)}[secret]"`)
  })
})

test('a server with an untrusted certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-github-'))
  makeCertificate(folder)
  const baseUrl = await listening(
    createSecureServer({
      key: readFileSync(join(folder, 'key')),
      cert: readFileSync(join(folder, 'cert')),
    }),
  )
  rmSync(folder, { recursive: true })
  expect(
    await failure(
      openGithub({ token, baseUrl: baseUrl.replace('http:', 'https:') }).list(list, at),
    ),
  ).toMatchObject({
    message: 'GitHub could not be reached for GET /repos/acme/demo/hooks: self-signed certificate',
    remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  })
})

test('the path of a GitHub Enterprise Server is kept', async () => {
  const asked: (string | undefined)[] = []
  const baseUrl = await listening(
    createServer(({ url }, response) => {
      asked.push(url)
      response.writeHead(200, json).end('[]')
    }),
  )
  expect(await openGithub({ token, baseUrl: `${baseUrl}/api/v3/` }).list(list, at)).toEqual([])
  expect(asked).toEqual(['/api/v3/repos/acme/demo/hooks?per_page=100&page=1'])
})

test('nothing listens at any address of a name', async () => {
  const port = new URL(await listening(createServer())).port
  servers.pop()?.close()
  expect(
    (await failure(openGithub({ token, baseUrl: `http://localhost:${port}` }).list(list, at)))
      .message,
  ).toMatch(/^GitHub could not be reached for GET \/repos\/acme\/demo\/hooks: connect ECONNREFUSED/)
})
