import type { Sh } from './sh.js'

/** Where a host keeps what is needed to take changes back: a folder for each run, for root alone. */
export const undoPlace = '/var/lib/fettle/undo'

/** The most bytes that are kept of one thing. A change of more is planned as final. */
export const mostKept = 64 * 1024 * 1024

/**
 * A kind of state that is kept on the host before a change, and brought back when the change is
 * taken back. No action is ever kept: from the key and the state, the kind makes the way back.
 *
 * All shell runs as root. `"$kept"` is the absolute path of a folder of this thing's own, which is
 * empty when `keep` begins.
 */
export interface UndoKind<K> {
  /** Names it in what hosts keep, so it must stay the same. */
  readonly name: string
  /** Copies the state of a thing to `"$kept"`, in any way, and changes nothing else. */
  keep(key: K): Sh
  /** Adds what only the change's success tells. What is missing there must not be needed. */
  keepAfter?(key: K): Sh
  /**
   * Brings the state back, wherever the change has come: it may have been cut short, or never have
   * begun. Prints the reason by `refuse` where it cannot.
   */
  takeBack(key: K): Sh
}

/** A thing whose state is kept before a change; made by `keeps`. */
export interface Kept {
  readonly kind: UndoKind<never>
  /** Data without secrets: it lies on the host as JSON. */
  readonly key: unknown
}

/** Names what a change keeps: `undo: [keeps(pathState, { path })]`. */
export const keeps = <K>(kind: UndoKind<K>, key: K): Kept => ({ kind, key })
