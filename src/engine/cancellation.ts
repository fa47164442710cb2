import { setTimeout as delay } from 'node:timers/promises'
import { FettleError, isCode } from '../core/errors.js'
import type { Session } from '../ssh/session.js'

/**
 * Whether a session's shell has started. A connection may turn out to be useless only after it was
 * made.
 */
export const isReached = (session: Session): Promise<boolean> =>
  session.started.then(
    () => true,
    () => false,
  )

export const stopped = (): FettleError =>
  new FettleError('stopped', { message: 'the run was stopped' })

/** A session was closed or lost for a change, and no new one could be had. */
export class SessionNotReplaced extends FettleError {}

/**
 * Whether an error means that its session has ended, so the outcome of what was under way is
 * unknown.
 */
export const endsSession = (error: unknown): error is FettleError =>
  error instanceof SessionNotReplaced ||
  (['connection-lost', 'answer-late', 'answer-long', 'source-changed'] as const).some((code) =>
    isCode(error, code),
  )

/**
 * Whether an error means that the link was lost. A session that was killed by this run does not
 * count.
 */
export const isLost = (error: unknown, kill: AbortSignal): boolean =>
  (error instanceof SessionNotReplaced || isCode(error, 'connection-lost')) && !kill.aborted

/**
 * Waits.
 * @returns whether the run was stopped meanwhile
 */
export async function interrupted(seconds: number, stop: AbortSignal): Promise<boolean> {
  await delay(seconds * 1000, undefined, { signal: stop }).catch(() => undefined)
  return stop.aborted
}

/**
 * Does some work; when `kill` is aborted, ends what is under way on the session's host.
 * @param tell called with the reason where that was not possible
 */
export async function killable<T>(
  session: Session,
  kill: AbortSignal,
  tell: (error: unknown) => void,
  work: () => Promise<T>,
): Promise<T> {
  const kills: Promise<void>[] = []
  const end = (): void => {
    kills.push(session.kill().catch(tell))
  }
  kill.addEventListener('abort', end, { once: true })
  try {
    return await work()
  } finally {
    kill.removeEventListener('abort', end)
    // The work fails as soon as the shell has ended. What ignores the first signal on the host is
    // killed a few seconds later: wait for that.
    await Promise.all(kills)
  }
}

/**
 * After a stop: seconds to wait until the read is ended on the host, where it would go on without
 * us, and then for the work to fail.
 */
const killSeconds = 3
const failSeconds = 0.5

/**
 * Does work that only reads. A stop ends it at once, also on the host, and with it the session.
 * Reads that do not go through the session are not awaited.
 * @throws FettleError `stopped`
 */
export async function reading<T>(
  session: Session,
  stop: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const isStopped = (): boolean => stop.aborted
  if (isStopped()) throw stopped()
  let rejectStopped: (error: FettleError) => void = () => undefined
  const rejected = new Promise<never>((_, reject) => (rejectStopped = reject))
  const settled = new AbortController()
  const pause = (seconds: number): Promise<void> =>
    delay(seconds * 1000, undefined, { signal: settled.signal })
  const end = async (): Promise<void> => {
    await Promise.race([session.kill().catch(() => undefined), pause(killSeconds)])
    await pause(failSeconds)
    rejectStopped(stopped())
  }
  const onStop = (): void => {
    end().catch(() => undefined)
  }
  stop.addEventListener('abort', onStop, { once: true })
  try {
    return await Promise.race([work(), rejected])
  } catch (error) {
    // Whatever the error says: it is due to the stop.
    if (isStopped()) throw stopped()
    throw error
  } finally {
    settled.abort()
    stop.removeEventListener('abort', onStop)
  }
}

/** Waits until a session's shell has started, else closes it. */
export async function started(session: Session, stop: AbortSignal): Promise<void> {
  try {
    await reading(session, stop, () => session.started)
  } catch (error) {
    await session.close()
    throw error
  }
}
