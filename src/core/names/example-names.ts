import type { Names } from './known-names.js'
import { isPlain } from '../plain-object.js'

/**
 * Known names taken from examples: an object may have every name that any example has at that
 * place. The hosts of an inventory are each other's examples, because not every host sets every
 * variable.
 * @param also further names, such as those that a schema declares optional
 */
export class ExampleNames implements Names {
  readonly #examples: () => readonly unknown[]
  readonly #members = new Map<string, Names | null>()
  #items: Names | null | undefined
  #known: ReadonlySet<string> | null | undefined

  constructor(
    examples: () => readonly unknown[],
    readonly path: string,
    readonly remedy: string,
    private readonly also: Names | null = null,
  ) {
    this.#examples = examples
  }

  get known(): ReadonlySet<string> | null {
    if (this.#known === undefined) this.#known = this.#allKnown()
    return this.#known
  }

  #allKnown(): ReadonlySet<string> | null {
    if (this.also?.known === null) return null
    const shown = this.#examples().filter(isPlain).flatMap(Object.keys)
    return new Set([...shown, ...(this.also?.known ?? [])])
  }

  member(name: string): Names | null {
    const before = this.#members.get(name)
    if (before !== undefined) return before
    const examples = (example: unknown): readonly unknown[] => {
      if (!isPlain(example) || !Object.hasOwn(example, name)) return []
      return [example[name]]
    }
    const isDeclared = this.also !== null && (this.also.known === null || this.also.known.has(name))
    const made = this.#below(examples, `.${name}`, isDeclared, this.also?.member(name) ?? null)
    this.#members.set(name, made)
    return made
  }

  items(): Names | null {
    if (this.#items === undefined)
      this.#items = this.#below(itemsOf, '[]', false, this.also?.items() ?? null)
    return this.#items
  }

  /**
   * Null for a name that the schema declares without listing its members: any member may be read.
   */
  #below(
    examples: (example: unknown) => readonly unknown[],
    step: string,
    isDeclared: boolean,
    also: Names | null,
  ): Names | null {
    if (isDeclared && also === null) return null
    const below = (): readonly unknown[] => this.#examples().flatMap(examples)
    return new ExampleNames(below, `${this.path}${step}`, this.remedy, also)
  }
}

function itemsOf(example: unknown): readonly unknown[] {
  if (Array.isArray(example)) return example
  if (example instanceof Map || example instanceof Set) return [...example.values()]
  return []
}
