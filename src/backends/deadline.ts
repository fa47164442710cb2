/** A deadline has passed. */
export class TooLate extends Error {
  constructor(readonly seconds: number) {
    super(`no answer within ${String(seconds)} s`)
  }
}

/**
 * Runs some work with a time limit, and leaves no timer behind.
 * @param work must end when the signal is aborted; the signal's reason is a `TooLate`
 */
export async function within<T>(
  seconds: number,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new TooLate(seconds)), seconds * 1000)
  try {
    return await work(limit.signal)
  } finally {
    clearTimeout(timer)
  }
}
