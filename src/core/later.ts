import type { Address } from './address.js'
import { FettleError } from './errors.js'
import { isEarlyKind, type Fact, type FactKind, type Lacking } from './fact.js'
import { leavesOf, mapLeaves } from './leaves.js'
import type { Secret } from './secret.js'
import type { Brings } from './thing.js'

/**
 * A request for a fact: its kind and its key. The key may itself be a `Later` that depends on early
 * facts only.
 */
export interface FactRequest<V> {
  readonly kind: FactKind<never, V>
  readonly key: unknown
  /** A read that the user has asked for. Left out: a fact that a resource needs for itself. */
  readonly read?: Read
}

/** What a read of the user's tells of, and who makes it. */
export interface Read {
  /** As the user wrote it: `read.stat('/etc/motd')`. */
  readonly text: string
  /** Its value is known once no earlier change is planned that can bring one of these things. */
  readonly of: Brings
  /** Instead: once none of these resources is to change. */
  readonly dependsOn?: readonly Address[]
  /** The user of the host who reads. Left out: the task's, whichever the resource acts as. */
  readonly become?: string
}

/**
 * Requests a fact. A `Later` key may depend on early facts only, such as files of the project,
 * because these are read before anything connects.
 */
export function request<K, V>(kind: FactKind<K, V>, key: K | Later<K>): FactRequest<V> {
  return { kind, key }
}

/**
 * Where `Later`s look up facts. With `standIns`, every fact that is not early is replaced by a
 * stand-in of the right shape.
 */
export interface FactSource {
  fact<V>(wanted: FactRequest<V>): Fact<V>
  readonly standIns: boolean
  /**
   * Cache key for `Later`s that depend on early facts only: they are evaluated once for each such
   * object.
   */
  readonly cacheKey?: object
}

/**
 * Thrown while a `Later` is evaluated whose fact is absent or unknown. `Later.evaluate` catches it
 * and returns its reason.
 */
class NotYet extends Error {
  constructor(
    readonly reason: string,
    readonly remedy: string,
    readonly more: Lacking,
  ) {
    super(reason)
  }
}

/** How a `Later` was made. Two Laters are compared by this, because closures cannot be compared. */
export type Derivation =
  | { readonly by: 'fact' }
  | { readonly by: 'values'; readonly values: unknown }
  /** `change` is called with the value of `of` and the arguments `given`. */
  | {
      readonly by: 'map'
      readonly of: Later<unknown>
      readonly change: unknown
      readonly given: readonly unknown[]
    }

/**
 * A value that only the host (or a file of the project) knows: fact requests with a pure function
 * of their values. Building and planning resources awaits nothing.
 */
export class Later<T> {
  readonly #evaluate: (source: FactSource) => T
  /** Whether it depends on early facts only: it is known before anything connects. */
  readonly isEarly: boolean
  #cached: { readonly cacheKey: object; readonly value: T } | null = null

  private constructor(
    readonly requests: readonly FactRequest<unknown>[],
    readonly derivation: Derivation,
    evaluate: (source: FactSource) => T,
  ) {
    this.#evaluate = evaluate
    this.isEarly = requests.every((wanted) => isEarlyKind(wanted.kind))
  }

  #value(source: FactSource): T {
    const { cacheKey } = source
    if (!this.isEarly || cacheKey === undefined) return this.#evaluate(source)
    if (this.#cached?.cacheKey !== cacheKey)
      this.#cached = { cacheKey, value: this.#evaluate(source) }
    return this.#cached.value
  }

  /**
   * The value of one fact. `standIn` replaces it where templates are tried before anything
   * connects.
   * @param more what is lacking where the fact is absent
   */
  static fact<T>(
    wanted: FactRequest<T>,
    standIn: T,
    describe: string,
    more: Lacking = {},
  ): Later<T> {
    return new Later([wanted], { by: 'fact' }, (source) => {
      if (source.standIns && !isEarlyKind(wanted.kind)) return standIn
      const fact = source.fact(wanted)
      switch (fact.is) {
        case 'present':
          return fact.value
        case 'absent':
          throw new NotYet(
            `${describe} does not exist`,
            'add the resource that makes it before this one',
            more,
          )
        case 'unknown':
          throw new NotYet(fact.reason, fact.remedy, { lacks: fact.lacks })
      }
    })
  }

  /** The value of one fact, `null` where it is absent. `standIn` as for `fact`. */
  static found<T>(wanted: FactRequest<T>, standIn: T): Later<T | null> {
    return new Later<T | null>([wanted], { by: 'fact' }, (source) => {
      if (source.standIns && !isEarlyKind(wanted.kind)) return standIn
      const fact = source.fact(wanted)
      if (fact.is === 'unknown') throw new NotYet(fact.reason, fact.remedy, { lacks: fact.lacks })
      return fact.is === 'present' ? fact.value : null
    })
  }

  /**
   * A `Later` of plain objects and arrays in which each `Later` is replaced by its value, at any
   * depth.
   * @throws FettleError `option-invalid` for circular values
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
   * The value of the first of two Laters, after it was compared with the second. Stand-ins are not
   * compared: a function may map two different stand-ins to the same value, or equal ones to
   * different values.
   * @param compare throws where the two values differ
   */
  static agreed<T>(
    first: Later<T>,
    second: Later<unknown>,
    compare: (first: T, second: unknown) => void,
  ): Later<T> {
    const isEarly = first.isEarly && second.isEarly
    return new Later([...first.requests, ...second.requests], first.derivation, (source) => {
      const value = first.#value(source)
      if (isEarly || !source.standIns) compare(value, second.#value(source))
      return value
    })
  }

  static evaluate<T>(later: Later<T>, source: FactSource): Evaluated<T> {
    try {
      return { known: true, value: later.#value(source) }
    } catch (error) {
      if (error instanceof NotYet)
        return { known: false, reason: error.reason, remedy: error.remedy, ...error.more }
      throw error
    }
  }

  /**
   * Applies a pure function to the value and to the arguments `given`. A closure is a new function
   * each time it is made, so two Laters made with closures can only be compared by their values.
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
  | ({ readonly known: false; readonly reason: string; readonly remedy: string } & Lacking)

/** A type in which each `Later` is replaced by the type of its value. */
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
