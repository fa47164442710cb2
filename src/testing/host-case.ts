import type { Status } from '../engine/events.js'
import type { Resource } from '../core/resource.js'

/**
 * One row of a resource's table for real hosts: a resource, what breaks it, and what makes its
 * changes fail. Cases share their host, and nothing is cleaned up between them: give each case
 * names and paths of its own.
 *
 * ```ts
 * const hostCases: readonly HostCase[] = [
 *   {
 *     name: 'an account with a home',
 *     before: 'groupadd staffed',
 *     resource: () => user('ada', { group: 'staffed', shell: '/bin/sh' }),
 *     drifts: [{ by: 'usermod -s /bin/bash ada', changes: ['shell /bin/bash → /bin/sh'] }],
 *     errors: [
 *       {
 *         by: 'userdel ada; chattr +i /etc/passwd',
 *         says: /cannot open/,
 *         after: 'chattr -i /etc/passwd',
 *       },
 *     ],
 *   },
 * ]
 * ```
 */
export interface HostCase {
  /** What the case is. It heads the names of its tests. */
  readonly name: string
  /**
   * Makes the resource. It is called for each plan and each apply. A second apply must find nothing
   * to do, so a resource that runs on every apply cannot have a case.
   */
  readonly resource: () => Resource
  /**
   * Makes resources that stand before it in the same task: its triggers, or what it depends on.
   * They are applied before the first plan. Default: none.
   */
  readonly needs?: () => readonly Resource[]
  /** Shell that runs on the host before everything else (`sh -eu`, as root). Default: nothing. */
  readonly before?: string
  /** The sentences of the first plan. Default: not compared. */
  readonly changes?: readonly (string | RegExp)[]
  /**
   * What taking the first apply back leaves different, or why it cannot be taken back. Default: the
   * host is as before.
   */
  readonly undo?: HostUndo
  /** What breaks the applied state. Default: nothing. */
  readonly drifts?: readonly HostDrift[]
  /** What makes a change fail. Default: nothing. */
  readonly errors?: readonly HostObstacle[]
  /**
   * Shell that prints what files and units do not tell, such as the accounts of a database. Its
   * lines are compared as a part of the host's state. Default: nothing.
   */
  readonly shows?: string
  /**
   * Paths, each with everything below it, and units that change by themselves, such as the data of
   * a running server. They are not compared. Default: none.
   */
  readonly ignores?: readonly string[]
}

/** Something that somebody does to the applied state by hand, best to one attribute alone. */
export interface HostDrift {
  /** Shell that does it (`sh -eu`, as root). */
  readonly by: string
  /** The sentences of the plan then, of all resources of the case, in order. */
  readonly changes: readonly (string | RegExp)[]
  /**
   * What the repair changes besides what `by` has changed: paths, each with everything below it,
   * and units. The directories that hold changed files need not be named. Default: nothing.
   */
  readonly also?: readonly string[]
  /** What taking the repair back leaves different, or why it cannot be taken back. */
  readonly undo?: HostUndo
}

/** An exception from: taken back, the host is as before. */
export type HostUndo =
  /** Paths, each with everything below it, and units. */
  { readonly leaves: readonly string[] } | { readonly cannot: string }

/** Something that makes an apply fail. */
export interface HostObstacle {
  /** Shell that breaks the applied state and keeps it from being repaired (`sh -eu`, as root). */
  readonly by: string
  /** What the error says: its message, detail or remedy. */
  readonly says: RegExp
  /** Shell that removes the obstacle, after which an apply succeeds. It runs in any case. */
  readonly after: string
  /**
   * What the failure changes nevertheless: paths, each with everything below it, and units.
   * Default: nothing.
   */
  readonly except?: readonly string[]
}

/** What became of one resource in a plan or an apply. */
export interface HostOutcome {
  /** The resource: `user[ada]`. */
  readonly address: string
  readonly status: Status
  /** The sentences of its changes. */
  readonly changes: readonly string[]
  /** Message, detail and remedy of its error, each on lines of its own; null without one. */
  readonly error: string | null
}

/**
 * What there is on a host, to be compared: each path and unit as text that differs when it has
 * changed in any way.
 */
export type HostState = ReadonlyMap<string, string>

/** A host that cases are tried on. `labHost` makes one of the lab. */
export interface TestHost {
  /** Plans resources as one task, acting as root. */
  plan(resources: readonly Resource[]): Promise<readonly HostOutcome[]>
  /** Applies resources as one task, acting as root. */
  apply(resources: readonly Resource[]): Promise<readonly HostOutcome[]>
  /**
   * Runs shell on the host (`sh -eu`, as root), not through Fettle.
   * @returns its standard output
   * @throws where its status is not 0
   */
  shell(script: string): Promise<string>
  /**
   * Takes back what the last apply has changed, by what the host has kept.
   * @param resources those of that apply
   * @returns the error of each thing that could not be taken back
   */
  takeBack(resources: readonly Resource[]): Promise<readonly string[]>
  /** Reads the state of the host, not through Fettle. */
  state(): Promise<HostState>
  /** Reads the digests of the files where administrators and resources write. */
  contents(): Promise<HostState>
}
