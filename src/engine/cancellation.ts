import { setTimeout as delay } from 'node:timers/promises'
import { FettleError, isCode } from '../core/errors.js'
import type { Session } from '../ssh/session.js'

/**
 * Whether a session's shell runs, or ran: what stands in its way may be known only after
 * connecting.
 */
export const isReached = (session: Session): Promise<boolean> =>
  session.started.then(
    () => true,
    () => false,
  )

export const stopped = (): FettleError =>
  new FettleError('stopped', { message: 'the run was stopped' })

/**
 * Whether an error says that its session is over, and with it what is known of what was under way.
 */
export const endsSession = (error: unknown): error is FettleError =>
  (['connection-lost', 'answer-late', 'answer-long'] as const).some((code) => isCode(error, code))

/**
 * Whether an error says that the link was lost. A session that was killed is not a link that was
 * lost.
 */
export const isLost = (error: unknown, kill: AbortSignal): boolean =>
  isCode(error, 'connection-lost') && !kill.aborted

/**
 * Does some work while `kill` ends what is under way on the session's host.
 * @param tell hears why that was not possible
 */
export async function killable<T>(
  session: Session,
  kill: AbortSignal,
  tell: (error: unknown) => void,
  work: () => Promise<T>,
): Promise<T> {
  const endings: Promise<void>[] = []
  const end = (): void => {
    endings.push(session.kill().catch(tell))
  }
  kill.addEventListener('abort', end, { once: true })
  try {
    return await work()
  } finally {
    kill.removeEventListener('abort', end)
    // Work fails as soon as the shell has ended; what defies the first signal on the host is ended
    // a few seconds later.
    await Promise.all(endings)
  }
}

/**
 * Seconds that a stop waits for what is being read to be ended on the host, which goes on without
 * us, and then for the reading to fail.
 */
const endingSeconds = 3
const leavingSeconds = 0.5

/**
 * Does what only reads. A stop ends it at once, on the host too, and with it the session; what is
 * read by other ways is not waited for.
 * @throws FettleError `stopped`
 */
export async function reading<T>(
  session: Session,
  stop: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const isStopped = (): boolean => stop.aborted
  if (isStopped()) throw stopped()
  let leave: (error: FettleError) => void = () => undefined
  const left = new Promise<never>((_, reject) => (leave = reject))
  const settled = new AbortController()
  const pause = (seconds: number): Promise<void> =>
    delay(seconds * 1000, undefined, { signal: settled.signal })
  const end = async (): Promise<void> => {
    await Promise.race([session.kill().catch(() => undefined), pause(endingSeconds)])
    await pause(leavingSeconds)
    leave(stopped())
  }
  const onStop = (): void => {
    end().catch(() => undefined)
  }
  stop.addEventListener('abort', onStop, { once: true })
  try {
    return await Promise.race([work(), left])
  } catch (error) {
    // Whatever it fails with then: it was ended.
    if (isStopped()) throw stopped()
    throw error
  } finally {
    settled.abort()
    stop.removeEventListener('abort', onStop)
  }
}
