import { address as addressOf, type Address } from './address.js'
import type { Plan } from './change.js'
import { Later, type FactRequest, type Resolved } from './later.js'

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
}

/**
 * Resources of one kind of joining can be changed in one round trip: files with distinct paths, or
 * services.
 */
export type Joining = 'files' | 'services'

/** Options that every resource takes. */
export interface CommonOptions {
  /** How the resource is shown. Default: its address. */
  readonly name?: string
  /** Act as this user of the host instead of the play's. */
  readonly become?: string
  /** Names for `--tags` and `--skip-tags`, in addition to the task's. */
  readonly tags?: readonly string[]
  /** Never show the diff. Default false. */
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
  readonly retry?: { readonly attempts: number; readonly delay: number }
  /** A failure is reported and does not stop the host. Default false. */
  readonly ignoreFailure?: boolean
}

export interface Spec<R extends Reads, V extends object> {
  /** The function's name as users write it: `mysql.user`. */
  readonly type: string
  readonly id: string
  /**
   * All options that the user gave, to compare two resources with one address. The common options
   * are taken from it. Functions among them must also be in `values`, or two such resources can
   * never be recognised as equal.
   */
  readonly options: object
  readonly reads: R
  /** Options that may hold a `Later` at any depth. `plan` gets them resolved. */
  readonly values?: V
  readonly triggers?: readonly Trigger[]
  /** A check: it changes nothing, and `apply` waits up to `within` seconds for it to hold. */
  readonly check?: { readonly within: number }
  /**
   * Neighbouring resources of a task with the same `joins` are changed in one round trip, if each
   * of their changes has `proves` or `settles`. The changes of a later resource must not depend on
   * those of an earlier one. Default: it is changed alone.
   */
  readonly joins?: Joining
  /** Pure: the changes that lead from the facts to the desired state. */
  readonly plan: (facts: Facts<R>, values: Resolved<V>, context: PlanContext) => Plan
}

/** The desired state of one thing on one host. */
export interface Resource {
  readonly address: Address
  readonly type: string
  readonly id: string
  readonly common: CommonOptions
  /** What the user gave: two resources with one address must have equal options. */
  readonly options: object
  readonly reads: Reads
  readonly values: object
  /** The values with every `Later` in them resolved. */
  readonly resolved: Later<unknown>
  readonly triggers: readonly Trigger[]
  readonly check: { readonly within: number } | null
  readonly joins: Joining | null
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

/** Makes a resource from its three parts: options, the facts it reads, and a pure plan. */
export function resource<const R extends Reads, const V extends object = object>(
  spec: Spec<R, V>,
): Resource {
  const values = spec.values ?? {}
  return {
    address: addressOf(spec.type, spec.id),
    type: spec.type,
    id: spec.id,
    common: spec.options,
    options: spec.options,
    reads: spec.reads,
    values,
    resolved: Later.all<unknown>(values),
    triggers: spec.triggers ?? [],
    check: spec.check ?? null,
    joins: spec.joins ?? null,
    plan: spec.plan as Resource['plan'],
    origin: new Error('made here'),
  }
}
