import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from '../core/address.js'
import type { Change } from '../core/change.js'
import { FettleError } from '../core/errors.js'
import type { Trigger } from '../core/resource.js'
import { marksFor, StepApplication, type OtherBackends } from './apply-step.js'
import type { Step } from './build.js'
import type { Emit, ProgressEvent, Status } from './events.js'
import type { HostFacts } from './facts.js'
import { checkLock, lockBlock } from './lock.js'
import type { OnceTasks } from './once.js'
import { planStep, type StepPlan } from './plan-step.js'
import { resourceEvent, type Tally, type Told } from './report.js'

/** Seconds between two tries of a check. */
const checkInterval = 0.5

export interface HostPlayContext {
  readonly host: string
  /** What this host walks, in order. */
  readonly steps: readonly Step[]
  readonly waiting: ReadonlyMap<Address, readonly { readonly step: Step; readonly trigger: Trigger }[]>
  readonly facts: HostFacts
  readonly others: OtherBackends
  readonly once: OnceTasks
  readonly runsOnce: boolean
  readonly tally: Tally
  readonly emit: Emit
  readonly stop: AbortSignal
}

/** One host's walk through the tasks of one play. */
export class HostPlay {
  /** Something on the host has changed since the first reading. */
  #stale = false
  /** The last step whose facts have been read since. */
  #freshUntil = -1

  constructor(readonly context: HostPlayContext) {}

  /** Plans all steps from one reading. `behind`: changes are planned in an earlier play. */
  async plan(behind: boolean): Promise<void> {
    await this.#readAll(false)
    let pending = behind
    const changing: Address[] = []
    for (const step of this.context.steps) {
      const plan = this.#planned(step, changing)
      if (plan instanceof FettleError) this.#report(step, failure(step), { error: plan })
      else if (plan.is === 'fine') this.#report(step, 'ok', { reason: plan.reason })
      else if (plan.is === 'changes') {
        this.#report(step, 'changed', { changes: plan.changes })
        changing.push(step.resource.address)
        pending = true
      } else if (pending) this.#report(step, 'unknown', { reason: plan.reason })
      else this.#report(step, failure(step), { error: unmet(step, plan) })
    }
  }

  /** Walks the steps and applies what differs. */
  async apply(): Promise<void> {
    await this.#readAll(true)
    const expected = this.#expected()
    for (const [index, step] of this.context.steps.entries()) {
      const { once, runsOnce } = this.context
      if (runsOnce) once.finish(step.task, true)
      if (this.context.stop.aborted) throw new FettleError('stopped', { message: 'the run was stopped' })
      if (!runsOnce && !(await once.before(step.task))) throw new FettleError('once-failed', { message: `a task before ${step.task.name} that runs for one host only has failed there` })
      const next = expected.findIndex((changes, later) => later > index && changes)
      const ahead = this.context.steps.slice(index + 1, next === -1 ? undefined : next + 1)
      // A step that was expected to change and did not has left those behind it unread.
      if (this.#stale && this.#freshUntil < index) await this.#readAgain([step, ...ahead], index + ahead.length)
      await this.#step(step, ahead, index + ahead.length)
    }
  }

  async #readAgain(steps: readonly Step[], until: number): Promise<void> {
    await this.context.facts.exchange([], steps)
    this.#freshUntil = until
  }

  /** Reports the steps that were not reached. */
  skipRest(reason: string): void {
    for (const step of this.context.steps.slice(this.#finished)) this.#report(step, 'skipped', { reason })
  }

  #finished = 0

  #report(step: Step, status: Status, told: Told): void {
    this.#finished++
    this.context.tally.count(status)
    this.context.emit(resourceEvent(this.context.host, step, status, told))
  }

  #progress(doing: ProgressEvent['doing'], step: Step | null): void {
    const { host, steps, emit } = this.context
    const resource = step === null ? null : (step.resource.common.name ?? step.resource.address)
    emit({ type: 'progress', host, doing, task: step?.task.name ?? null, resource, finished: this.#finished, total: steps.length })
  }

  async #readAll(lock: boolean): Promise<void> {
    const { facts, steps, host } = this.context
    this.#progress('reading', null)
    const before = lock ? [lockBlock(facts.session.user === 'root')] : []
    const [outputs] = await Promise.all([facts.exchange(before, steps), ...steps.flatMap((step) => [facts.readGithub(step), facts.readHttp(step)])])
    if (lock && outputs[0] !== undefined) checkLock(outputs[0], host)
  }

  #planned(step: Step, changing: readonly Address[]): StepPlan | FettleError {
    try {
      return planStep(step.resource, this.context.facts.source(step), changing)
    } catch (error) {
      if (error instanceof FettleError) return error
      throw error
    }
  }

  /** Which steps are expected to change, or cannot be judged yet: reading ahead stops there. */
  #expected(): readonly boolean[] {
    const changing: Address[] = []
    return this.context.steps.map((step) => {
      const plan = this.#planned(step, changing)
      const fine = !(plan instanceof FettleError) && plan.is === 'fine'
      if (!fine) changing.push(step.resource.address)
      return !fine
    })
  }

  async #step(step: Step, ahead: readonly Step[], until: number): Promise<void> {
    const begun = performance.now()
    const seconds = (): number => (performance.now() - begun) / 1000
    try {
      await this.#converge(step, ahead, until, seconds)
    } catch (error) {
      if (error instanceof FettleError && error.code === 'connection-lost') {
        this.#report(step, 'failed', { error, seconds: seconds() })
        throw error
      }
      this.#report(step, failure(step), { error, seconds: seconds() })
      if (step.resource.common.ignoreFailure !== true) throw new HostFailed()
      this.#stale = true
      await this.#readAgain(ahead, until)
    }
  }

  async #converge(step: Step, ahead: readonly Step[], until: number, seconds: () => number): Promise<void> {
    const { facts } = this.context
    if (step.resource.check !== null) await this.#awaitCheck(step, step.resource.check.within)
    const plan = planStep(step.resource, facts.source(step), [])
    if (plan.is === 'fine') return this.#report(step, 'ok', { reason: plan.reason, seconds: seconds() })
    if (plan.is !== 'changes') throw unmet(step, plan)
    this.#progress('changing', step)
    await this.#change(step, plan.changes, ahead)
    this.#stale = true
    this.#freshUntil = until
    this.#noticePending(step)
    this.#report(step, 'changed', { changes: plan.changes, seconds: seconds() })
  }

  async #change(step: Step, changes: readonly Change[], ahead: readonly Step[]): Promise<void> {
    const { facts, others, waiting } = this.context
    const { attempts, delay } = step.resource.common.retry ?? { attempts: 1, delay: 0 }
    const application = new StepApplication(facts, others, marksFor(step.resource.address, waiting), step, ahead)
    for (let attempt = 1, wanted = changes; ; attempt++) {
      try {
        await application.perform(wanted)
        return
      } catch (error) {
        if (attempt >= attempts || (error instanceof FettleError && error.code === 'connection-lost')) throw error
      }
      await sleep(delay * 1000)
      await facts.exchange([], [step, ...ahead])
      const again = planStep(step.resource, facts.source(step), [])
      if (again.is === 'fine') return
      if (again.is === 'changes') wanted = again.changes
    }
  }

  /** A check is tried once with the first reading; at its turn it is read anew until it holds or its time has passed. */
  async #awaitCheck(step: Step, within: number): Promise<void> {
    const { facts, stop } = this.context
    this.#progress('checking', step)
    const deadline = performance.now() + within * 1000
    const again = async (): Promise<void> => {
      await Promise.all([facts.exchange([], [step]), facts.readHttp(step)])
    }
    if (this.#stale) await again()
    while (planStep(step.resource, facts.source(step), []).is !== 'fine') {
      if (performance.now() >= deadline || stop.aborted) return
      await sleep(checkInterval * 1000)
      await again()
    }
  }

  /** A service that this run leaves out goes on with what was there before: say so. */
  #noticePending(step: Step): void {
    const { waiting, steps, host, emit } = this.context
    for (const { step: dependent, trigger } of waiting.get(step.resource.address) ?? []) {
      if (steps.includes(dependent)) continue
      emit({ type: 'notice', host, message: `${dependent.resource.address}: a ${trigger.effect} is pending because ${step.resource.address} has changed; it was not selected in this run` })
    }
  }
}

/** A resource has failed and was reported; the host's others are skipped. */
export class HostFailed extends Error {}

const failure = (step: Step): Status => (step.resource.common.ignoreFailure === true ? 'ignored' : 'failed')

function unmet({ resource }: Step, plan: { readonly is: 'unknown' | 'blocked'; readonly reason: string; readonly remedy: string }): FettleError {
  const code = resource.check !== null ? 'check-failed' : plan.is === 'unknown' ? 'fact-unknown' : 'blocked'
  return new FettleError(code, { address: resource.address, message: `${resource.address}: ${plan.reason}`, remedy: plan.remedy })
}
