import { setTimeout as sleep } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import type { ForwardTarget, HostLink } from '../core/backend.js'
import { FettleError, isCode } from '../core/errors.js'
import { sh } from '../core/sh.js'
import type { Session } from '../ssh/session.js'
import { within } from './deadline.js'

/** Seconds for opening a stream where the backend sets no limit. */
const connectLimit = 30

/** What backends of a host get of its session. */
export const linkOf = (session: Pick<Session, 'forward' | 'exchange'>): HostLink => ({
  connect(target, limit) {
    if (limit !== undefined) return forwarded(session, target, limit)
    return within(connectLimit, (own) => forwarded(session, target, own))
  },
  lost: () => lossOf(session),
})

/**
 * Opens a stream through a host's connection, within a time limit. A stream that opens too late is
 * closed here, because the caller has given up.
 */
function forwarded(
  session: Pick<Session, 'forward'>,
  target: ForwardTarget,
  limit: AbortSignal,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    limit.addEventListener('abort', () => reject(limit.reason as Error))
    session.forward(target).then((stream) => {
      // Until the caller listens, a link that breaks would end the process by an unhandled error.
      stream.on('error', () => undefined)
      if (limit.aborted) stream.destroy()
      else resolve(stream)
    }, reject)
  })
}

/**
 * Seconds in which a host's shell must answer. ssh itself notices a dead link after 40 s by default
 * (ServerAliveInterval, ServerAliveCountMax).
 */
const answerLimit = 60

/**
 * After a stream broke or fell silent: finds out whether the link to its host is lost, by an empty
 * exchange with the host's shell.
 * @returns null when the shell answers, else `connection-lost`: the outcome of what went through
 * the stream is unknown
 */
async function lossOf(session: Pick<Session, 'exchange'>): Promise<FettleError | null> {
  const answered = new AbortController()
  const silence = sleep(answerLimit * 1000, undefined, { signal: answered.signal }).then(() => {
    throw new FettleError('connection-lost', {
      message: `the host has not answered for ${String(answerLimit)} s: the outcome of what was under way is unknown`,
    })
  })
  try {
    await Promise.race([session.exchange([{ script: sh`:` }]), silence])
    return null
  } catch (error) {
    return isCode(error, 'connection-lost') ? error : null
  } finally {
    answered.abort()
  }
}
