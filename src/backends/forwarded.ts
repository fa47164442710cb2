import { setTimeout as sleep } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import { FettleError, isCode } from '../core/errors.js'
import { sh } from '../core/sh.js'
import type { ForwardTarget, Session } from '../ssh/session.js'

/**
 * A stream through a host's connection, within a limit in time. One that comes too late is closed,
 * for nobody else would.
 */
export function forwarded(
  session: Pick<Session, 'forward'>,
  target: ForwardTarget,
  limit: AbortSignal,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    limit.addEventListener('abort', () => reject(limit.reason as Error))
    session.forward(target).then((stream) => {
      // A link that breaks when the answer is there concerns nobody; without a listener it would
      // end the process.
      stream.on('error', () => undefined)
      if (limit.aborted) stream.destroy()
      else resolve(stream)
    }, reject)
  })
}

/**
 * Seconds in which a host's shell must answer; ssh notices a dead link after 40 by default
 * (ServerAliveInterval, ServerAliveCountMax).
 */
const patience = 60

/**
 * Tells whether a stream that broke or fell silent did so because the link to its host is lost:
 * asks the host's shell.
 * @returns null when the shell answers, else `connection-lost`: the outcome of what went through
 * the stream is unknown
 */
export async function lossOf(session: Pick<Session, 'exchange'>): Promise<FettleError | null> {
  const answered = new AbortController()
  const silence = sleep(patience * 1000, undefined, { signal: answered.signal }).then(() => {
    throw new FettleError('connection-lost', {
      message: `the host has not answered for ${String(patience)} s: the outcome of what was under way is unknown`,
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
