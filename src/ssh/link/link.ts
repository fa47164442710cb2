import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'

/** The byte stream of a connection to a host: TCP, a jump host's channel or a proxy command. */
export interface Link {
  readonly stream: Duplex
  /** Closes it once everything is written, without waiting for the other side's close. */
  hangUp(): Promise<void>
  /** Why the underlying transport has ended; null: it has not, or no more is known. */
  why(): string | null
}

/** Makes links to a host. */
export interface Dialer {
  /**
   * The semaphore key for logins: the host's address, or whatever else limits concurrent logins.
   */
  readonly loginKey: string
  /**
   * @param place the host, for messages
   * @throws FettleError `unreachable`, `Dropped`, and the signal's reason
   */
  dial(place: string, signal: AbortSignal | undefined): Promise<Link>
}

/**
 * A connection that ended before the login, as when sshd drops some of many (MaxStartups). It is
 * worth a retry.
 */
export class Dropped extends FettleError {}

/**
 * The message of a network error. When all addresses of a name failed, Node throws one
 * AggregateError without a message.
 */
export function networkErrorMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(networkErrorMessage).join('; ')
  return messageOf(error)
}

export const dropped = (place: string, cause: unknown): Dropped =>
  new Dropped('ssh-handshake-failed', {
    message: `${place}: the SSH handshake failed: ${networkErrorMessage(cause)}`,
    remedy: "is the port sshd's? with many hosts behind one address, raise MaxStartups there",
    cause,
  })

/** Waits for work with a time limit, and until the signal is aborted. */
export async function withTimeLimit<T>(
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
    const why = time.aborted ? `no answer within ${seconds} s` : networkErrorMessage(cause)
    throw new FettleError('unreachable', { message: `${place} cannot be reached: ${why}`, cause })
  }
}

/** Waits for work until the signal is aborted. @throws the signal's reason */
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
