import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { FettleError } from '../../core/errors.js'

/** The bytes of a connection to a host, whatever they go through. */
export interface Link {
  readonly stream: Duplex
  /** Ends it when all is written, without waiting for the other side's answer. */
  hangUp(): Promise<void>
  /** Why what it goes through has ended; null: it has not, or there is no more to say than that. */
  why(): string | null
}

/** How a link to a host is made. */
export interface Dialer {
  /** Hosts of one address, or whatever else lets in only so many at once. */
  readonly loginKey: string
  /**
   * @param place the host, for messages
   * @throws FettleError `unreachable`, `Dropped`, and the signal's reason
   */
  dial(place: string, signal: AbortSignal | undefined): Promise<Link>
}

/**
 * A connection that ended before the login, as sshd ends them when there are many: it is worth
 * another try.
 */
export class Dropped extends FettleError {}

/** Addresses of one name that all failed come as one error without a message. */
export function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  return error instanceof Error ? error.message : String(error)
}

export const dropped = (place: string, cause: unknown): Dropped =>
  new Dropped('ssh-handshake-failed', {
    message: `${place}: the SSH handshake failed: ${reason(cause)}`,
    remedy: "is the port sshd's? with many hosts behind one address, raise MaxStartups there",
    cause,
  })

/** Waits at most so long, and not longer than the signal lets it. */
export async function within<T>(
  seconds: number,
  place: string,
  signal: AbortSignal | undefined,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const time = AbortSignal.timeout(seconds * 1000)
  const limit = signal === undefined ? time : AbortSignal.any([time, signal])
  try {
    return await work(limit)
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason
    if (cause instanceof FettleError) throw cause
    const why = time.aborted ? `no answer within ${seconds} s` : reason(cause)
    throw new FettleError('unreachable', { message: `${place} cannot be reached: ${why}`, cause })
  }
}

/** Waits no longer than the signal lets it. @throws the signal's reason */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work
  if (signal.aborted) {
    work.catch(() => undefined)
    throw signal.reason
  }
  const waiting = new AbortController()
  const aborted = once(signal, 'abort', { signal: waiting.signal }).then(() =>
    Promise.reject(signal.reason as Error),
  )
  try {
    return await Promise.race([work, aborted])
  } finally {
    waiting.abort()
  }
}
