import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { NodeSSH } from 'node-ssh'
import type { Algorithms, Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2'
import { FettleError } from '../core/errors.js'
import { Login, waysToLogIn, type Ways } from './authentication.js'
import { hostKeyCheck, type HostKeyCheck } from './host-key.js'
import { quoted } from './quoted.js'
import type { ForwardTarget } from './session.js'
import { resolveConfig, type HostConfig } from './ssh-config.js'
import type { ConnectOptions, Target } from './target.js'
import type { Pipes, Transport } from './transport.js'

/** sshd drops connections that have not logged in when there are many (MaxStartups): try again, at random times. */
const attempts = 6
const longestPause = 400

class Dropped extends FettleError {}

/** One authenticated connection. */
export async function connectSsh(target: Target, options: ConnectOptions): Promise<Transport> {
  const config = await resolveConfig(target, options.sshConfig)
  const place = `${config.user}@${config.host}:${config.port}`
  const described = target.name === config.host ? place : `${target.name} (${place})`
  const [hostKey, ways] = await Promise.all([hostKeyCheck(config, options, described), waysToLogIn(target, config)])
  if (ways.attempts.length === 0) throw new FettleError('ssh-auth-failed', { message: `${described}: there is no way to log in: ${ways.notes.join('; ') || 'neither key nor password'}` })
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectOnce({ config, hostKey, ways, place: described, signal: options.signal })
    } catch (error) {
      if (!(error instanceof Dropped) || attempt === attempts) throw error
      await delay(Math.random() * longestPause * attempt, undefined, { signal: options.signal })
    }
  }
}

interface Plan {
  readonly config: HostConfig
  readonly hostKey: HostKeyCheck
  readonly ways: Ways
  readonly place: string
  readonly signal: AbortSignal | undefined
}

/** An own socket, because ssh2 opens its without TCP_NODELAY: 44 ms instead of 2 for every exchange. */
async function dialTcp({ config, place, signal }: Plan): Promise<Socket> {
  const { host, port, connectSeconds, family, bindAddress } = config
  const socket = connectTcp({ host, port, noDelay: true, family, ...(bindAddress !== null && { localAddress: bindAddress }) })
  const limit = AbortSignal.timeout(connectSeconds * 1000)
  try {
    await once(socket, 'connect', { signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) })
    return socket
  } catch (cause) {
    socket.on('error', () => undefined).destroy()
    if (signal?.aborted === true) throw signal.reason
    const why = limit.aborted ? `no answer within ${connectSeconds} s` : reason(cause)
    throw new FettleError('unreachable', { message: `${place} cannot be reached: ${why}`, cause })
  }
}

/** Addresses of one name that all failed come as one error without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** What ssh2 offers by itself; of these, what ssh_config leaves out is taken away. ssh2's order stays: it is the fast one. */
const offered = {
  kex: { option: 'KexAlgorithms', names: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521', 'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group14-sha256', 'diffie-hellman-group15-sha512', 'diffie-hellman-group16-sha512', 'diffie-hellman-group17-sha512', 'diffie-hellman-group18-sha512'] },
  cipher: { option: 'Ciphers', names: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr', 'chacha20-poly1305@openssh.com'] },
  hmac: { option: 'MACs', names: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha1-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-sha1'] },
} as const

function algorithms({ config, hostKey, place }: Plan): Algorithms {
  const without = (kind: keyof typeof offered): { readonly remove: string[] } => {
    const allowed = config.algorithms[kind]
    const remove = allowed === null ? [] : offered[kind].names.filter((name) => !allowed.includes(name))
    if (remove.length === offered[kind].names.length) throw new FettleError('ssh-config-unsupported', { message: `${place}: ssh_config's ${offered[kind].option} holds none that Fettle has (${offered[kind].names.join(', ')})` })
    return { remove }
  }
  // @types/ssh2 wants all three operations at once; ssh2 takes any of them.
  return { kex: without('kex'), cipher: without('cipher'), hmac: without('hmac'), serverHostKey: hostKey.algorithms as ServerHostKeyAlgorithm[] } as unknown as Algorithms
}

/**
 * node-ssh makes the connection, and nothing more: its execCommand resolves when the link is dropped, changes directory
 * with `;` and breaks UTF-8 between packets. All else is done with ssh2's client that it holds.
 */
async function connectOnce(plan: Plan): Promise<Transport> {
  const { config, hostKey, ways, signal } = plan
  const offer = algorithms(plan)
  const socket = await dialTcp(plan)
  const login = new Login(ways.attempts)
  const seen: Seen = { refused: null, handshake: false, banner: '', expired: false, login }
  const ssh = new NodeSSH()
  const stop = (): void => void socket.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const ready = ssh.connect({
      sock: socket,
      username: config.user,
      readyTimeout: config.connectSeconds * 1000,
      keepaliveInterval: config.keepalive.seconds * 1000,
      keepaliveCountMax: config.keepalive.count,
      algorithms: offer,
      authHandler: login.next,
      hostVerifier: (key: Buffer, answer: (accepted: boolean) => void) => {
        hostKey.verify(key).catch((error: unknown) => error as Error).then((error) => {
          seen.refused ??= error
          answer(error === null)
        }, () => answer(false))
      },
    })
    const client = ssh.connection
    // Errors come at any time, also twice; one that nobody hears would end the process.
    const lost = client === null ? null : watch(client, seen)
    await ready
    if (client === null || lost === null) throw new Error('node-ssh holds no connection')
    return transport(client, plan, lost)
  } catch (error) {
    socket.destroy()
    if (signal?.aborted === true) throw signal.reason
    throw explain(error, seen, plan)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

interface Seen {
  /** Why the host's key was not accepted. */
  refused: Error | null
  handshake: boolean
  banner: string
  expired: boolean
  readonly login: Login
}

/** @returns why the connection ended, when it has; it never rejects */
function watch(client: Client, seen: Seen): Promise<string> {
  return new Promise((resolve) => {
    let why = 'the connection was closed'
    client.on('error', (error) => (why = error.message))
    client.on('close', () => resolve(why))
    client.on('handshake', () => (seen.handshake = true))
    client.on('banner', (text) => (seen.banner += text))
    client.on('change password', () => {
      seen.expired = true
      client.end()
    })
  })
}

function explain(error: unknown, seen: Seen, { config, place, ways }: Plan): Error {
  const said = seen.banner.trim() === '' ? {} : { detail: quoted(seen.banner) }
  if (error instanceof FettleError) return error
  if (seen.refused !== null) return seen.refused
  const { level, code } = error as { readonly level?: string; readonly code?: unknown }
  const message = reason(error)
  if (!seen.handshake) {
    if (level === 'client-timeout') return new FettleError('ssh-handshake-failed', { message: `${place}: no SSH banner or handshake within ${config.connectSeconds} s`, ...said })
    const dropped = code === 'ECONNRESET' || code === 'EPIPE' || /before handshake|No response from server/.test(message)
    const text = `${place}: the SSH handshake failed: ${message}`
    return dropped ? new Dropped('ssh-handshake-failed', { message: text, remedy: 'is the port sshd\'s? with many hosts behind one address, raise MaxStartups there', cause: error }) : new FettleError('ssh-handshake-failed', { message: text, cause: error, ...said })
  }
  const tried = seen.login.tried.join(', ') || 'nothing'
  const accepts = seen.login.offered.length === 0 ? '' : `; the server accepts ${seen.login.offered.join(', ')}`
  const notes = ways.notes.length === 0 ? '' : `; ${ways.notes.join('; ')}`
  const why = seen.expired ? 'its password has expired' : level === 'client-authentication' ? 'the login was refused' : message
  return new FettleError('ssh-auth-failed', { message: `${place}: ${why}; tried: ${tried}${accepts}${notes}`, cause: error, ...said })
}

function transport(client: Client, { config, place }: Plan, lost: Promise<string>): Transport {
  let over: string | null = null
  void lost.then((why) => (over = why))
  const alive = (): void => {
    if (over !== null) throw new FettleError('connection-lost', { message: `the connection to ${place} is over (${over})` })
  }
  return {
    loginUser: config.user,
    place,
    async open(command) {
      alive()
      return pipes(await channel(place, (done) => void client.exec(command, done)), lost)
    },
    async dial(target) {
      alive()
      return dial(client, target, place)
    },
    async close() {
      client.end()
      await Promise.race([lost, delay(2000, undefined, { ref: false })])
      client.destroy()
    },
  }
}

type Opened = (error: (Error & { readonly reason?: unknown }) | undefined, channel: ClientChannel) => void

/** sshd gives places free late: a refused channel (MaxSessions) is asked for again. */
async function channel(place: string, open: (done: Opened) => void): Promise<ClientChannel> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await new Promise<ClientChannel | Error>((resolve) => {
      try {
        open((error, opened) => resolve(error ?? opened))
      } catch (error) {
        resolve(error as Error)
      }
    })
    if (!(result instanceof Error)) return result
    if (!/Channel open failure/.test(result.message) || attempt === 5) throw new FettleError('shell-not-started', { message: `${place}: sshd opened no channel: ${result.message}`, remedy: 'see MaxSessions, ForceCommand and the log of sshd on the host', cause: result })
    await delay(attempt * 50)
  }
}

function pipes(opened: ClientChannel, lost: Promise<string>): Pipes {
  const ended = new Promise<string>((resolve) => {
    let how = 'the channel was closed'
    opened.on('exit', (code: number | null, signal?: string) => (how = code === null ? (signal ?? how) : `status ${code}`))
    opened.on('close', () => setImmediate(resolve, how))
    // A channel that ends because its connection does has no status: the connection knows why.
    void lost.then((why) => resolve(how === 'the channel was closed' ? why : how))
  })
  opened.on('error', () => undefined)
  opened.stderr.on('error', () => undefined)
  return { stdin: opened, stdout: opened, stderr: opened.stderr, ended, destroy: () => opened.close() }
}

function dial(client: Client, target: ForwardTarget, place: string): Promise<Duplex> {
  const where = 'socket' in target ? target.socket : `${target.host}:${target.port}`
  return new Promise((resolve, reject) => {
    const done: Opened = (error, opened) => {
      if (error === undefined) resolve(opened)
      else reject(new FettleError('forward-failed', { message: `${where} could not be reached from ${place}: ${error.message}`, cause: error }))
    }
    if ('socket' in target) client.openssh_forwardOutStreamLocal(target.socket, done)
    else client.forwardOut('127.0.0.1', 0, target.host, target.port, done)
  })
}
