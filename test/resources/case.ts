import type { Resource } from '../../src/core/resource.js'

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
  readonly changing?: readonly string[]
  /** The summaries in order; a `blocked` reason as `blocked: …`. `[]` is the desired state. */
  readonly changes: readonly string[]
  /**
   * The text of each shell action, the SQL of each mysql action, the route of each github action.
   * Left out: not compared.
   */
  readonly scripts?: readonly string[]
  /** The row that the reference shows as the resource's example. */
  readonly example?: true
}
