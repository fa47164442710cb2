import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'

export interface ServerOptions {
  /** The file of the host's private key. */
  readonly hostKey: string
  /** `ssh-ed25519 AAAA…`: who may log in. */
  readonly userKey: string
  /** What a command is answered by. */
  readonly run: (command: string, channel: ServerChannel) => void
}

/**
 * An SSH server at a free port of every address of 127/8, which are all this machine: to its
 * callers it is as many hosts as they know addresses. Who logs in has to show the key but not to
 * prove it: the proof is the caller's work, checking it would only be ours.
 */
export function startServer({ hostKey, userKey, run }: ServerOptions): Promise<Server> {
  const wanted = Buffer.from(userKey.split(' ')[1] ?? '', 'base64')
  const ssh = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (connection) =>
    serve(connection, wanted, run),
  )
  return listen((socket) => ssh.injectSocket(socket))
}

function serve(connection: Connection, wanted: Buffer, run: ServerOptions['run']): void {
  // Callers hang up as they like.
  connection.on('error', () => undefined)
  connection.on('authentication', (context) => {
    if (context.method === 'publickey' && context.key.data.equals(wanted)) context.accept()
    else context.reject(['publickey'])
  })
  connection.on('session', (accept) => {
    accept().on('exec', (take, _, { command }) => run(command, take()))
  })
}

/** A server that takes calls and never says a word. */
export const startMute = (): Promise<Server> => listen(() => undefined)

async function listen(answer: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined)
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', 1024, resolve))
  return server
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port
