import { once, setMaxListeners } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { logIn } from '../log-in.js'
import { makeKey, sshConfig } from '../sshd.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-parallel-'))
  makeKey(join(directory, 'key'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/**
 * A server that counts connections which have not logged in, and delays each login. It has no
 * shell.
 */
async function slowServer(): Promise<{
  readonly port: number
  readonly most: () => number
  readonly close: () => void
}> {
  let [waiting, most] = [0, 0]
  const server = new ssh2.Server({ hostKeys: [readFileSync(join(directory, 'key'))] }, (client) => {
    most = Math.max(most, (waiting += 1))
    client
      .on('error', () => undefined)
      .on(
        'authentication',
        (context) =>
          void delay(20).then(() => {
            waiting -= 1
            context.accept()
          }),
      )
      .on('ready', () => client.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    most: () => most,
    close: () => server.close(),
  }
}

test('one address gets eight logins at a time, as sshd drops others from ten on; other addresses do not wait for them', async () => {
  const servers = [await slowServer(), await slowServer()]
  const known = join(directory, 'known_hosts')
  writeFileSync(
    known,
    servers
      .map(({ port }) => `[127.0.0.1]:${port} ${readFileSync(join(directory, 'key.pub'), 'utf8')}`)
      .join(''),
  )
  const options = { sshConfig: sshConfig(directory), knownHostsFiles: [known], acceptNew: false }
  const logins = servers.flatMap(({ port }) =>
    Array.from({ length: 30 }, (_, index) =>
      logIn(
        {
          name: `web${index}`,
          host: '127.0.0.1',
          port,
          user: 'root',
          privateKeyFile: join(directory, 'key'),
          become: null,
        },
        options,
      ),
    ),
  )
  const ends = await Promise.allSettled(logins)
  expect(ends.map((end) => end.status)).toEqual(logins.map(() => 'rejected'))
  expect(servers.map(({ most }) => most())).toEqual([8, 8])
  for (const { close } of servers) close()
}, 30_000)

test('128 handshakes are under way at a time; the next one begins when one of them has ended', async () => {
  const begun: Socket[] = []
  const servers = await Promise.all(
    Array.from({ length: 17 }, async () => {
      const server = createServer(
        (socket) => void socket.on('error', () => undefined).once('data', () => begun.push(socket)),
      )
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return server
    }),
  )
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  const options = {
    sshConfig: sshConfig(directory, 'ConnectTimeout 60'),
    knownHostsFiles: [],
    acceptNew: false,
    signal: abort.signal,
  }
  const logins = servers.flatMap((server) =>
    Array.from({ length: 8 }, (_, index) =>
      logIn(
        {
          name: `web${index}`,
          host: '127.0.0.1',
          port: (server.address() as AddressInfo).port,
          user: 'root',
          privateKeyFile: join(directory, 'key'),
          become: null,
        },
        options,
      ),
    ),
  )
  const ended = Promise.allSettled(logins)
  const atLeast = async (count: number): Promise<number> => {
    while (begun.length < count) await delay(10)
    await delay(100)
    return begun.length
  }
  expect(await atLeast(128)).toBe(128)
  begun[0]?.end('not SSH\r\n\r\n')
  expect(await atLeast(129)).toBe(129)
  abort.abort(new Error('enough'))
  await ended
  for (const server of servers) server.close()
}, 60_000)
