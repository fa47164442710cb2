import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { FileInput, sh } from '../../../src/core/sh.js'
import type { ConnectOptions } from '../../../src/ssh/connect.js'
import type { Session } from '../../../src/ssh/session.js'
import { logIn } from '../log-in.js'
import { makeKey, sshConfig, startSshd, type Sshd } from '../sshd.js'

jest.setTimeout(120_000)

let directory: string
/** Echoes its input, byte by byte. */
let mirror: Server
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-rekey-'))
  mirror = createServer({ allowHalfOpen: true }, (socket) =>
    socket.on('error', () => undefined).pipe(socket),
  ).listen(0, '127.0.0.1')
  await once(mirror, 'listening')
})
afterAll(() => {
  mirror.close()
  rmSync(directory, { recursive: true, force: true })
})

const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
/** Data in which no two packets are equal. */
const bytes = (length: number): Buffer =>
  Buffer.from(
    Uint32Array.from({ length: length / 4 }, (_, index) => Math.imul(index, 2_654_435_761)).buffer,
  )
/** Key exchanges so far, those of logins included. */
const exchanges = ({ log }: Sshd): number => log().match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0

function knownTo(lines: readonly string[], more = ''): ConnectOptions {
  const file = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(file, lines.join(''))
  return { sshConfig: sshConfig(directory, more), knownHostsFiles: [file], acceptNew: false }
}

/**
 * Data arrives unchanged in both directions: as a block's input and output, and through a
 * forwarding.
 */
async function bothWays(session: Session, size: number, pause: number): Promise<void> {
  const data = bytes(size)
  const piece = bytes(256 << 10)
  const [up, ...down] = await session.exchange([
    { script: sh`sha256sum`, input: data },
    ...Array.from({ length: 4 }, () => ({ script: sh`sleep ${pause}; cat`, input: piece })),
  ])
  expect(up?.stdout.toString()).toBe(`${sha(data)}  -\n`)
  expect(new Set(down.map(({ stdout }) => sha(stdout)))).toEqual(new Set([sha(piece)]))
  const stream = await session.forward({
    host: '127.0.0.1',
    port: (mirror.address() as AddressInfo).port,
  })
  const back: Buffer[] = []
  stream.on('data', (chunk: Buffer) => back.push(chunk)).end(data)
  await once(stream, 'end')
  expect(sha(Buffer.concat(back))).toBe(sha(data))
}

describe.each([
  ['64K', 1 << 20, 0],
  ['512K', 2 << 20, 0],
  ['1G 1s', 1 << 20, 1],
])('RekeyLimit %s', (limit, size, pause) => {
  let [host, gate]: readonly Sshd[] = []
  beforeAll(async () => {
    const options = [`RekeyLimit ${limit}`, 'LogLevel DEBUG1', 'AllowTcpForwarding yes']
    ;[host, gate] = await Promise.all([startSshd(options), startSshd(options)])
  })
  afterAll(() => Promise.all([host?.stop(), gate?.stop()]))

  test.each([
    ['directly', () => []],
    ['through a jump host', () => ['-J', `${userInfo().username}@127.0.0.1:${gate?.port ?? 0}`]],
    ['through a ProxyCommand', () => ['-o', 'ProxyCommand=socat - TCP:%h:%p']],
  ] as const)('%s', async (_, commonArguments) => {
    if (host === undefined || gate === undefined) throw new Error('no sshd')
    const before = [exchanges(host), exchanges(gate)] as const
    const options = knownTo(
      [host.knownHosts, gate.knownHosts],
      `Match host 127.0.0.1\n  IdentityFile ${gate.target.privateKeyFile ?? ''}\nMatch all`,
    )
    const session = await logIn({ ...host.target, commonArguments: commonArguments() }, options)
    await bothWays(session, size, pause)
    await session.close()
    expect(exchanges(host) - before[0]).toBeGreaterThan(2)
    if (commonArguments().includes('-J')) expect(exchanges(gate) - before[1]).toBeGreaterThan(2)
  })
})

describe('a key exchange for every 64 KiB', () => {
  let host: Sshd
  beforeAll(async () => {
    host = await startSshd(['RekeyLimit 64K', 'LogLevel DEBUG1'])
  })
  afterAll(() => host.stop())

  test('of 64 MiB of a file', async () => {
    const path = join(directory, 'image')
    const data = Buffer.alloc(64 << 20, bytes(999_996))
    writeFileSync(path, data)
    const session = await logIn(host.target, knownTo([host.knownHosts]))
    const [taken] = await session.exchange([
      { script: sh`sha256sum`, input: new FileInput(path, 'image', data.length, sha(data)) },
    ])
    expect(taken?.stdout.toString()).toBe(`${sha(data)}  -\n`)
    await session.close()
    expect(exchanges(host)).toBeGreaterThan(20)
  })
})

describe('the key that a rekey shows', () => {
  /**
   * A host that starts a key exchange as soon as somebody has logged in, and presents the key that
   * `next` returns; its shell prints nothing.
   */
  async function login(next: (own: ssh2.ParsedKey) => ssh2.ParsedKey): Promise<Error> {
    const path = join(mkdtempSync(join(directory, 'key-')), 'key')
    makeKey(path)
    const server = new ssh2.Server({ hostKeys: [readFileSync(path)] }, (client) => {
      const { _protocol } = client as unknown as {
        readonly _protocol: { readonly _hostKeys: Record<string, ssh2.ParsedKey> }
      }
      client
        .on('error', () => undefined)
        .on('authentication', (context) => context.accept())
        .on('ready', () => {
          const own = _protocol._hostKeys['ssh-ed25519']
          if (own !== undefined) _protocol._hostKeys['ssh-ed25519'] = next(own)
          client.rekey(() => client.end())
        })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const target = {
      name: 'web1',
      host: '127.0.0.1',
      port,
      user: 'root',
      privateKeyFile: path,
      become: null,
    }
    const failed: unknown = await logIn(
      target,
      knownTo([`[127.0.0.1]:${port} ${readFileSync(`${path}.pub`, 'utf8')}`]),
    ).catch((error: unknown) => error)
    server.close()
    if (!(failed instanceof Error)) throw new Error('the login succeeded')
    return failed
  }

  test('must be that of the login', async () => {
    expect((await login((own) => own)).message).not.toContain('another host key')
  })

  test('is another one: refused, with its fingerprint', async () => {
    const path = join(mkdtempSync(join(directory, 'key-')), 'key')
    makeKey(path)
    const other = ssh2.utils.parseKey(readFileSync(path))
    if (other instanceof Error) throw other
    expect((await login(() => other)).message).toMatch(
      /the connection to web1 \(.*\) is over \(a rekey showed another host key than the login: ssh-ed25519 SHA256:/,
    )
  })
})
