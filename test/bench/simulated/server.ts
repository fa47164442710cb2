import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'

export interface ServerOptions {
  /** The file of the host's private key. */
  readonly hostKey: string
  /** `ssh-ed25519 AAAA…`: the key that may log in. */
  readonly userKey: string
  /** Answers a command. */
  readonly run: (command: string, channel: ServerChannel) => void
}

/**
 * An SSH server at a free port of every address of 127/8, all of which are this machine: to its
 * clients each address is a host. A client has to present the key but not to prove it: the proof
 * costs the client, verifying it would only cost this server.
 */
export function startServer({ hostKey, userKey, run }: ServerOptions): Promise<Server> {
  const wanted = Buffer.from(userKey.split(' ')[1] ?? '', 'base64')
  const ssh = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (connection) =>
    serve(connection, wanted, run),
  )
  return listen((socket) => ssh.injectSocket(socket))
}

function serve(connection: Connection, wanted: Buffer, run: ServerOptions['run']): void {
  // Clients may disconnect at any time.
  connection.on('error', () => undefined)
  connection.on('authentication', (context) => {
    if (context.method === 'publickey' && context.key.data.equals(wanted)) context.accept()
    else context.reject(['publickey'])
  })
  connection.on('session', (accept) => {
    accept().on('exec', (take, _, { command }) => run(command, take()))
  })
}

/** A server that accepts connections and never answers. */
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
