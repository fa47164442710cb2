import type { Address } from '../../core/address.js'
import { type Change, changesOf } from '../../core/change.js'
import type { Lacking } from '../../core/fact.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { Later, type Evaluated, type FactSource } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { PlanContext, Resource } from '../../core/resource.js'
import type { Step } from '../prepare/build.js'

/** The result of a resource's plan. */
export type StepPlan =
  | { readonly is: 'fine'; readonly reason: string | null }
  | { readonly is: 'changes'; readonly changes: readonly Change[] }
  | UnmetPlan

/** A fact could not be read, or the resource needs something that does not exist. */
export interface UnmetPlan extends Lacking {
  readonly is: 'unknown' | 'blocked'
  readonly reason: string
  readonly remedy: string
  /** What certainly follows once what is lacking is there. */
  readonly then?: readonly Change[] | undefined
}

/**
 * Plans a resource from the facts of its host. Pure.
 * @param changing what is planned to change before it
 * @param made what that makes
 * @throws FettleError where a value or the resource refuses; `internal` for a defect in either
 */
export const planStep = (
  resource: Resource,
  source: FactSource,
  changing: readonly Address[],
  made: Pick<PlanContext, 'makes' | 'madeIn'> = {},
): StepPlan =>
  guarded(
    resource,
    () => leftAlone(resource, source) ?? compare(resource, source, { changing, ...made }),
  )

/** The same for a resource that is being changed: `onlyIf` has been decided before. */
export const planChanged = (resource: Resource, source: FactSource): StepPlan =>
  guarded(resource, () => compare(resource, source, { changing: [] }))

function guarded(resource: Resource, plan: () => StepPlan): StepPlan {
  try {
    return plan()
  } catch (error) {
    if (error instanceof FettleError) throw error
    const why = messageOf(error)
    throw new FettleError('internal', {
      address: resource.address,
      message: `could not be planned: ${why}`,
      cause: error,
    })
  }
}

/** What `onlyIf` says of a resource; undefined where it is to be planned. */
function leftAlone({ onlyIf }: Resource, source: FactSource): StepPlan | undefined {
  if (onlyIf === null) return undefined
  const asked = Later.evaluate(onlyIf, source)
  if (!asked.known) return { ...asked, is: 'unknown' }
  return asked.value ? undefined : { is: 'fine', reason: 'onlyIf does not hold' }
}

function compare(resource: Resource, source: FactSource, context: PlanContext): StepPlan {
  const facts: Record<string, unknown> = {}
  for (const [name, wanted] of Object.entries(resource.reads)) {
    const fact = source.fact(wanted)
    if (fact.is === 'unknown') return fact
    facts[name] = fact.is === 'present' ? fact.value : null
  }
  const values = Later.evaluate(resource.resolved, source)
  if (!values.known) {
    const then = creation(resource, source, facts, context)
    return { ...values, is: 'unknown', ...omitUndefined({ then }) }
  }
  const own = new Set(resource.triggers.map((trigger) => trigger.address))
  const changing = context.changing.filter((address) => own.has(address))
  const plan = resource.plan(facts, values.value, { ...context, changing })
  if ('blocked' in plan) return { ...plan, is: 'blocked', reason: plan.blocked }
  if ('fine' in plan) return { is: 'fine', reason: plan.fine }
  if (plan.length === 0) return { is: 'fine', reason: null }
  return { is: 'changes', changes: resource.common.undo === false ? plan.map(withoutUndo) : plan }
}

/** A change that keeps nothing, because the user wants it so. */
const withoutUndo = (change: Change): Change =>
  change.undo === undefined || change.undo.length === 0
    ? change
    : { ...change, undo: [], final: change.final ?? 'undo: false keeps nothing' }

/**
 * The changes that create a resource whose values are not known yet: what is made does not depend
 * on them. Undefined where the resource is there already.
 */
function creation(
  resource: Resource,
  source: FactSource,
  facts: Readonly<Record<string, unknown>>,
  context: PlanContext,
): readonly Change[] | undefined {
  const values = withStandIns(resource, source)
  if (values?.known !== true) return undefined
  const changes = changesOf(resource.plan(facts, values.value, context))
  return changes[0]?.effect === 'create' ? changes.map(withoutValues) : undefined
}

/** The values with stand-ins for what is not known; null where a function of the user's refuses these. */
function withStandIns(resource: Resource, source: FactSource): Evaluated<unknown> | null {
  try {
    return Later.evaluate(resource.resolved, { ...source, standIns: true })
  } catch {
    return null
  }
}

/** A change without what stand-ins have made of it. It is shown and never performed. */
const withoutValues = ({ summary, effect, proof, final, brings }: Change): Change => ({
  summary,
  proof,
  actions: [],
  ...omitUndefined({ effect, final, brings }),
})

/** The error of a resource that cannot be planned, and never will be in this run. */
export const unmet = ({ resource }: Step, plan: UnmetPlan): FettleError =>
  new FettleError(codeOfUnmet(resource, plan), {
    address: resource.address,
    message: plan.reason,
    remedy: plan.remedy,
  })

function codeOfUnmet(
  { check }: Resource,
  { is }: UnmetPlan,
): 'check-failed' | 'fact-unknown' | 'blocked' {
  if (check !== null) return 'check-failed'
  return is === 'unknown' ? 'fact-unknown' : 'blocked'
}
