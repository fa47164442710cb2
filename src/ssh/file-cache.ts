import { stat } from 'node:fs/promises'

interface Kept<T> {
  /** Identifies the file's version (inode, size, times). */
  readonly state: string
  readonly made: Promise<T>
}

/**
 * A cache of what was made from files, by path, valid while the file is unchanged: all hosts of a
 * run share one known_hosts and usually one key.
 */
export class FileCache<T> {
  readonly #kept = new Map<string, Kept<T>>()

  constructor(private readonly make: (path: string) => Promise<T>) {}

  /**
   * @returns null when there is no such file
   * @throws what `make` throws, and errors of stat other than a missing file
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
