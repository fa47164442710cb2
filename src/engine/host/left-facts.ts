import { present, type Fact, type ShellFactKind } from '../../core/fact.js'
import type { Thing } from '../../core/thing.js'

/** Facts of things as planned changes leave them, by kind and thing. */
export class LeftFacts {
  readonly #values = new Map<Thing, Map<string, () => unknown>>()

  /** @param thing by its place */
  set(thing: Thing, kind: string, value: () => unknown): void {
    const values = this.#values.get(thing) ?? new Map<string, () => unknown>()
    this.#values.set(thing, values.set(kind, value))
  }

  /** Forgets a thing that changes anew. */
  forget(thing: Thing): void {
    this.#values.delete(thing)
  }

  forgetAll(): void {
    this.#values.clear()
  }

  get<V>(thing: Thing, { name }: ShellFactKind<never, V>): Fact<V> | undefined {
    const value = this.#values.get(thing)?.get(name)
    return value === undefined ? undefined : present(value() as V)
  }
}
