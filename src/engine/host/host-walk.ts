import type { Address } from '../../core/address.js'
import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import type { FactSource } from '../../core/later.js'
import type { Trigger } from '../../core/resource.js'
import type { Block } from '../../ssh/session.js'
import type { Step } from '../prepare/build.js'
import type { Emit, ProgressEvent, Status } from '../events.js'
import type { ExtraFact, KnownFacts } from './known-facts.js'
import { linkRequests, linksOf } from './host-links.js'
import type { Turn } from '../fleet/machines.js'
import type { ReplaceableSession } from '../fleet/replaceable-session.js'
import type { OnceTasks } from '../fleet/once-tasks.js'
import { lastLine } from './last-line.js'
import { placeIn, placesOnce } from '../prepare/resource-places.js'
import { Forecast, type DueTrial, type StepOutlook } from './outlook.js'
import { planStep, type StepPlan } from './plan-step.js'
import type { Supply } from './supply.js'
import { tryOut } from './trials.js'
import type { Keeper } from '../undo/keeper.js'
import { reading } from '../cancellation.js'
import { resourceEvent, type Tally, type ResourceDetails } from '../resource-event.js'

export interface HostContext {
  readonly host: string
  /** The project's directory. */
  readonly project: string
  /** The index of the play in the run. */
  readonly play: number
  /** The steps of this host, in order. */
  readonly steps: readonly Step[]
  readonly waiting: ReadonlyMap<
    Address,
    readonly { readonly step: Step; readonly trigger: Trigger }[]
  >
  readonly facts: KnownFacts
  /** The session of `facts`. */
  readonly session: ReplaceableSession
  readonly turn: Turn
  readonly once: OnceTasks
  readonly runsOnce: boolean
  readonly tally: Tally
  /** What the changes that earlier plays have planned can bring; empty in an apply. */
  readonly earlier: Supply
  /** What the changes that this host's plans have planned can bring. */
  readonly supply: Supply
  readonly emit: Emit
  readonly keeper: Keeper
  /** Begin also where a step is known to fail. */
  readonly beginAnyway: boolean
  readonly stop: AbortSignal
}

/**
 * The walk of one host through the tasks of one play: the common part of planning (`host-plan.ts`)
 * and applying (`host-apply.ts`).
 */
export abstract class HostWalk {
  /** Whether something may have changed since the first reading. */
  protected changed = false
  protected finished = 0

  constructor(readonly context: HostContext) {}

  /** Walks through the steps in order. */
  abstract perform(): Promise<void>

  /** Reports all steps that were not reached as skipped. */
  skipRest(reason: string): void {
    for (const step of this.context.steps.slice(this.finished))
      this.report(step, 'skipped', { reason })
  }

  protected report(step: Step, status: Status, details: ResourceDetails): void {
    this.finished++
    const { host, project, tally, emit } = this.context
    const places = placesOnce(step.resource, step.also ?? [], details.changes ?? [], project)
    const place = placeIn(project, step.resource)
    const event = resourceEvent(host, step, status, { ...details, places, place })
    tally.count(event)
    emit(event)
  }

  protected progress(
    doing: ProgressEvent['doing'],
    step: Step | null,
    line: string | null = null,
  ): void {
    const resource = step === null ? null : (step.resource.common.name ?? step.resource.address)
    this.#emitProgress({ doing, task: step?.task.name ?? null, resource, line })
  }

  /** Reports that the host waits for another run. */
  protected awaiting(whom: string): void {
    this.#emitProgress({ doing: 'waiting', task: null, resource: null, line: null, whom })
  }

  #emitProgress(what: Pick<ProgressEvent, 'doing' | 'task' | 'resource' | 'line' | 'whom'>): void {
    const { host, play, steps, emit } = this.context
    emit({ type: 'progress', host, play, ...what, finished: this.finished, total: steps.length })
  }

  /**
   * Returns a listener for a step's output, which reports each last line as progress. Undefined for
   * a sensitive resource.
   */
  protected hearing(step: Step): ((text: string) => void) | undefined {
    if (step.resource.common.sensitive === true) return undefined
    const last = lastLine()
    return (text) => {
      const line = last(text)
      if (line !== null) this.progress('changing', step, line)
    }
  }

  /** Does work that only reads: a stop ends it at once. */
  protected reading<T>(work: () => Promise<T>): Promise<T> {
    return reading(this.context.session, this.context.stop, work)
  }

  /**
   * Reads all facts of these steps.
   * @returns the outputs of `before`, which runs in the same round trip
   */
  protected async readAll(
    steps: readonly Step[],
    before: readonly Block[] = [],
  ): Promise<readonly Output[]> {
    const { facts } = this.context
    const [outputs] = await this.reading(() =>
      Promise.all([
        facts.exchange(before, steps, (step) => linkRequests(step, facts.shared)),
        ...steps.map((step) => facts.readBackends(step)),
      ]),
    )
    return outputs
  }

  /**
   * What can be told of each step from the first reading, before anything has changed. Where a step
   * makes a path lead elsewhere, the facts of what is there are read in one more round trip.
   */
  protected async forecast(): Promise<Forecast> {
    const { facts } = this.context
    for (;;) {
      const unread: ExtraFact[] = []
      const forecast = this.#forecast(unread)
      if (unread.length === 0) return forecast
      await this.reading(() => facts.readMore(unread))
    }
  }

  /** @param unread gets the facts that are to be read first */
  #forecast(unread: ExtraFact[]): Forecast {
    const { steps, facts, earlier, once, runsOnce } = this.context
    const forecast = new Forecast(earlier, linksOf(steps, facts), facts.session.loginUser)
    for (const step of steps) {
      // What other hosts do for this one is not known.
      if (!runsOnce && once.follows(step.task)) forecast.supply.add('anything')
      forecast.add(step, this.#planned(step, forecast, unread))
    }
    return forecast
  }

  /** What can be told of each step after these trials of its changes. */
  protected tried(
    { outlooks }: Forecast,
    isDue: (trial: DueTrial) => boolean = () => true,
  ): Promise<readonly StepOutlook[]> {
    return tryOut(outlooks, isDue, this.context.facts, (work) => this.reading(work))
  }

  #planned(step: Step, forecast: Forecast, unread: ExtraFact[]): StepPlan | FettleError {
    const { facts } = this.context
    const known = facts.source(step)
    const noting: FactSource = {
      ...known,
      fact: (wanted) => {
        if (!facts.isRead(wanted, step)) unread.push({ step, reads: wanted })
        return known.fact(wanted)
      },
    }
    const source = forecast.expecting(noting, (wanted) => facts.shared.key(wanted))
    const { changing, things } = forecast
    try {
      return planStep(step.resource, source, changing, {
        makes: (thing) => things.makes(thing),
        madeIn: (path) => things.madeIn(path),
      })
    } catch (error) {
      if (error instanceof FettleError) return error
      throw error
    }
  }
}

/** Thrown after a resource has failed and was reported; the host's other steps are skipped. */
export class HostFailed extends Error {}

export const failure = (step: Step): Status =>
  step.resource.common.ignoreFailure === true ? 'ignored' : 'failed'
