import { stat } from 'node:fs/promises'

interface Kept<T> {
  /** What tells a file from a later one at its path. */
  readonly state: string
  readonly made: Promise<T>
}

/**
 * What was made of files, kept while they stay the same: all hosts of a run share one known_hosts
 * and, mostly, one key.
 */
export class FileCache<T> {
  readonly #kept = new Map<string, Kept<T>>()

  constructor(private readonly make: (path: string) => Promise<T>) {}

  /**
   * @returns null when there is no such file
   * @throws what `make` throws, and what keeps the file from being looked at
   */
  async get(path: string): Promise<T | null> {
    const found = await stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    })
    if (found === null) return null
    const state = [found.dev, found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ')
    const kept = this.#kept.get(path)
    if (kept?.state === state) return kept.made
    const made = this.make(path)
    this.#kept.set(path, { state, made })
    return made
  }
}
