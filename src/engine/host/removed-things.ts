import type { Thing } from '../../core/thing.js'

/** The things that planned changes remove. With a path goes everything below it. */
export class RemovedThings {
  /** Paths that are removed, or made with what is in them, by the last change of each. */
  readonly #trees = new Map<string, 'removed' | 'made'>()
  /** Paths that are made by themselves. */
  readonly #paths = new Set<string>()
  /** Other things, and whether nothing since can have brought them back. */
  readonly #others = new Map<Thing, boolean>()

  remove(thing: Thing): void {
    const path = pathOf(thing)
    if (path === null) {
      this.#others.set(thing, true)
      return
    }
    for (const paths of [this.#trees, this.#paths])
      for (const each of paths.keys())
        if (each === path || each.startsWith(`${path}/`)) paths.delete(each)
    this.#trees.set(path, 'removed')
  }

  make(thing: Thing): void {
    const path = pathOf(thing)
    if (path === null) this.#others.delete(thing)
    else if (thing.startsWith('tree:')) this.#trees.set(path, 'made')
    else this.#paths.add(path)
  }

  /** Something changes that may bring anything back. */
  doubt(): void {
    for (const thing of this.#others.keys()) this.#others.set(thing, false)
  }

  /** Whether a thing, other than a path, is removed, and nothing since can have brought it back. */
  isSurelyGone(thing: Thing): boolean {
    return this.#others.get(thing) === true
  }

  has(thing: Thing): boolean {
    const path = pathOf(thing)
    if (path === null) return this.#others.has(thing)
    if (this.#paths.has(path)) return false
    for (let above = path; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) {
      const last = this.#trees.get(above)
      if (last !== undefined) return last === 'removed'
    }
    return false
  }
}

const pathOf = (thing: Thing): string | null => /^(?:path|tree):(.*)$/s.exec(thing)?.[1] ?? null
