import type { Effect } from '../core/change.js'
import type { ChangeCounts, EventChange } from './events.js'

/** The gravest first. */
const gravity: readonly Effect[] = ['remove', 'create', 'change', 'restart']

/** The gravest effect of the changes of one resource. */
export const gravestEffect = (changes: readonly Pick<EventChange, 'effect'>[]): Effect =>
  gravity.find((effect) => changes.some((change) => change.effect === effect)) ?? 'change'

/**
 * How a changed resource is counted: once by its gravest effect, and besides under `restart` and
 * `final` where it has such changes.
 */
export function countsOf(changes: readonly EventChange[]): ChangeCounts {
  const gravest = gravestEffect(changes)
  return {
    create: Number(gravest === 'create'),
    change: Number(gravest === 'change'),
    remove: Number(gravest === 'remove'),
    restart: Number(changes.some(({ effect }) => effect === 'restart')),
    final: Number(changes.some(({ final }) => final !== null)),
  }
}

const none: ChangeCounts = { create: 0, change: 0, remove: 0, restart: 0, final: 0 }

export const sumOfCounts = (all: readonly ChangeCounts[]): ChangeCounts =>
  all.reduce(
    (sum, one) => ({
      create: sum.create + one.create,
      change: sum.change + one.change,
      remove: sum.remove + one.remove,
      restart: sum.restart + one.restart,
      final: sum.final + one.final,
    }),
    none,
  )
