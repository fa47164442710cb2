import type { FettleError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import type { ValuePath } from './read/value-parts.js'

/** The place in a file where something was written. A `line` of 0 stands for the command line. */
export interface SourcePlace {
  /** Relative to the project if it lies in it; `-e` for the command line. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * How to reach a host, from the `ansible_*` variables that Fettle supports. What is left out comes
 * from ssh's configuration and the command line.
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
   * `ansible_ssh_args`, `…_common_args`, `…_extra_args` and the like, split into words: `-J`, `-F`
   * or `-o`, each followed by its value.
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
   * Every group that it is in, directly or through another: `all` first, parents before children.
   */
  readonly groups: readonly string[]
  /**
   * Merged: all < group (child over parent, then by priority, then the later name) < host < `-e`.
   * Without a prototype; passwords are Secrets.
   */
  readonly vars: Readonly<Record<string, unknown>>
  /**
   * Computed on access, so that a wrong value only affects runs that use the host.
   * @throws FettleError `inventory-invalid` for connection settings that are wrong or not supported
   */
  readonly connection: Connection
  /** Where the inventory first names it. */
  readonly namedAt: SourcePlace
  /**
   * Why a `group_vars` or `host_vars` file for this host could not be read; its variables are
   * missing then. Null: all were read.
   */
  readonly unreadable: FettleError | null
  /** Where a variable, or a part of it, was set; null when it is not set. */
  place(variable: string, path?: readonly PropertyKey[]): SourcePlace | null
  /** Whether a part of a variable is marked `!unsafe`: text that is no template. */
  isUnsafe(variable: string, path: ValuePath): boolean
}

/** A group as the inventory describes it. */
export interface InventoryGroup {
  readonly children: readonly string[]
  /** The hosts that it lists itself. */
  readonly hosts: readonly string[]
}

export interface Inventory {
  /** In the order of the inventory's files. */
  readonly hosts: ReadonlyMap<string, InventoryHost>
  /** The host names of each group: its own, then its children's, level by level. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** The group hierarchy, from `all` down. */
  readonly graph: ReadonlyMap<string, InventoryGroup>
  /** The variables set by `-e`. */
  readonly extraVars: ReadonlyMap<string, SourcePlace>
  readonly warnings: readonly string[]
}

/**
 * The merged variables of a host. @throws FettleError if a file of its variables could not be read
 */
export function readVars({ unreadable, vars }: InventoryHost): InventoryHost['vars'] {
  if (unreadable !== null) throw unreadable
  return vars
}

export const showPlace = ({ file, line, column }: SourcePlace): string =>
  line === 0 ? file : `${file}:${String(line)}:${String(column)}`
