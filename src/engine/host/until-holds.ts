import { interrupted, stopped } from '../cancellation.js'

/** Seconds between two attempts of a check. */
const interval = 0.5

/** A check by the facts that were read last. */
export interface RepeatedCheck {
  readonly holds: () => boolean
  /** Reads its facts again. */
  readonly readAgain: () => Promise<unknown>
}

/**
 * Tries a check until it holds or its time is over.
 * @param within seconds
 * @param begun when they began, by performance.now()
 * @throws FettleError `stopped`
 */
export async function untilHolds(
  { holds, readAgain }: RepeatedCheck,
  within: number,
  begun: number,
  stop: AbortSignal,
): Promise<void> {
  const deadline = begun + within * 1000
  let left = within
  while (left > 0 && !holds()) {
    if (await interrupted(Math.min(interval, left), stop)) throw stopped()
    await readAgain()
    // A timer may fire slightly early; after the last pause there is no further attempt.
    left = left <= interval ? 0 : (deadline - performance.now()) / 1000
  }
}
