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
  /** Whether our agent is offered to the programs there. */
  readonly forwardsAgent: boolean
  /** Rejects when the host refuses the login. */
  readonly loggedIn: Promise<void>
  /** Why the connection ended, once it has; never rejects. */
  readonly lost: Promise<string>
}

/** A connection over SSH. */
export interface SshTransport extends Transport {
  /** Rejects when the host refuses the login. */
  readonly loggedIn: Promise<void>
  /** Why the connection ended, once it has; never rejects. */
  readonly lost: Promise<string>
  /** The reason of `lost` as a sentence with the place; null: the connection is open. */
  readonly over: string | null
}

/**
 * The transport over SSH. Its first channel is requested together with the login, while `loggedIn`
 * is pending.
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
  // Set at once and not after `lost`: what ends with the connection asks for the reason in the same
  // tick.
  client.on('close', () => {
    over ??= `the connection to ${place} is over`
  })
  void lost.then((why) => {
    over = `the connection to ${place} is over (${why})`
  })
  const requireOpen = (): void => {
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
      requireOpen()
      const opening = channel(place, (done) => execute(client, command, forwardsAgent, done))
      // A refused login is the error to report, not the channel's.
      opening.catch(() => undefined)
      await loggedIn
      try {
        const late = (): FettleError => notOpened(place, `nothing within ${channelSeconds} s`)
        return pipes(await limitOpening(opening, late), lost)
      } catch (error) {
        // When the connection ends meanwhile, ssh2 reports an unanswered channel first and the
        // reason afterwards.
        if (error instanceof FettleError && /No response from server/.test(error.message))
          await lost
        requireOpen()
        throw error
      }
    },
    async dial(target) {
      await loggedIn
      requireOpen()
      const late = (): FettleError =>
        new FettleError('forward-failed', {
          message: `${where(target)} could not be reached from ${place}: no answer within ${channelSeconds} s`,
        })
      return limitOpening(dial(client, target, place), late).catch((error: unknown) => {
        // A channel requested while the connection ends is refused: report the connection's end.
        requireOpen()
        throw error
      })
    },
    async close() {
      client.end()
      // Waits until all is written, but not for the host's answer, which is a round trip.
      await Promise.race([link.hangUp(), lost, delay(2000, undefined, { ref: false })])
      client.destroy()
      link.stream.destroy()
    },
  }
}

/**
 * Seconds to open a channel, including a forwarding's connection to its target: TCP itself takes
 * two minutes.
 */
const channelSeconds = 30

/** Limits the time to open a channel. One that is opened too late is closed with the connection. */
async function limitOpening<T>(opening: Promise<T>, late: () => FettleError): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(late()), channelSeconds * 1000)
  try {
    return await unlessAborted(opening, limit.signal)
  } finally {
    clearTimeout(timer)
  }
}

type ChannelCallback = (
  error: (Error & { readonly reason?: unknown }) | undefined,
  channel: ClientChannel,
) => void

/**
 * Runs a command, and without agent forwarding if the host refuses that (AllowAgentForwarding no),
 * as ssh does.
 */
function execute(
  client: Client,
  command: string,
  forwardsAgent: boolean,
  done: ChannelCallback,
): void {
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

/** Opens a channel, with retries: sshd frees the places of closed sessions late (MaxSessions). */
async function channel(
  place: string,
  open: (done: ChannelCallback) => void,
): Promise<ClientChannel> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await attempted(open)
    if (!(result instanceof Error)) return result
    if (!/Channel open failure/.test(result.message) || attempt === 5)
      throw notOpened(place, result.message, result)
    await delay(attempt * 50)
  }
}

const attempted = (open: (done: ChannelCallback) => void): Promise<ClientChannel | Error> =>
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
    // A channel that ends because its connection does has no status: use the connection's reason.
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
    const done: ChannelCallback = (error, opened) => {
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
