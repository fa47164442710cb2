import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'
import { omitUndefined } from '../../src/core/omit-undefined.js'
import type { ConnectOptions, Target } from '../../src/ssh/connect.js'
import { makeKey, sshConfig } from './sshd.js'

/** How a hostile server behaves. What is left out, it does correctly. */
export interface Behaviour {
  readonly banner?: string
  readonly authentication?: (context: AuthContext, client: Connection) => void
  /** Answers the request for a channel itself; left out: it is opened. */
  readonly session?: (accept: () => ssh2.Session) => void
  /** Called for the `nth` command, which contains the boot's token and sudo's prompt. */
  readonly exec?: (
    channel: ServerChannel,
    token: string,
    from: { readonly client: Connection; readonly nth: number; readonly prompt: string },
  ) => void
}

export interface Hostile {
  readonly target: Target
  readonly options: ConnectOptions
  /** The number of commands that were requested. */
  readonly commands: () => number
  readonly stop: () => void
}

/** ssh2's own server on loopback. */
export async function startHostile(
  {
    banner,
    authentication = (context) => context.accept(),
    session,
    exec = () => undefined,
  }: Behaviour,
  config = '',
): Promise<Hostile> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-hostile-'))
  const key = join(directory, 'key')
  makeKey(key)
  let commands = 0
  const clients = new Set<Connection>()
  const server = new ssh2.Server(
    { hostKeys: [readFileSync(key)], ...omitUndefined({ banner }) },
    (client) => {
      clients.add(client)
      client
        .on('error', () => undefined)
        .on('authentication', (context) => authentication(context, client))
        .on('ready', () =>
          client.on('session', (accept) => {
            const open = (): ssh2.Session =>
              accept().on('exec', (take, _, { command }) => {
                commands += 1
                const channel = take()
                channel.on('error', () => undefined)
                exec(channel, /@boot-([0-9a-f]{32})/.exec(command)?.[1] ?? '', {
                  client,
                  nth: commands,
                  prompt: `fettle%${/fettle%%([0-9a-f]{32}:)/.exec(command)?.[1] ?? ''}`,
                })
              })
            if (session === undefined) open()
            else session(open)
          }),
        )
    },
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const known = join(directory, 'known_hosts')
  writeFileSync(known, `[127.0.0.1]:${port} ${readFileSync(`${key}.pub`, 'utf8')}`)
  return {
    target: {
      name: 'web1',
      host: '127.0.0.1',
      port,
      user: 'root',
      privateKeyFile: key,
      become: null,
    },
    options: {
      sshConfig: sshConfig(directory, config),
      knownHostsFiles: [known],
      acceptNew: false,
    },
    commands: () => commands,
    stop() {
      server.close()
      for (const client of clients) client.end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Reports that the shell runs, as a host would. */
export function booted(channel: ServerChannel, token: string): void {
  channel.write(`@boot-${token}\n`)
  channel.stderr.write(`@boot-${token}\n`)
}

/**
 * Sends the greeting, as the driver would. `then` is called with the input, piece by piece; the
 * first piece begins with the driver's script.
 */
export function greeted(
  channel: ServerChannel,
  token: string,
  then: (text: string) => void = () => undefined,
): void {
  booted(channel, token)
  let text = ''
  let hello = ''
  channel.on('data', (data: Buffer) => {
    if (hello !== '') return then(data.toString())
    text += data.toString()
    hello = /hello=([0-9a-f]{32})/.exec(text)?.[1] ?? ''
    if (hello === '') return
    channel.write(`1 0 root\n@${hello} 0\n`)
    channel.stderr.write(`\n@${hello}\n`)
    then(text)
  })
}

/** Writes endlessly, as fast as it is read. */
export function flood(stream: NodeJS.WritableStream): void {
  const piece = Buffer.alloc(65_536, 'x')
  const go = (): void => {
    while (stream.write(piece));
  }
  stream.on('drain', go)
  go()
}
