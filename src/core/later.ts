import { FettleError } from './errors.js'
import type { Fact, FactKind } from './fact.js'
import { leavesOf, mapLeaves } from './leaves.js'
import type { Secret } from './secret.js'

/**
 * A fact that somebody wants: its kind and key, or a key that follows from the project's own files.
 */
export interface FactRequest<V> {
  readonly kind: FactKind<never, V>
  readonly key: unknown
}

/**
 * Asks for a fact. A `Later` key may depend on local facts only: they are read before anything
 * connects.
 */
export function request<K, V>(kind: FactKind<K, V>, key: K | Later<K>): FactRequest<V> {
  return { kind, key }
}

/**
 * Where `Later`s find facts. With `standIns`, what is not local is replaced by a stand-in of the
 * right shape.
 */
export interface FactSource {
  fact<V>(wanted: FactRequest<V>): Fact<V>
  readonly standIns: boolean
  /**
   * While this is the same object, local facts are the same, and so is what follows from them
   * alone: it is worked out once.
   */
  readonly memory?: object
}

/**
 * Thrown inside the evaluation of a `Later` whose fact is not there yet; `evaluate` turns it into a
 * value.
 */
class NotYet extends Error {
  constructor(
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(reason)
  }
}

/**
 * What a `Later` was made from. Two Laters are compared by this, because what their functions close
 * over cannot be looked into.
 */
export type Derivation =
  | { readonly by: 'fact' }
  | { readonly by: 'values'; readonly values: unknown }
  /** `change` was called with the value of `of`, and with `given` behind it. */
  | {
      readonly by: 'map'
      readonly of: Later<unknown>
      readonly change: unknown
      readonly given: readonly unknown[]
    }

/**
 * A value that only the host (or a file of the project) knows: fact requests with a pure function
 * of their values. Nothing is awaited while resources are built or planned.
 */
export class Later<T> {
  readonly #evaluate: (source: FactSource) => T
  /** Whether files of the project are all it needs. */
  readonly isLocal: boolean
  #known: { readonly memory: object; readonly value: T } | null = null

  private constructor(
    readonly requests: readonly FactRequest<unknown>[],
    readonly derivation: Derivation,
    evaluate: (source: FactSource) => T,
  ) {
    this.#evaluate = evaluate
    this.isLocal = requests.every((wanted) => wanted.kind.backend === 'local')
  }

  #value(source: FactSource): T {
    const { memory } = source
    if (!this.isLocal || memory === undefined) return this.#evaluate(source)
    if (this.#known?.memory !== memory) this.#known = { memory, value: this.#evaluate(source) }
    return this.#known.value
  }

  /**
   * The value of one fact; `standIn` takes its place when templates are tried before anything
   * connects.
   */
  static fact<T>(wanted: FactRequest<T>, standIn: T, describe: string): Later<T> {
    return new Later([wanted], { by: 'fact' }, (source) => {
      if (source.standIns && wanted.kind.backend !== 'local') return standIn
      const fact = source.fact(wanted)
      switch (fact.is) {
        case 'present':
          return fact.value
        case 'absent':
          throw new NotYet(
            `${describe} does not exist`,
            'add the resource that makes it before this one',
          )
        case 'unknown':
          throw new NotYet(fact.reason, fact.remedy)
      }
    })
  }

  /**
   * All of a record's values, `Later`s replaced by theirs at any depth of plain objects and arrays.
   * @throws FettleError `option-invalid` for values that hold themselves
   */
  static all<const T>(values: T): Later<Resolved<T>> {
    const requests = findLaters(values).flatMap((later) => later.requests)
    return new Later(
      requests,
      { by: 'values', values },
      (source) => replaceLaters(values, source) as Resolved<T>,
    )
  }

  /**
   * The value of the first of two Laters, once the second has been compared with it. Stand-ins are
   * not compared: functions may make the same of them and not of the real values, or the other way
   * round.
   * @param compare throws where the two values differ
   */
  static agreed<T>(
    first: Later<T>,
    second: Later<unknown>,
    compare: (first: T, second: unknown) => void,
  ): Later<T> {
    const isLocal = first.isLocal && second.isLocal
    return new Later([...first.requests, ...second.requests], first.derivation, (source) => {
      const value = first.#value(source)
      if (isLocal || !source.standIns) compare(value, second.#value(source))
      return value
    })
  }

  static evaluate<T>(later: Later<T>, source: FactSource): Evaluated<T> {
    try {
      return { known: true, value: later.#value(source) }
    } catch (error) {
      if (error instanceof NotYet)
        return { known: false, reason: error.reason, remedy: error.remedy }
      throw error
    }
  }

  /**
   * A pure function of the value, and of what else it is `given`. One that closes over what it
   * needs is another function each time that it is made: two such Laters are only known to be equal
   * when their values are.
   */
  map<U, G extends readonly unknown[]>(
    change: (value: T, ...given: G) => U,
    ...given: G
  ): Later<U> {
    return new Later(this.requests, { by: 'map', of: this, change, given }, (source) =>
      change(this.#value(source), ...given),
    )
  }

  static inner<T>(later: Later<T>, source: FactSource): T {
    return later.#value(source)
  }

  toString(): string {
    throw new FettleError('later-exposed', {
      message: 'a value that only the host knows cannot become part of a string here',
    })
  }

  [Symbol.toPrimitive](): string {
    return this.toString()
  }

  toJSON(): string {
    return '[known after apply]'
  }
}

/** A value, or one that only the host knows. */
export type Value<T> = T | Later<T>

export type Evaluated<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly reason: string; readonly remedy: string }

/** A type with each `Later` replaced by what it will be. */
export type Resolved<T> =
  T extends Later<infer U>
    ? U
    : T extends Secret | Uint8Array | string | number | boolean | null | undefined
      ? T
      : T extends (...parameters: never) => unknown
        ? T
        : T extends object
          ? { readonly [K in keyof T]: Resolved<T[K]> }
          : T

/** Every `Later` in plain objects and arrays, in order. */
export const findLaters = (value: unknown): readonly Later<unknown>[] =>
  leavesOf(value).filter((leaf) => leaf instanceof Later)

const replaceLaters = (value: unknown, source: FactSource): unknown =>
  mapLeaves(value, (leaf) => (leaf instanceof Later ? Later.inner(leaf, source) : leaf))
