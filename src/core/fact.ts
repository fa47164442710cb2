import type { Backend } from './backend.js'
import type { Input, Sh } from './sh.js'
import type { Lacks, Thing } from './thing.js'

/**
 * One typed piece of current state. `absent` means that there is no such thing; `unknown` means
 * that it could not be read (the database is down). The two are never confused.
 */
export type Fact<V> =
  | { readonly is: 'present'; readonly value: V }
  | { readonly is: 'absent' }
  | UnknownFact

/** A fact that could not be read. */
export interface UnknownFact extends Lacking {
  readonly is: 'unknown'
  readonly reason: string
  readonly remedy: string
}

/** What stands in the way of a fact or a resource. */
export interface Lacking {
  /**
   * The things that are missing, or are in the way. A plan calls the resource *known after apply*
   * where earlier changes can bring them all, and else failed. `[]`: no change can bring it. Left
   * out: any change may.
   */
  readonly lacks?: Lacks
}

export const present = <V>(value: V): Fact<V> => ({ is: 'present', value })
export const absent: Fact<never> = { is: 'absent' }
export const unknown = (reason: string, remedy: string, more: Lacking = {}): UnknownFact => ({
  is: 'unknown',
  reason,
  remedy,
  ...more,
})

/** What the changes that are planned so far do to the things of a host. */
export interface Ahead {
  /** Whether one removes it, and none makes it again. */
  isGone(thing: Thing): boolean
  /** Whether one makes it. */
  makes(thing: Thing): boolean
  /** Where a path leads through all links. */
  end(path: string): string
}

/** The result of one block of shell. */
export interface Output {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
  /** How many bytes of standard output were dropped: all beyond the first 4 MiB. Missing: none. */
  readonly leftOut?: number
}

/** An answer of a host to the script of a kind, and what the parser must make of it. */
export interface RecordedAnswer<K, V> {
  /** What was asked for: mostly something that is there, and something that is not. */
  readonly keys: readonly K[]
  readonly stdout: string
  /** Default 0. */
  readonly code?: number
  /** Default none. */
  readonly stderr?: string
  /** A fact for each key, in their order. */
  readonly facts: readonly Fact<V>[]
}

/** A kind of fact that POSIX shell reads on the host, one block for all keys. */
export interface ShellFactKind<K, V> {
  readonly backend?: undefined
  /** Kinds with the same name share a block, so each of them must understand the keys of all. */
  readonly name: string
  /**
   * Shell that reads all keys and changes nothing. It starts each tool once where possible, and
   * limits by itself whatever may take long.
   */
  script(keys: readonly K[]): { readonly script: Sh; readonly input?: Input }
  /**
   * One fact for each key, in the order of the keys. Output that cannot be understood gives
   * `unknown`; it never throws and never gives `absent`.
   */
  parse(output: Output, keys: readonly K[]): readonly Fact<V>[]
  /**
   * How many keys one block reads at most. Default 200: long answers need fewer, because a block's
   * standard output is cut at 4 MiB.
   */
  readonly mostKeys?: number
  /** Seconds that reading these keys may take in total. Default 60. */
  mayTake?(keys: readonly K[]): number
  /** What a host has answered, and the facts that follow: the parser is tested by it. */
  readonly recorded?: RecordedAnswer<unknown, V>
  /**
   * Names a request that leaves the host, such as `git ls-remote`. It is counted apart from the
   * round trips and runs in parallel with the other kinds.
   */
  readonly exchange?: string
  /** What the fact tells of: a plan expects it to be absent where an earlier change removes that. */
  about?(key: K): Thing
  /**
   * The key with its path replaced: where an earlier change makes the path lead elsewhere, a plan
   * reads the fact of what is there.
   * @param lead where a path leads, without the links above it
   */
  elsewhere?(key: K, lead: (path: string) => string): unknown
  /** The fact after earlier changes, where more follows from them than that its thing is absent. */
  expected?(fact: Fact<V>, key: K, ahead: Ahead): Fact<V>
  /**
   * Read as the session's own user, even for a resource that acts as another user: what is read
   * belongs to root.
   */
  readonly asSession?: true
}

/** Makes a kind of fact that the host's shell reads. Its parser is tested by a recorded answer. */
export const shellFact = <K, V>(
  kind: ShellFactKind<K, V> & { readonly recorded: RecordedAnswer<K, V> },
): ShellFactKind<K, V> => kind

/** Whether the host's shell reads a kind; any other names its backend. */
export const isShellKind = <K, V>(kind: FactKind<K, V>): kind is ShellFactKind<K, V> =>
  'script' in kind

/** A kind of fact that a backend reads. */
export interface BackendFactKind<Client, K, V> {
  readonly backend: Backend<Client, unknown>
  /** Facts of one backend, name and key are the same fact. */
  readonly name: string
  /**
   * Reads one fact and changes nothing. A FettleError makes it unknown with its message and remedy,
   * any other error with its message.
   */
  read(client: Client, key: K): Promise<Fact<V>>
}

/** Makes a kind of fact that a backend reads. */
export const backendFact = <Client, K, V>(
  kind: BackendFactKind<Client, K, V>,
): BackendFactKind<Client, K, V> => kind

export type FactKind<K, V> = ShellFactKind<K, V> | BackendFactKind<unknown, K, V>

/** Whether facts of a kind are read before anything connects. */
export const isEarlyKind = (kind: FactKind<never, unknown>): boolean => kind.backend?.early === true
