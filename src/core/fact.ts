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
