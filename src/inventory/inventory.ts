import type { FettleError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import type { ValuePath } from './read/value-parts.js'

/** Where something was written. A `line` of 0 is the command line. */
export interface SourcePlace {
  /** Relative to the project where it lies in it; `-e` for what the command line gave. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * How a host is reached: the `ansible_*` variables that Fettle knows. What is left out is for ssh's
 * configuration and the command line to say.
 */
export interface Connection {
  /** `ansible_host`, else the host's name. */
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly password?: Secret
  /** Absolute. */
  readonly privateKeyFile?: string
  /**
   * `ansible_ssh_args`, `…_common_args`, `…_extra_args` and the like, as words: pairs of `-J`, `-F`
   * or `-o` and its value.
   */
  readonly commonArguments?: readonly string[]
  /** `ansible_connection: local`: this machine, without SSH. */
  readonly local: boolean
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomePassword?: Secret
}

/** One machine to manage, with its merged variables. */
export interface InventoryHost {
  readonly name: string
  /**
   * Every group that it is in, by itself or through another: `all` first, parents before children.
   */
  readonly groups: readonly string[]
  /**
   * Merged: all < group (child over parent, then by priority, then the later name) < host < `-e`.
   * Without a prototype; passwords are Secrets.
   */
  readonly vars: Readonly<Record<string, unknown>>
  /**
   * Worked out when it is asked for: what is wrong with it stops nobody who does without the host.
   * @throws FettleError `inventory-invalid` for a way to the host that cannot be, or that Fettle
   * does not have
   */
  readonly connection: Connection
  /** Where the inventory names it first. */
  readonly namedAt: SourcePlace
  /**
   * Why a file of `group_vars` or `host_vars` that is for this host could not be read; its
   * variables lack what stands there. Null: all were read.
   */
  readonly unreadable: FettleError | null
  /** Where a variable, or a part of it, was set; null when it is not set. */
  place(variable: string, path?: readonly PropertyKey[]): SourcePlace | null
  /** Whether a part of a variable is marked as text that is no template. */
  isUnsafe(variable: string, path: ValuePath): boolean
}

/** A group as the inventory describes it. */
export interface InventoryGroup {
  readonly children: readonly string[]
  /** Those that it names itself. */
  readonly hosts: readonly string[]
}

export interface Inventory {
  /** In the order in which the files name them. */
  readonly hosts: ReadonlyMap<string, InventoryHost>
  /** The names of each group's hosts, its children's after its own, level by level. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Which groups are below which, from `all` on. */
  readonly graph: ReadonlyMap<string, InventoryGroup>
  /** What `-e` has set. */
  readonly extraVars: ReadonlyMap<string, SourcePlace>
  readonly warnings: readonly string[]
}

/**
 * The merged variables of a host, whoever it is.
 * @throws FettleError where a file of its variables could not be read
 */
export function readVars({ unreadable, vars }: InventoryHost): InventoryHost['vars'] {
  if (unreadable !== null) throw unreadable
  return vars
}

export const showPlace = ({ file, line, column }: SourcePlace): string =>
  line === 0 ? file : `${file}:${String(line)}:${String(column)}`
