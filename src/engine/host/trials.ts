import type { Change } from '../../core/change.js'
import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { absent } from '../../core/fact.js'
import type { Verdict } from '../../core/trial.js'
import type { KnownFacts } from './known-facts.js'
import type { DueTrial, Outlook, StepOutlook } from './outlook.js'

type Refusal = Extract<Verdict, { readonly refused: string }>

/** What a trial has found out. */
interface Tried extends DueTrial {
  readonly verdict: Verdict
}

/** Whether a trial can find out that a change would surely fail. */
export const canRefuse = ({ trial, unsure }: DueTrial): boolean => !unsure && trial.informs !== true

const onlyDue =
  (isDue: (trial: DueTrial) => boolean) =>
  ({ step, outlook }: StepOutlook): StepOutlook =>
    outlook.is === 'changed'
      ? { step, outlook: { ...outlook, trials: outlook.trials.filter(isDue) } }
      : { step, outlook }

/**
 * Makes the trials of planned changes, all in one round trip; none where there are none. What a
 * trial refuses has failed.
 * @param isDue which trials are made
 * @param reading does work that only reads
 */
export async function tryOut(
  all: readonly StepOutlook[],
  isDue: (trial: DueTrial) => boolean,
  facts: KnownFacts,
  reading: (work: () => Promise<void>) => Promise<void>,
): Promise<readonly StepOutlook[]> {
  const outlooks = all.map(onlyDue(isDue))
  const wanted = outlooks.flatMap(({ step, outlook }) =>
    outlook.is === 'changed'
      ? outlook.trials
          .filter(({ isGone }) => !isGone)
          .map(({ trial: { reads } }) => ({ step, reads }))
      : [],
  )
  if (wanted.length > 0) {
    await reading(() => facts.readMore(wanted))
    facts.clients.count('trials', wanted.length)
  }
  return outlooks.map((each) => judged(each, facts))
}

function judged(each: StepOutlook, facts: KnownFacts): StepOutlook {
  const { step, outlook } = each
  if (outlook.is !== 'changed') return each
  const source = facts.source(step)
  const tried = outlook.trials.map((due): Tried => {
    const fact = due.isGone ? absent : source.fact(due.trial.reads)
    if (fact.is === 'unknown') return { ...due, verdict: null }
    return { ...due, verdict: due.trial.judge(fact.is === 'present' ? fact.value : null) }
  })
  const refusal = tried.flatMap(({ verdict, unsure }) =>
    isRefusal(verdict) && !unsure ? [verdict] : [],
  )[0]
  if (refusal === undefined)
    return { step, outlook: { ...outlook, changes: outlook.changes.map(withFindings(tried)) } }
  const { refused, remedy, detail } = refusal
  const error = new FettleError('trial-failed', {
    address: step.resource.address,
    message: refused,
    remedy,
    ...omitUndefined({ detail }),
  })
  return { step, outlook: { is: 'failed', error } satisfies Outlook }
}

const isRefusal = (verdict: Verdict): verdict is Refusal => verdict !== null && 'refused' in verdict

/** A change with what its trials have found. */
const withFindings =
  (tried: readonly Tried[]) =>
  (change: Change): Change => {
    const verdicts = tried.filter((each) => each.change === change).map(({ verdict }) => verdict)
    const notes = verdicts.flatMap(noteOf)
    const final = verdicts.flatMap((verdict) =>
      verdict !== null && 'final' in verdict ? [verdict.final] : [],
    )[0]
    return {
      ...change,
      ...omitUndefined({
        notes: notes.length === 0 ? undefined : [...(change.notes ?? []), ...notes],
        final: change.final ?? final,
      }),
    }
  }

function noteOf(verdict: Verdict): readonly string[] {
  if (verdict === null || 'final' in verdict) return []
  return 'note' in verdict ? [verdict.note] : [`may fail: ${verdict.refused}`]
}
