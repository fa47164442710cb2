import { address as addressOf, type Address } from './address.js'
import type { Plan } from './change.js'
import { Later, type FactRequest, type Resolved } from './later.js'

/** The facts that a resource wants, by the names that its plan knows them under. */
export type Reads = Readonly<Record<string, FactRequest<unknown>>>

/** The values of facts: `null` is absent. An unknown fact never reaches a plan. */
export type Facts<R extends Reads> = {
  readonly [N in keyof R]: R[N] extends FactRequest<infer V> ? V | null : never
}

/** What a trigger's change asks of a resource that depends on it. */
export interface Trigger {
  readonly address: Address
  /**
   * `restart` is due while the instance that ran at the change still runs; `reload` and `run` until
   * they succeeded.
   */
  readonly effect: 'restart' | 'reload' | 'run'
  /** Under `/var/lib/fettle/pending/`: the unit's name, or a name of the resource's own. */
  readonly pending: string
}

/** What a plan knows besides facts. */
export interface PlanContext {
  /**
   * Triggers of this resource for which a change is planned earlier in this run and not applied
   * yet.
   */
  readonly changing: readonly Address[]
}

/**
 * What a resource can be changed together with: other files, each at a path of its own, or other
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
  /** The diff is never shown. Default false. */
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
   * All that the user gave, for comparing two resources of one address; the common options are
   * taken from it. Functions among them must show in `values`, or two resources can never be told
   * to be the same.
   */
  readonly options: object
  readonly reads: R
  /** Options that may hold a `Later` at any depth; `plan` gets them resolved. */
  readonly values?: V
  readonly triggers?: readonly Trigger[]
  /** A check: it changes nothing, and `apply` waits up to `within` seconds for it to hold. */
  readonly check?: { readonly within: number }
  /**
   * Neighbours in a task that join in the same way are changed in one round trip, where each of
   * their changes `proves` or `settles` itself: what is to change of the later ones must not depend
   * on the earlier ones. Left out: it is changed alone.
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
  /** What the user gave: two resources of one address must agree on it. */
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
  /** An error made where the user made the resource; its stack names the file and line. */
  readonly origin: Error
}

/** Whether something is a resource: tasks of plain JavaScript may hold anything. */
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
