import type { Address } from './address.js'
import type { AnyBackend } from './backend.js'
import type { Plan } from './change.js'
import type { FactRequest, Later } from './later.js'
import type { Brings, Thing } from './thing.js'
import type { UndoKind } from './undo.js'

/** The facts that a resource reads, by the names that its plan uses. */
export type Reads = Readonly<Record<string, FactRequest<unknown>>>

/** The values of facts: `null` is absent. An unknown fact never reaches a plan. */
export type Facts<R extends Reads> = {
  readonly [N in keyof R]: R[N] extends FactRequest<infer V> ? V | null : never
}

/** What has to be done to this resource when the resource at `address` changes. */
export interface Trigger {
  readonly address: Address
  /**
   * `restart` is due as long as the process that ran at the time of the change still runs; `reload`
   * and `run` until they have succeeded.
   */
  readonly effect: 'restart' | 'reload' | 'run'
  /**
   * The directory of its marks in `/var/lib/fettle/pending/`: the unit's name, or a name that the
   * resource chooses.
   */
  readonly pending: string
}

/** What a plan is given besides facts and values. */
export interface PlanContext {
  /** Triggers of this resource with a change that this run has planned but not applied yet. */
  readonly changing: readonly Address[]
  /**
   * Whether a change that this run has planned but not applied yet makes a thing. Left out: nothing
   * is planned.
   */
  readonly makes?: (thing: Thing) => boolean
  /** How many things such changes make below a path. Left out: nothing is planned. */
  readonly madeIn?: (path: string) => number
}

/**
 * Resources of one kind of joining can be changed in one round trip: files with distinct paths, or
 * services.
 */
export type Joining = 'files' | 'services'

/** Options that every resource takes. */
export interface CommonOptions<Condition = Later<boolean>> {
  /** How the resource is shown. Default: its address. */
  readonly name?: string
  /** Act as this user of the host instead of the play's. */
  readonly become?: string
  /** Names for `--tags` and `--skip-tags`, in addition to the task's. */
  readonly tags?: readonly string[]
  /** Never show the diff, nor the size of a new file. Default false. */
  readonly sensitive?: boolean
  /**
   * Seconds that one of its actions may take, and reading its state where a minute is not enough.
   * Default 600 for what runs programs of others (packages, services, commands, repositories);
   * anything else is given up after 600, and the session with it.
   */
  readonly timeout?: number
  /**
   * Tries a failed change again: `attempts` in all, `delay` seconds between two. Default: one
   * attempt.
   */
  readonly retry?: {
    /** How often the change is tried in all. */
    readonly attempts: number
    /** Seconds between two attempts. */
    readonly delay: number
  }
  /** A failure is reported and does not stop the host. Default false. */
  readonly ignoreFailure?: boolean
  /**
   * While this is false the resource is left alone. Where a change planned before it decides, the
   * plan says *known after apply*. Default: it is never left alone.
   */
  readonly onlyIf?: Condition
  /**
   * `false`: keep nothing on the host for taking its changes back, for example of a key that must be
   * gone. Default: what was there before a change is kept.
   */
  readonly undo?: false
}

/** What is the same for all resources of one kind. */
export interface ResourceKind {
  /** The function's name as users write it: `mysql.user`. */
  readonly type: string
  /** The kinds of state that its changes keep on the host. Default: none. */
  readonly undo?: readonly UndoKind<never>[]
}

/** The desired state of one thing on one host. */
export interface Resource {
  /** What made it. */
  readonly kind: ResourceKind
  readonly address: Address
  readonly type: string
  readonly id: string
  readonly common: CommonOptions<unknown>
  /** While this is false it is left alone; null: never. */
  readonly onlyIf: Later<boolean> | null
  /** What the user gave: two resources with one address must have equal arguments and options. */
  readonly arguments: readonly unknown[]
  readonly options: object
  readonly reads: Reads
  readonly values: object
  /** The values with every `Later` in them resolved. */
  readonly resolved: Later<unknown>
  readonly triggers: readonly Trigger[]
  readonly uses: readonly AnyBackend[]
  readonly check: { readonly within: number } | null
  readonly joins: Joining | null
  /** What its changes can bring, unless they say it themselves. */
  readonly brings: Brings
  readonly plan: (
    facts: Readonly<Record<string, unknown>>,
    values: unknown,
    context: PlanContext,
  ) => Plan
  /** An error created where the user made the resource: its stack names the file and line. */
  readonly origin: Error
}

/** Whether something is a resource. Plain JavaScript may put anything into a task. */
export const isResource = (given: unknown): given is Resource =>
  typeof given === 'object' &&
  given !== null &&
  'address' in given &&
  'reads' in given &&
  'plan' in given
