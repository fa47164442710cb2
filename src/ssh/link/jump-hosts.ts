import type { Duplex } from 'node:stream'
import { FettleError } from '../../core/errors.js'
import { Dropped, unlessAborted, withTimeLimit, type Dialer } from './link.js'
import { adjustWindowPerPacket } from './return-window.js'
import type { HostConfig } from '../config/ssh-config.js'
import type { SshTransport } from './ssh-transport.js'

/**
 * Hosts on one connection. sshd does not limit forwardings, but each is an open file of its
 * process, which may have 1024.
 */
const maxHostsPerConnection = 500

/**
 * Milliseconds that a connection stays open without hosts. With few forks there is a gap between
 * one host and the next.
 */
const idleMilliseconds = 250

/**
 * Milliseconds for which a failure is cached for all hosts behind the jump host: a login attempt
 * for each of them could get us locked out.
 */
const failureCacheMilliseconds = 30_000

type ConnectJumpHost = () => Promise<SshTransport>

/** A connection to a jump host, shared by the hosts behind it. */
class SharedConnection {
  readonly transport: Promise<SshTransport>
  hosts = 0
  #failed: number | null = null
  #over = false
  #idle: NodeJS.Timeout | undefined

  constructor(connect: ConnectJumpHost) {
    this.transport = connect()
    const over = (): void => {
      this.#over = true
    }
    const failed = (): void => {
      this.#failed = performance.now()
    }
    this.transport.then(({ lost }) => lost.then(over), failed)
  }

  /** Whether the connection takes no more hosts. */
  get isClosed(): boolean {
    if (this.#over) return true
    return this.#failed !== null && performance.now() - this.#failed > failureCacheMilliseconds
  }

  acquire(): () => void {
    clearTimeout(this.#idle)
    this.hosts += 1
    let released = false
    return () => {
      if (released) return
      released = true
      this.hosts -= 1
      if (this.hosts === 0) this.#idle = setTimeout(() => void this.#close(), idleMilliseconds)
    }
  }

  async #close(): Promise<void> {
    this.#over = true
    await this.transport.then(
      (transport) => transport.close(),
      () => undefined,
    )
  }
}

/** A pool of connections to jump hosts, each shared by the hosts behind it. */
export class JumpHosts {
  readonly #open = new Map<string, readonly SharedConnection[]>()

  /**
   * Makes a dialer for a host behind a jump host.
   * @param name the key by which connections to jump hosts are shared
   * @param connect connects to the jump host and logs in there
   */
  dialer(name: string, connect: ConnectJumpHost, config: HostConfig): Dialer {
    return {
      loginKey: `${name} ${config.host} ${config.port}`,
      dial: async (place, signal) => {
        const shared = this.#shared(name, connect)
        const release = shared.acquire()
        try {
          const jump = await shared.transport
          const stream = await withTimeLimit(
            config.connectSeconds,
            `${place}, asked for at ${jump.place},`,
            signal,
            (limit) => dial(jump, config, place, limit),
          )
          adjustWindowPerPacket(stream)
          // A host that has hung up leaves its channel half open, and ssh2 would wait for ever.
          stream.on('close', release).on('end', () => stream.destroy())
          const ended = (): void => {
            stream.destroy()
            release()
          }
          return { stream, hangUp: () => end(stream, ended), why: () => jump.over }
        } catch (error) {
          release()
          throw error
        }
      },
    }
  }

  #shared(name: string, connect: ConnectJumpHost): SharedConnection {
    const all = (this.#open.get(name) ?? []).filter((each) => !each.isClosed)
    const free = all.find((each) => each.hosts < maxHostsPerConnection)
    const shared = free ?? new SharedConnection(connect)
    this.#open.set(name, free === undefined ? [...all, shared] : all)
    return shared
  }
}

const end = (stream: Duplex, ended: () => void): Promise<void> =>
  new Promise((resolve) => {
    stream.end(() => {
      ended()
      resolve()
    })
  })

/** Reason codes of RFC 4254, section 5.1. */
const administrativelyProhibited = 1
const resourceShortage = 4

/** ssh2's error for a channel that was refused. */
interface JumpRefusal {
  readonly message?: string
  readonly reason?: unknown
}

async function dial(
  jump: SshTransport,
  { host, port }: HostConfig,
  place: string,
  limit: AbortSignal,
): Promise<Duplex> {
  const opening = jump.dial({ host, port })
  try {
    return await unlessAborted(opening, limit)
  } catch (error) {
    void opening.then(
      (late) => late.destroy(),
      () => undefined,
    )
    if (!(error instanceof FettleError)) throw error
    const { message = '', reason } = (error.cause ?? {}) as JumpRefusal
    const why = message.replace(/^.*open failure: /, '')
    // The connection died between two hosts: a retry opens a new one.
    if (error.code === 'connection-lost' || jump.over !== null || reason === resourceShortage)
      throw new Dropped('unreachable', {
        message: `${place} cannot be reached from ${jump.place}: ${jump.over ?? why}`,
        cause: error,
      })
    if (reason === administrativelyProhibited)
      throw new FettleError('unreachable', {
        message: `${jump.place} opens no connection to ${place}: ${why}`,
        remedy: 'permit it there: AllowTcpForwarding and PermitOpen in sshd_config',
        cause: error,
      })
    throw new FettleError('unreachable', {
      message: `${place} cannot be reached from ${jump.place}: ${why}`,
      cause: error,
    })
  }
}
