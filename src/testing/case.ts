import type { Resource } from '../core/resource.js'
import type { Lacks } from '../core/thing.js'

/** One row of a resource's table: with these facts it plans these changes with these scripts. */
export interface Case {
  readonly name: string
  readonly resource: () => Resource
  /** Values by their names in `reads`; `null` is absent. */
  readonly facts: Readonly<Record<string, unknown>>
  /**
   * The resolved `values`, where the resource has Laters or Secrets. Default: the values as given.
   */
  readonly values?: Readonly<Record<string, unknown>>
  /** Triggers that an earlier step of the run is going to change. Default: none. */
  readonly changing?: readonly string[]
  /** The summaries in order; a `blocked` reason as `blocked: …`. `[]` is the desired state. */
  readonly changes: readonly string[]
  /**
   * What each action does: the text of a shell's script, else what its backend says of it. Left
   * out: not compared.
   */
  readonly scripts?: readonly string[]
  /**
   * What each change does to its thing: `create`, `change`, `remove` or `restart`. Behind that of a
   * final one, why it cannot be undone: `remove ! its tables and rows are lost`. Left out: not
   * compared.
   */
  readonly effects?: readonly string[]
  /** The remedy where it is blocked. Left out: not compared. */
  readonly remedy?: string
  /** What it lacks where it is blocked. Left out: not compared. */
  readonly lacks?: Lacks
  /** What follows once that is there: its summaries. Left out: not compared. */
  readonly then?: readonly string[]
  /** Why there is nothing to do, where the resource says so. Left out: not compared. */
  readonly reason?: string
  /**
   * The keys of the facts that it reads, by their names; a name that is left out is not compared.
   */
  readonly keys?: Readonly<Record<string, unknown>>
  /** The row that the reference shows as the resource's example. Exactly one row has it. */
  readonly example?: true
}

/** A test: `for (const { name, run } of tests) test(name, run)`, with any test runner. */
export interface Test {
  readonly name: string
  /** Throws, or rejects, where the test fails. */
  readonly run: () => void | Promise<void>
}
