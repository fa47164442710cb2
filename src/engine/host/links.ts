const mostFollowed = 40

const namesOf = (path: string): readonly string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.')

/** Where the symbolic links of a host lead, by their paths. */
export class Links {
  readonly #targets: Map<string, string>

  constructor(like?: Links) {
    this.#targets = new Map(like === undefined ? [] : like.#targets)
  }

  /** Adds a link. Those above it must have been added before. */
  add(path: string, target: string): void {
    this.#targets.set(this.place(path), target)
  }

  /** Forgets a link, or all links in a directory. */
  remove(path: string): void {
    const place = this.place(path)
    for (const link of this.#targets.keys())
      if (link === place || link.startsWith(`${place}/`)) this.#targets.delete(link)
  }

  /** The path itself, without links above it: two paths of one thing have one place. */
  place(path: string): string {
    return this.#walk(path, false)
  }

  /** Where the path leads: a link at its end is followed, too. */
  end(path: string): string {
    return this.#walk(path, true)
  }

  #walk(path: string, toEnd: boolean): string {
    if (this.#targets.size === 0) return path
    let real = ''
    let followed = 0
    let left = namesOf(path)
    while (left.length > 0) {
      const [name = '', ...rest] = left
      left = rest
      if (name === '..') {
        real = real.slice(0, Math.max(0, real.lastIndexOf('/')))
        continue
      }
      const link = `${real}/${name}`
      const target = rest.length > 0 || toEnd ? this.#targets.get(link) : undefined
      if (target === undefined || followed === mostFollowed) real = link
      else {
        followed++
        left = [...namesOf(target), ...rest]
        if (target.startsWith('/')) real = ''
      }
    }
    return real === '' ? '/' : real
  }
}
