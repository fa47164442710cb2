import type { Brings, Lacks, Thing } from '../../core/thing.js'

/**
 * What the changes planned so far can bring. A plan asks it whether what a resource lacks may be
 * there by the time of its turn.
 */
export class Supply {
  #any = false
  #anything = false
  readonly #things = new Set<Thing>()

  constructor(earlier?: Supply) {
    if (earlier !== undefined) this.addAll(earlier)
  }

  add(brings: Brings): void {
    this.#any = true
    if (brings === 'anything') this.#anything = true
    else for (const thing of brings) this.#things.add(thing)
  }

  addAll(other: Supply): void {
    this.#any ||= other.#any
    this.#anything ||= other.#anything
    for (const thing of other.#things) this.#things.add(thing)
  }

  /** Whether these changes name all that is lacking: they surely bring it. */
  names(lacks: Lacks): boolean {
    return (
      lacks !== undefined && lacks.length > 0 && lacks.every((thing) => this.#things.has(thing))
    )
  }

  /** Whether these changes can bring all that is lacking. Where that is not known, any change may. */
  canBring(lacks: Lacks): boolean {
    if (lacks === undefined) return this.#any
    if (lacks.length === 0) return false
    return this.#anything || lacks.every((thing) => this.#covers(thing))
  }

  #covers(thing: Thing): boolean {
    if (this.#things.has(thing)) return true
    const [, path] = /^(?:path|tree):(.*)$/s.exec(thing) ?? []
    return path !== undefined && treesAround(path).some((tree) => this.#things.has(tree))
  }
}

/** The trees that a path would be in: its own, and those of the directories above it. */
function treesAround(path: string): readonly Thing[] {
  const names = path.split('/').filter((name) => name !== '')
  return [
    'tree:/',
    ...names.map((_, index): Thing => `tree:/${names.slice(0, index + 1).join('/')}`),
  ]
}
