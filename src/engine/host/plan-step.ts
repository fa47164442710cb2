import type { Address } from '../../core/address.js'
import type { Change } from '../../core/change.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { Later, type FactSource } from '../../core/later.js'
import type { Resource } from '../../core/resource.js'

/** The result of a resource's plan. */
export type StepPlan =
  | { readonly is: 'fine'; readonly reason: string | null }
  | { readonly is: 'changes'; readonly changes: readonly Change[] }
  /** A fact could not be read, or the resource needs something that does not exist. */
  | { readonly is: 'unknown' | 'blocked'; readonly reason: string; readonly remedy: string }

/**
 * Plans a resource from the facts of its host. Pure.
 * @throws FettleError where a value or the resource refuses; `internal` for a defect in either
 */
export function planStep(
  resource: Resource,
  source: FactSource,
  changing: readonly Address[],
): StepPlan {
  try {
    return compare(resource, source, changing)
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

function compare(resource: Resource, source: FactSource, changing: readonly Address[]): StepPlan {
  const facts: Record<string, unknown> = {}
  for (const [name, wanted] of Object.entries(resource.reads)) {
    const fact = source.fact(wanted)
    if (fact.is === 'unknown') return { is: 'unknown', reason: fact.reason, remedy: fact.remedy }
    facts[name] = fact.is === 'present' ? fact.value : null
  }
  const values = Later.evaluate(resource.resolved, source)
  if (!values.known) return { is: 'unknown', reason: values.reason, remedy: values.remedy }
  const own = new Set(resource.triggers.map((trigger) => trigger.address))
  const ownChanging = changing.filter((address) => own.has(address))
  const plan = resource.plan(facts, values.value, { changing: ownChanging })
  if ('blocked' in plan) return { is: 'blocked', reason: plan.blocked, remedy: plan.remedy }
  if ('fine' in plan) return { is: 'fine', reason: plan.fine }
  if (plan.length === 0) return { is: 'fine', reason: null }
  return { is: 'changes', changes: plan }
}
