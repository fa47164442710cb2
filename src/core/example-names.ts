import type { Names } from './known-names.js'
import { isPlain } from './plain.js'

/**
 * The names that some data has: of an object, those that any of its examples has at that place. The
 * inventory's hosts are each other's examples, because not every host sets every variable.
 * @param also what else may be read at each place, such as what a schema allows to be missing
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
    return this.#known === undefined ? (this.#known = this.#allKnown()) : this.#known
  }

  #allKnown(): ReadonlySet<string> | null {
    if (this.also?.known === null) return null
    return new Set([
      ...this.#examples().flatMap((example) => (isPlain(example) ? Object.keys(example) : [])),
      ...(this.also?.known ?? []),
    ])
  }

  member(name: string): Names | null {
    const before = this.#members.get(name)
    if (before !== undefined) return before
    const examples = (example: unknown): readonly unknown[] =>
      isPlain(example) && Object.hasOwn(example, name) ? [example[name]] : []
    const isDeclared = this.also !== null && (this.also.known === null || this.also.known.has(name))
    const made = this.#below(examples, `.${name}`, isDeclared, this.also?.member(name) ?? null)
    this.#members.set(name, made)
    return made
  }

  items(): Names | null {
    const examples = (example: unknown): readonly unknown[] =>
      Array.isArray(example)
        ? example
        : example instanceof Map || example instanceof Set
          ? [...example.values()]
          : []
    if (this.#items === undefined)
      this.#items = this.#below(examples, '[]', false, this.also?.items() ?? null)
    return this.#items
  }

  /** A schema that declares something and says nothing of its names takes any. */
  #below(
    examples: (example: unknown) => readonly unknown[],
    step: string,
    isDeclared: boolean,
    also: Names | null,
  ): Names | null {
    return isDeclared && also === null
      ? null
      : new ExampleNames(
          () => this.#examples().flatMap(examples),
          `${this.path}${step}`,
          this.remedy,
          also,
        )
  }
}
