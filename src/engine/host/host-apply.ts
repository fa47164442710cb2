import type { Change } from '../../core/change.js'
import { FettleError, isCode } from '../../core/errors.js'
import { marksFor, StepApplication } from './apply-step.js'
import {
  applyInBulk,
  applyTogether,
  canBeJoined,
  inputOf,
  inBulk,
  type JoinedStep,
} from './apply-together.js'
import type { Step } from '../prepare/build.js'
import { hasReads, usesBackends } from './requests.js'
import { failure, HostFailed, type HostContext } from './host-walk.js'
import { endsWalk, LockedWalk } from './locked-walk.js'
import { mayJoin, mostBytes, mostTogether, ReadAhead } from './read-ahead.js'
import type { StepOutlook } from './outlook.js'
import { canRefuse } from './trials.js'
import { untilHolds } from './until-holds.js'
import type { PlannedThings } from './planned-things.js'
import { planChanged, planStep, unmet, type StepPlan } from './plan-step.js'
import { interrupted } from '../cancellation.js'

/** Applies the steps of one host. */
export class HostApply extends LockedWalk {
  #readAhead: ReadAhead
  #things: PlannedThings | null = null
  /**
   * The plans of the steps that were in their desired state at the first reading. Null marks those
   * that are expected to change or are not known yet, where prefetching has to stop.
   */
  #fine: readonly (StepPlan | null)[] = []

  constructor(context: HostContext) {
    super(context)
    this.#readAhead = new ReadAhead(context.steps, [])
  }

  /** Walks through the steps and applies the differences. */
  async perform(): Promise<void> {
    await this.waitForTurn()
    await this.lockAndRead(0)
    const { steps } = this.context
    const outlooks = await this.#begin()
    this.#fine = outlooks.map(({ outlook }) =>
      outlook.is === 'ok' ? { is: 'fine', reason: outlook.reason } : null,
    )
    const mayChange = steps.map(
      ({ resource }, index) => resource.check === null && this.#fine[index] === null,
    )
    this.#readAhead = new ReadAhead(steps, mayChange)
    let index = 0
    while (index < steps.length) {
      await this.#step(index)
      index = this.finished
    }
  }

  /**
   * What can be told of each step, by the trials that can refuse: an apply shows no other findings.
   * With `--begin-anyway` none is made.
   */
  async #begin(): Promise<readonly StepOutlook[]> {
    const forecast = await this.forecast()
    this.#things = forecast.things
    if (this.context.beginAnyway) return forecast.outlooks
    const outlooks = await this.tried(forecast, canRefuse)
    this.#refuseDoomed(outlooks)
    return outlooks
  }

  /**
   * Begins nothing where a step is known to fail, so that no host is left half changed.
   * @throws HostFailed after all steps were reported
   */
  #refuseDoomed(outlooks: readonly StepOutlook[]): void {
    const doomed = outlooks.find(
      ({ step: { resource }, outlook }) =>
        outlook.is === 'failed' &&
        resource.check === null &&
        resource.common.ignoreFailure !== true,
    )
    if (doomed === undefined) return
    const reason = `nothing was begun, because ${doomed.step.resource.address} would fail`
    if (outlooks.some(({ outlook }) => outlook.is === 'changed' || outlook.is === 'unknown')) {
      const { host, emit } = this.context
      emit({ type: 'notice', host, message: `${reason}; --begin-anyway goes as far as it can` })
    }
    for (const { step, outlook } of outlooks)
      if (outlook.is === 'ok') this.report(step, 'ok', { reason: outlook.reason })
      else if (outlook.is === 'failed') this.report(step, failure(step), { error: outlook.error })
      else this.report(step, 'skipped', { reason })
    throw new HostFailed()
  }

  /**
   * Plans a step at its turn. The first plan is reused while nothing has changed; a check is always
   * planned anew.
   */
  #plan(index: number): StepPlan {
    const { steps, facts } = this.context
    const step = steps[index] as Step
    const fine = this.changed || step.resource.check !== null ? null : this.#fine[index]
    return fine ?? planStep(step.resource, facts.source(step), [])
  }

  /** Null where the step cannot be planned: it then fails at its own turn. */
  #planAhead(index: number): StepPlan | null {
    try {
      return this.#plan(index)
    } catch (error) {
      if (error instanceof FettleError) return null
      throw error
    }
  }

  /** Performs the step at `index`, together with those that can join it. */
  async #step(index: number): Promise<void> {
    const step = this.context.steps[index] as Step
    await this.awaitOnce(index, step)
    const begun = performance.now()
    const seconds = (): number => (performance.now() - begun) / 1000
    try {
      await this.#refresh(index)
      const { is, links } = inBulk(this.#links(index), this.context.facts)
      const isDone = is === 'bulk' && (await this.#together(index, links, seconds, applyInBulk))
      if (isDone) return
      if (links.length > 1) await this.#together(index, links, seconds, applyTogether)
      else await this.#converge(index, step, seconds)
    } catch (error) {
      if (isCode(error, 'stopped') || error instanceof HostFailed) throw error
      const fatal = this.#reportFailed(step, error, seconds())
      if (fatal !== null) throw fatal
    }
  }

  /**
   * Reports a failure.
   * @returns the error that ends the walk: the host has failed, or the link is lost; null where the
   * failure is ignored
   */
  #reportFailed(step: Step, error: unknown, seconds: number): Error | null {
    const isFatal = endsWalk(error)
    this.report(step, isFatal ? 'failed' : failure(step), { error, seconds })
    if (isFatal) return error
    return step.resource.common.ignoreFailure === true ? null : new HostFailed()
  }

  /** The resources from `index` on that can be changed in one round trip. */
  #links(index: number): readonly JoinedStep[] {
    const { steps } = this.context
    const links: JoinedStep[] = []
    const places = new Set<string>()
    let bytes = 0
    for (const [at, step] of steps.slice(index, this.fresh + 1).entries()) {
      if (links.length === mostTogether || !mayJoin(step, steps[index])) break
      const place = this.#things?.placeOfStep(step) ?? step.resource.address
      if (usesBackends(step.resource) || places.has(place)) break
      places.add(place)
      // What earlier links change, it must see.
      if (at > 0 && hasReads(step.resource)) break
      const plan = this.#planAhead(index + at)
      if (plan?.is !== 'changes') break
      const { changes } = plan
      if (!canBeJoined(changes)) break
      bytes += inputOf(changes)
      if (bytes > mostBytes) break
      links.push({ application: this.#application(step, []), changes })
    }
    return links
  }

  #application(step: Step, prefetched: readonly Step[]): StepApplication {
    const { facts, waiting, keeper } = this.context
    const marks = marksFor(step.resource.address, waiting)
    return new StepApplication(facts, keeper, marks, step, prefetched, this.hearing(step))
  }

  /**
   * Changes several resources in one round trip.
   * @returns false where a bulk action has failed, so each is to be changed by itself
   */
  async #together(
    index: number,
    links: readonly JoinedStep[],
    seconds: () => number,
    apply: typeof applyTogether | typeof applyInBulk,
  ): Promise<boolean> {
    const { facts, steps } = this.context
    const end = index + links.length
    const horizon = this.#readAhead.horizon(end)
    this.progress('changing', steps[index] ?? null)
    this.changed = true
    this.fresh = index
    const errors = await apply(facts, links, steps.slice(end, horizon + 1))
    if (errors === null) return false
    const each = seconds() / errors.length
    const outcomes = links.slice(0, errors.length).map(({ application, changes }, at) => {
      if (errors[at] !== null) return this.#reportFailed(application.step, errors[at], each)
      this.#reportChanged(application.step, changes, each)
      return null
    })
    const fatal = outcomes.find((outcome) => outcome !== null)
    if (fatal) throw fatal
    if (errors.length === links.length) this.fresh = horizon
    return true
  }

  /**
   * Reads facts again that an earlier change may have changed, unless the round trip of that change
   * has read them.
   */
  async #refresh(index: number): Promise<void> {
    const { facts, steps } = this.context
    const step = steps[index] as Step
    const reads: (() => Promise<unknown>)[] = []
    if (index > this.fresh) {
      this.fresh = this.#readAhead.horizon(index)
      const prefetched = steps.slice(index, this.fresh + 1)
      reads.push(() => facts.exchange([], prefetched))
    }
    // Facts of backends are not prefetched, and a check reads its own while it waits.
    if (this.changed && step.resource.check === null && usesBackends(step.resource))
      reads.push(() => facts.readBackends(step))
    if (reads.length > 0) await this.reading(() => Promise.all(reads.map((read) => read())))
  }

  async #converge(index: number, step: Step, seconds: () => number): Promise<void> {
    if (step.resource.check !== null) await this.#awaitCheck(step, step.resource.check.within)
    const plan = this.#plan(index)
    if (plan.is === 'fine')
      return this.report(step, 'ok', { reason: plan.reason, seconds: seconds() })
    if (plan.is !== 'changes') throw unmet(step, plan)
    this.progress('changing', step)
    await this.#change(index, step, plan.changes)
    this.#reportChanged(step, plan.changes, seconds())
  }

  #reportChanged(step: Step, changes: readonly Change[], seconds: number): void {
    this.#noticePending(step)
    this.report(step, 'changed', { changes, seconds })
  }

  async #change(index: number, step: Step, changes: readonly Change[]): Promise<void> {
    const { steps, stop } = this.context
    const { attempts, delay } = step.resource.common.retry ?? { attempts: 1, delay: 0 }
    const horizon = this.#readAhead.horizon(index + 1)
    const application = this.#application(step, steps.slice(index + 1, horizon + 1))
    this.changed = true
    this.fresh = index
    for (let attempt = 1; ; attempt++) {
      try {
        const wanted = attempt === 1 ? changes : await this.#stillWanted(step)
        if (wanted.length === 0) return
        await application.perform(wanted, this.sessionReplacement(index))
        this.fresh = Math.max(this.fresh, horizon)
        return
      } catch (error) {
        if (attempt >= attempts || endsWalk(error)) throw error
        if (await interrupted(delay, stop)) throw error
      }
    }
  }

  /** What is left to change after a failed attempt. */
  async #stillWanted(step: Step): Promise<readonly Change[]> {
    const { facts } = this.context
    await Promise.all([facts.exchange([], [step]), facts.readBackends(step, () => true)])
    const plan = planChanged(step.resource, facts.source(step))
    if (plan.is === 'unknown' || plan.is === 'blocked') throw unmet(step, plan)
    return plan.is === 'changes' ? plan.changes : []
  }

  /**
   * Waits for a check. It was evaluated once with the first reading; at its turn it is evaluated
   * again until it holds or its time is over.
   */
  async #awaitCheck(step: Step, within: number): Promise<void> {
    const { facts, stop } = this.context
    this.progress('checking', step)
    const begun = performance.now()
    if (this.changed) await this.reading(() => facts.readBackends(step))
    const holds = (): boolean => planStep(step.resource, facts.source(step), []).is === 'fine'
    const readAgain = (): Promise<unknown> =>
      this.reading(() => Promise.all([facts.exchange([], [step]), facts.readBackends(step)]))
    await untilHolds({ holds, readAgain }, within, begun, stop)
  }

  /** Warns about triggered resources that this run leaves out: their restart is pending. */
  #noticePending(step: Step): void {
    const { waiting, steps, host, emit } = this.context
    for (const { step: dependent, trigger } of waiting.get(step.resource.address) ?? []) {
      if (steps.includes(dependent)) continue
      const message = `${dependent.resource.address}: a ${trigger.effect} is pending because ${step.resource.address} has changed; it was not selected in this run`
      emit({ type: 'notice', host, message })
    }
  }
}
