import { counted } from '../../core/counted.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError, isCode, type ErrorCode } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Session } from '../../ssh/session.js'
import { interrupted, SessionNotReplaced, stopped } from '../cancellation.js'

/** How long to try to reach a host again. */
export interface Reconnecting {
  /** Why there must be a new session, for the error. */
  readonly why: string
  /** Seconds; the attempt that is under way then is the last. */
  readonly within: number
  /** The host itself has ended the former session, such as by a restart. */
  readonly restarts: boolean
  readonly stop: AbortSignal
}

/** Errors of a host that goes down, is down or comes up. */
const away: readonly ErrorCode[] = [
  'unreachable',
  'ssh-handshake-failed',
  'connection-lost',
  'answer-late',
]
/** Errors of pam_nologin(8), which refuses all but root while a host goes down and comes up. */
const refusing: readonly ErrorCode[] = ['ssh-auth-failed', 'shell-not-started']

/**
 * Seconds between two attempts. Refused logins are repeated less often, and not for ever, because
 * hosts ban addresses that make many of them.
 */
const pauseSeconds = 1
const refusedPauseSeconds = 5
const maxRefusals = 12

/**
 * Connects again to a host that was reached before, until it succeeds or the time is over. Only
 * errors that can pass are retried; a wrong host key is not.
 * @param connect makes one attempt; must end when `stop` is aborted
 * @throws SessionNotReplaced with the code of the last attempt, FettleError `stopped`
 */
export async function reconnect(
  connect: () => Promise<Session>,
  asked: Reconnecting,
): Promise<Session> {
  const { within, restarts, stop } = asked
  const begun = performance.now()
  const seconds = (): number => (performance.now() - begun) / 1000
  // sshd may still take logins while the host goes down.
  if (await interrupted(restarts ? pauseSeconds : 0, stop)) throw stopped()
  let refusals = 0
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect()
    } catch (error) {
      const isRefusal = restarts && hasCode(error, refusing)
      if (isRefusal) refusals++
      const pause = isRefusal ? refusedPauseSeconds : pauseSeconds
      const mayPass = hasCode(error, away) || (isRefusal && refusals < maxRefusals)
      if (!stop.aborted && (!mayPass || seconds() + pause > within))
        throw notReplaced(
          error,
          `${counted(attempt, 'attempt')} in ${seconds().toFixed()} s`,
          asked,
        )
      if (await interrupted(pause, stop)) throw stopped()
    }
  }
}

const hasCode = (error: unknown, codes: readonly ErrorCode[]): boolean =>
  codes.some((code) => isCode(error, code))

function notReplaced(error: unknown, tried: string, { why }: Reconnecting): SessionNotReplaced {
  const { code, remedy, detail } =
    error instanceof FettleError
      ? error
      : new FettleError('internal', { message: messageOf(error), cause: error })
  return new SessionNotReplaced(code, {
    message: `no new session after ${tried} (${why}); the last: ${messageOf(error)}`,
    remedy,
    cause: error,
    ...omitUndefined({ detail: detail ?? undefined }),
  })
}
