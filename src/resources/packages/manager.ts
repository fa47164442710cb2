import type { Action, Change } from '../../core/change.js'

/** A package as the user named it. */
export interface WantedPackage {
  readonly name: string
  /** Which versions will do, as the manager's users write it; null for any. */
  readonly version: string | null
}

/**
 * What is there of a package:
 *
 * - `installed`
 * - `unfinished`: an installation was interrupted, and another one completes it
 * - `broken`: only a person can repair it
 * - `leftovers`: it was removed, and its configuration files were kept
 * - `none`: the manager knows its name, and nothing of it is there
 */
export type PackagePresence = 'installed' | 'unfinished' | 'broken' | 'leftovers' | 'none'

/** A package that the manager knows on the host, or the one that provides a virtual package. */
export interface KnownPackage {
  readonly presence: PackagePresence
  /** The manager's own word for its state, such as dpkg's `half-configured`. */
  readonly status: string
  readonly version: string
  /** The manager was told not to change it. */
  readonly held: boolean
  /** The installed package that provides it, if it is a virtual one; else null. */
  readonly providedBy: string | null
  /** The name by which the manager removes it. */
  readonly ownName: string
}

/** What the manager's fact says of the packages that a resource names. */
export interface KnownPackages {
  /** By the names as the user wrote them; what the manager does not know is left out. */
  readonly packages: Readonly<Record<string, KnownPackage>>
  /** Seconds since the package lists were fetched; null where there are none. */
  readonly listsAge: number | null
}

/** What performs a change of packages, how it is tried, and how it is taken back. */
export type PackageWork = Pick<Change, 'actions' | 'trials' | 'undo' | 'final'>

/** How one package manager is spoken to: what the planning of packages must know of it. */
export interface PackageManager {
  /** A name as its command line takes it, with what is asked of the version: `git=1:2.39*`. */
  readonly written: (wanted: WantedPackage) => string
  /** Whether an installed version is one that the user asks for. */
  readonly meets: (asked: string, installed: string) => boolean
  /** Fetches the package lists. */
  readonly update: Action
  /** Installs packages, or changes their versions. Each name is `written`. */
  readonly install: (names: readonly string[]) => PackageWork
  /** Removes packages by their `ownName`; `purge`: with their configuration files. */
  readonly remove: (names: readonly string[], purge: boolean) => PackageWork
  /** The command that lets held packages be changed, for a remedy. */
  readonly unhold: (names: readonly string[]) => string
  /** The command that repairs a broken package, for a remedy. */
  readonly repair: (name: string) => string
}
