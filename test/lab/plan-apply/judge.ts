import { address } from '../../../src/core/address.js'
import type { ResourceEvent, Status } from '../../../src/engine/events.js'
import { isUnknowable } from './exceptions.js'
import type { Wrong } from './exceptions/form.js'

/** What a plan and an apply say of one resource. */
export interface Verdict {
  /** The name of the case. */
  readonly of: string
  readonly address: string
  /** The statuses in plan and apply: `changed → failed`. */
  readonly pair: string
  /** How the plan is wrong: the pair, or the sentences of both; null where it is right. */
  readonly says: string | null
}

/**
 * Compares a plan with its apply, resource by resource. What the apply skips, because an earlier
 * resource has failed, is not judged.
 */
export const verdictsOf = (
  of: string,
  plan: readonly ResourceEvent[],
  apply: readonly ResourceEvent[],
): readonly Verdict[] =>
  plan.flatMap((planned, index) => {
    const applied = apply[index]
    if (applied === undefined || applied.status === 'skipped') return []
    const pair = `${outcome(planned.status)} → ${outcome(applied.status)}`
    const says = sameStatus(planned, applied) ? otherSentences(planned, applied) : pair
    return [{ of, address: address(planned.resource, planned.id), pair, says }]
  })

/** A failure that the run ignores is a failure. */
const outcome = (status: Status): Status => (status === 'ignored' ? 'failed' : status)

const sameStatus = (planned: ResourceEvent, applied: ResourceEvent): boolean =>
  outcome(planned.status) === outcome(applied.status)

function otherSentences(planned: ResourceEvent, applied: ResourceEvent): string | null {
  const [before, after] = [sentences(planned), sentences(applied)]
  return before === after ? null : `${before} → ${after}`
}

const sentences = ({ changes }: ResourceEvent): string =>
  changes.map(({ summary }) => summary).join('; ')

/** How plans are wrong, by address. */
export const wrongOf = (all: readonly Verdict[]): Wrong =>
  Object.fromEntries(all.flatMap(({ address, says }) => (says === null ? [] : [[address, says]])))

/** The share of what can be known that the plans know. */
export function shareOf(verdicts: readonly Verdict[]): number {
  const knowable = verdicts.filter(({ of, address }) => !isUnknowable(of, address))
  return knowable.filter(({ says }) => says === null).length / knowable.length
}

/** How many there are of each pair: `40 changed → changed, 2 unknown → changed (wrong)`. */
export function tallyOf(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>()
  for (const { pair, says } of verdicts) {
    const kind = says === null || says === pair ? pair : `${pair} (other sentences)`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => `${String(count)} ${kind}`).join(', ')
}
