import { FettleError } from './errors.js'
import { isPlain } from './plain.js'
import { reveal, Secret } from './secret.js'
import type { Input, Sh } from './sh.js'

/**
 * One typed piece of current state. `absent` is knowledge (there is no such user), `unknown` is the
 * lack of it (the database that could tell is down), and the two are never confused.
 */
export type Fact<V> =
  | { readonly is: 'present'; readonly value: V }
  | { readonly is: 'absent' }
  | { readonly is: 'unknown'; readonly reason: string; readonly remedy: string }

export const present = <V>(value: V): Fact<V> => ({ is: 'present', value })
export const absent: Fact<never> = { is: 'absent' }
export const unknown = (reason: string, remedy: string): Fact<never> => ({
  is: 'unknown',
  reason,
  remedy,
})

/** What a block of shell answered. */
export interface Output {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
  /** Bytes of standard output beyond the first 4 MiB, which are not kept. Missing: none. */
  readonly leftOut?: number
}

/** A kind of fact that POSIX shell reads on the host: one block for all keys. */
export interface ShellFactKind<K, V> {
  readonly backend: 'shell'
  /** Kinds of one name share a block, so each of them must understand the keys of all. */
  readonly name: string
  /**
   * Shell that reads all keys, each tool started once where it can be. It changes nothing, and
   * limits by itself what may take long.
   */
  script(keys: readonly K[]): { readonly script: Sh; readonly input?: Input }
  /**
   * A fact for each key, in their order. Output that cannot be understood is `unknown`, never a
   * throw and never `absent`.
   */
  parse(output: Output, keys: readonly K[]): readonly Fact<V>[]
  /** Seconds that reading these keys may take, all in all. Left out: 60. */
  mayTake?(keys: readonly K[]): number
  /**
   * Names what leaves the host, such as `git ls-remote`: it is counted apart from round trips, and
   * read beside the other kinds.
   */
  readonly exchange?: string
  /**
   * Read as the session's own user, also for a resource that acts as another: what is read is
   * root's.
   */
  readonly asSession?: true
}

/** Reads files of the project. Paths are relative to its directory. */
export interface ProjectReader {
  readText(path: string): Promise<Fact<string>>
  readBytes(path: string): Promise<Fact<Uint8Array>>
}

/** A kind of fact that is read from the project's files, before anything connects. */
export interface LocalFactKind<K, V> {
  readonly backend: 'local'
  readonly name: string
  read(project: ProjectReader, key: K): Promise<Fact<V>>
}

/** Reads GitHub's API. An answer of 404 is `null`. */
export interface GithubReader {
  /** All pages of a list. */
  list(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<readonly unknown[] | null>
  get(route: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown>
}

/**
 * A kind of fact that the control machine reads from GitHub, once per key and not once per host.
 */
export interface GithubFactKind<K, V> {
  readonly backend: 'github'
  readonly name: string
  read(github: GithubReader, key: K): Promise<Fact<V>>
}

/** What an HTTP request wants to see. */
export interface HttpProbe {
  readonly url: string
  /** Where to connect to instead of the URL's host. */
  readonly address?: string
  /** A Unix socket on the host instead of the URL's own host and port. */
  readonly socket?: string
  readonly from: 'host' | 'control'
  readonly timeout: number
}

export interface HttpAnswer {
  readonly status: number
  readonly body: string
  /** The body is longer than what was read of it. */
  readonly isCut?: true
}

/**
 * Asks HTTP servers, through the host's SSH connection or from the control machine. It throws where
 * nothing answers; `connection-lost` where that is the host's connection.
 */
export interface HttpReader {
  request(probe: HttpProbe): Promise<HttpAnswer>
}

/** A kind of fact that is read by HTTP. */
export interface HttpFactKind<K, V> {
  readonly backend: 'http'
  readonly name: string
  read(http: HttpReader, key: K): Promise<Fact<V>>
}

export type FactKind<K, V> =
  | ShellFactKind<K, V>
  | LocalFactKind<K, V>
  | GithubFactKind<K, V>
  | HttpFactKind<K, V>

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

/**
 * Every `Later` in plain objects and arrays, in order; `around` are those that the value stands in.
 */
export function findLaters(
  value: unknown,
  around: readonly unknown[] = [],
): readonly Later<unknown>[] {
  if (value instanceof Later) return [value]
  if (!Array.isArray(value) && !isPlain(value)) return []
  if (around.includes(value))
    throw new FettleError('option-invalid', {
      message: 'a value that is given to a resource holds itself, so it has no end',
    })
  const inside = [...around, value]
  return Object.values(value).flatMap((item) => findLaters(item, inside))
}

function replaceLaters(value: unknown, source: FactSource): unknown {
  if (value instanceof Later) return Later.inner(value, source)
  if (Array.isArray(value)) return value.map((item) => replaceLaters(item, source))
  if (!isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaceLaters(item, source)]),
  )
}

/** Whether a `Secret` stands anywhere in plain objects and arrays. */
export function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true
  if (Array.isArray(value)) return value.some(holdsSecret)
  return isPlain(value) && Object.values(value).some(holdsSecret)
}

/**
 * The same structure with each `Secret` as its text. Only for what is secret as a whole afterwards.
 */
export function revealAll(value: unknown): unknown {
  if (value instanceof Secret) return reveal(value)
  if (Array.isArray(value)) return value.map(revealAll)
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revealAll(item)]))
}
