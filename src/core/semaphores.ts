interface Semaphore {
  held: number
  readonly waiting: Set<() => void>
}

/** A FIFO semaphore for each key. */
export class Semaphores {
  readonly #semaphores = new Map<string, Semaphore>()

  /** @param permits how many holders each semaphore has at most */
  constructor(readonly permits: number) {}

  /**
   * @returns releases the permit; further calls do nothing
   * @throws the signal's reason if it is aborted while waiting
   */
  async acquire(key: string, signal?: AbortSignal): Promise<() => void> {
    const semaphore = this.#semaphores.get(key) ?? { held: 0, waiting: new Set() }
    this.#semaphores.set(key, semaphore)
    if (semaphore.held === this.permits) await queued(semaphore.waiting, signal)
    else semaphore.held += 1
    let released = false
    return () => {
      if (released) return
      released = true
      // The permit goes to the first in the queue without being released, so that no new caller can
      // get ahead of it.
      const [next] = semaphore.waiting
      if (next !== undefined) return next()
      semaphore.held -= 1
      if (semaphore.held === 0) this.#semaphores.delete(key)
    }
  }
}

function queued(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => (): void => {
      waiting.delete(acquired)
      signal?.removeEventListener('abort', aborted)
      settle()
    }
    const acquired = end(resolve)
    const aborted = end(() => reject(signal?.reason as Error))
    waiting.add(acquired)
    signal?.addEventListener('abort', aborted, { once: true })
  })
}
