import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, ClientChannel, ExecOptions } from 'ssh2'
import { FettleError } from '../../core/errors.js'
import { unlessAborted, type Link } from './link.js'
import type { ForwardTarget } from '../session.js'
import type { Pipes, Transport } from '../transport.js'

/** A connection whose login has been sent. */
export interface Connected {
  readonly client: Client
  readonly link: Link
  readonly loginUser: string
  readonly place: string
  /** Whether our agent is offered to what runs there. */
  readonly forwardsAgent: boolean
  /** Rejects when the host refuses the login. */
  readonly loggedIn: Promise<void>
  /** Why the connection ended, when it has; it never rejects. */
  readonly lost: Promise<string>
}

/** A connection over SSH. */
export interface SshTransport extends Transport {
  /** Rejects when the host refuses the login. */
  readonly loggedIn: Promise<void>
  /** Why the connection ended, when it has; it never rejects. */
  readonly lost: Promise<string>
  /** The same, as a sentence with its place; null: it has not ended. */
  readonly over: string | null
}

/**
 * The way to a host over SSH. Its first channel is asked for together with the login, where
 * `loggedIn` is still open.
 */
export function sshTransport({
  client,
  link,
  loginUser,
  place,
  forwardsAgent,
  loggedIn,
  lost,
}: Connected): SshTransport {
  let over: string | null = null
  // At once, as others end with it and ask why.
  client.on('close', () => {
    over ??= `the connection to ${place} is over`
  })
  void lost.then((why) => {
    over = `the connection to ${place} is over (${why})`
  })
  const alive = (): void => {
    if (over !== null) throw new FettleError('connection-lost', { message: over })
  }
  return {
    loginUser,
    place,
    forwardsAgent,
    loggedIn,
    lost,
    get over() {
      return over
    },
    async open(command) {
      alive()
      const opening = channel(place, (done) => execute(client, command, forwardsAgent, done))
      // Where the login is refused, that is what there is to say.
      opening.catch(() => undefined)
      await loggedIn
      try {
        const late = (): FettleError => notOpened(place, `nothing within ${channelSeconds} s`)
        return pipes(await inTime(opening, late), lost)
      } catch (error) {
        // Where the connection ends meanwhile, ssh2 says of the channel that nobody has answered,
        // and then why.
        if (error instanceof FettleError && /No response from server/.test(error.message))
          await lost
        alive()
        throw error
      }
    },
    async dial(target) {
      await loggedIn
      alive()
      const late = (): FettleError =>
        new FettleError('forward-failed', {
          message: `${where(target)} could not be reached from ${place}: no answer within ${channelSeconds} s`,
        })
      return inTime(dial(client, target, place), late).catch((error: unknown) => {
        // A channel that is asked for while the connection ends is refused.
        alive()
        throw error
      })
    },
    async close() {
      client.end()
      // Until all is written, but not for the host's own goodbye, which is a round trip.
      await Promise.race([link.hangUp(), lost, delay(2000, undefined, { ref: false })])
      client.destroy()
      link.stream.destroy()
    },
  }
}

/**
 * Seconds for a channel to be opened, and for what a forwarding leads to to be reached: TCP itself
 * takes two minutes.
 */
const channelSeconds = 30

/** What is opened after all, when nobody waits for it any more, ends with the connection. */
async function inTime<T>(opening: Promise<T>, late: () => FettleError): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(late()), channelSeconds * 1000)
  try {
    return await unlessAborted(opening, limit.signal)
  } finally {
    clearTimeout(timer)
  }
}

type Opened = (
  error: (Error & { readonly reason?: unknown }) | undefined,
  channel: ClientChannel,
) => void

/**
 * A host that wants no agent (AllowAgentForwarding no) is asked again without it, as ssh goes on
 * without it.
 */
function execute(client: Client, command: string, forwardsAgent: boolean, done: Opened): void {
  if (!forwardsAgent) {
    client.exec(command, done)
    return
  }
  const withAgent: ExecOptions & { readonly agentForward: true } = { agentForward: true }
  client.exec(command, withAgent, (error, opened) => {
    if (error?.message === 'Unable to request agent forwarding') client.exec(command, done)
    else done(error, opened)
  })
}

/** sshd gives places free late: a refused channel (MaxSessions) is asked for again. */
async function channel(place: string, open: (done: Opened) => void): Promise<ClientChannel> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await attempted(open)
    if (!(result instanceof Error)) return result
    if (!/Channel open failure/.test(result.message) || attempt === 5)
      throw notOpened(place, result.message, result)
    await delay(attempt * 50)
  }
}

const attempted = (open: (done: Opened) => void): Promise<ClientChannel | Error> =>
  new Promise((resolve) => {
    try {
      open((error, channel) => resolve(error ?? channel))
    } catch (error) {
      resolve(error as Error)
    }
  })

const notOpened = (place: string, why: string, cause?: unknown): FettleError =>
  new FettleError('shell-not-started', {
    message: `${place}: sshd opened no channel: ${why}`,
    remedy: 'see MaxSessions, ForceCommand and the log of sshd on the host',
    cause,
  })

function pipes(opened: ClientChannel, lost: Promise<string>): Pipes {
  const ended = new Promise<string>((resolve) => {
    let how = 'the channel was closed'
    opened.on('exit', (code: number | null, signal?: string) => {
      how = code === null ? (signal ?? how) : `status ${code}`
    })
    opened.on('close', () => setImmediate(resolve, how))
    // A channel that ends because its connection does has no status: the connection knows why.
    void lost.then((why) => resolve(how === 'the channel was closed' ? why : how))
  })
  opened.on('error', () => undefined)
  opened.stderr.on('error', () => undefined)
  return {
    stdin: opened,
    stdout: opened,
    stderr: opened.stderr,
    ended,
    destroy: () => opened.close(),
  }
}

const where = (target: ForwardTarget): string =>
  'socket' in target ? target.socket : `${target.host}:${target.port}`

function dial(client: Client, target: ForwardTarget, place: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const done: Opened = (error, opened) => {
      if (error === undefined) return resolve(opened)
      const failure = new FettleError('forward-failed', {
        message: `${where(target)} could not be reached from ${place}: ${error.message}`,
        cause: error,
      })
      reject(failure)
    }
    if ('socket' in target) client.openssh_forwardOutStreamLocal(target.socket, done)
    else client.forwardOut('127.0.0.1', 0, target.host, target.port, done)
  })
}
