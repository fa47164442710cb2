import type { Address } from '../../core/address.js'
import type { Change, Left } from '../../core/change.js'
import { FettleError } from '../../core/errors.js'
import { absent, isShellKind, present, type Fact, type FactKind } from '../../core/fact.js'
import { Later, type FactRequest, type FactSource } from '../../core/later.js'
import type { Thing } from '../../core/thing.js'
import type { Trial } from '../../core/trial.js'
import type { Step } from '../prepare/build.js'
import { unmet, type StepPlan } from './plan-step.js'
import { RemovedThings } from './removed-things.js'
import { Supply } from './supply.js'

/** What a run can tell of a step before anything has changed. */
export type Outlook =
  | { readonly is: 'ok'; readonly reason: string | null }
  /** The reason says what an earlier change must bring first. */
  | {
      readonly is: 'changed'
      readonly changes: readonly Change[]
      readonly reason: string | null
      readonly trials: readonly DueTrial[]
    }
  /** It depends on what earlier changes bring. */
  | { readonly is: 'unknown'; readonly reason: string }
  | { readonly is: 'failed'; readonly error: FettleError }

/** A trial that is to be made of a planned change. */
export interface DueTrial {
  readonly change: Change
  readonly trial: Trial
  /** An earlier change may bring what it needs: where it refuses, the change may fail. */
  readonly unsure: boolean
  /** An earlier change removes what its fact tells of: it is not read. */
  readonly isGone: boolean
}

export interface StepOutlook {
  readonly step: Step
  readonly outlook: Outlook
}

/**
 * Looks ahead over the steps of one host, from one reading of its facts: what lacks something is
 * decided by whether an earlier step can bring it.
 */
export class Forecast {
  /** What the steps so far can bring, and the plays before this one. */
  readonly supply: Supply
  /** Of the steps that will change. */
  readonly changing: Address[] = []
  /** One for each step, in order. */
  readonly outlooks: StepOutlook[] = []
  readonly #undecided = new Set<Address>()
  /** The steps whose changes make things, by these things. */
  readonly #makers = new Map<Thing, Address>()
  readonly #removed = new RemovedThings()
  /** The facts of things as the last change of each leaves them. */
  readonly #left = new Map<Thing, Left>()

  /** @param loginUser whom steps act as that name no user */
  constructor(
    earlier: Supply,
    readonly loginUser = 'root',
  ) {
    this.supply = new Supply(earlier)
  }

  /** @param plan what the step's own facts say */
  add(step: Step, plan: StepPlan | FettleError): void {
    const outlook = this.#outlook(step, plan)
    const { resource } = step
    if (outlook.is === 'changed') this.changing.push(resource.address)
    if (outlook.is === 'unknown') this.#undecided.add(resource.address)
    this.#supplyBy(step, outlook)
    this.outlooks.push({ step, outlook })
  }

  /** Whether a step so far makes a thing. */
  makes(thing: Thing): boolean {
    return this.#makers.has(thing) || this.#makers.has(thing.replace(/^path:/, 'tree:') as Thing)
  }

  /** Facts as the steps so far will leave them: what they remove is absent. */
  expecting(source: FactSource, keyOf: (wanted: FactRequest<unknown>) => unknown): FactSource {
    if (this.#removed.isEmpty && this.#left.size === 0) return source
    return {
      ...source,
      fact: <V>(wanted: FactRequest<V>): Fact<V> => {
        const thing = thingOf(wanted.kind, keyOf(wanted))
        if (thing === undefined) return source.fact(wanted)
        if (this.#removed.has(thing)) return absent
        const found = this.#left.get(thing)
        return found?.reads.kind === wanted.kind ? present(found.value as V) : source.fact(wanted)
      },
    }
  }

  #outlook(step: Step, plan: StepPlan | FettleError): Outlook {
    if (plan instanceof FettleError) return { is: 'failed', error: plan }
    if (plan.is === 'changes') return this.#changed(step, plan.changes, null)
    if (plan.is === 'fine') {
      const trigger = step.resource.triggers.find(({ address }) => this.#undecided.has(address))
      if (trigger === undefined) return { is: 'ok', reason: plan.reason }
      return { is: 'unknown', reason: `whether ${trigger.address} changes is known after apply` }
    }
    const mayCome =
      this.supply.canBring(plan.lacks) || (plan.is === 'unknown' && this.#changesUserOf(step))
    if (!mayCome) return { is: 'failed', error: unmet(step, plan) }
    // A package or a checkout may also bring the resource itself, so that less is left to do.
    if (plan.then === undefined || !this.supply.names(plan.lacks))
      return { is: 'unknown', reason: plan.reason }
    return this.#changed(step, plan.then, plan.reason)
  }

  /** Where an earlier change makes the step's own thing, what is left to do is not known. */
  #changed(step: Step, changes: readonly Change[], reason: string | null): Outlook {
    const { brings } = step.resource
    const [own] = brings === 'anything' ? [] : brings
    const maker = own === undefined ? undefined : this.#makers.get(own)
    if (maker === undefined || !changes.some(isCreation))
      return { is: 'changed', changes, reason, trials: this.#dueTrials(step, changes) }
    return { is: 'unknown', reason: `${maker} makes it, and what is then left to do is not known` }
  }

  #dueTrials(step: Step, changes: readonly Change[]): readonly DueTrial[] {
    return changes.flatMap((change) =>
      (change.trials ?? [])
        .map((trial): DueTrial => {
          const isGone = this.#tellsOfGone(trial)
          return { change, trial, isGone, unsure: !isGone && this.#isUnsure(step, trial) }
        })
        .filter(({ trial, unsure }) => !unsure || trial.whenUnsure === 'warn'),
    )
  }

  #isUnsure(step: Step, { needs }: Trial): boolean {
    if (this.supply.canBringSome(needs)) return true
    return needs?.length !== 0 && this.#changesUserOf(step)
  }

  /** Whether an earlier change gives the user who acts other groups: then they may do more. */
  #changesUserOf({ user }: Step): boolean {
    const name = user ?? this.loginUser
    return name !== 'root' && this.supply.names([`user:${name}`])
  }

  #tellsOfGone({ reads: { kind, key } }: Trial): boolean {
    const about = key instanceof Later ? undefined : thingOf(kind, key)
    return about !== undefined && this.#removed.isSurelyGone(about)
  }

  /**
   * A step that fails counts as one that brings its things: what needs them is not to blame. With
   * `ignoreFailure` the run goes on without them.
   */
  #supplyBy({ resource }: Step, outlook: Outlook): void {
    if (outlook.is === 'ok' || resource.check !== null) return
    if (outlook.is === 'failed' && resource.common.ignoreFailure === true) return
    if (outlook.is !== 'changed') {
      this.#removed.doubt()
      this.supply.add(freedSpace)
      return this.supply.add(resource.brings)
    }
    for (const change of outlook.changes) {
      const brings = change.brings ?? resource.brings
      this.supply.add(brings)
      if (change.effect === 'remove') this.supply.add(freedSpace)
      for (const each of change.leaves ?? []) this.#leave(each)
      if (brings === 'anything') {
        this.#removed.doubt()
        continue
      }
      if (isCreation(change)) for (const thing of brings) this.#make(thing, resource.address)
      if (change.effect === 'remove') for (const thing of brings) this.#remove(thing)
    }
  }

  #leave(fact: Left): void {
    const thing = thingOf(fact.reads.kind, fact.reads.key)
    if (thing !== undefined) this.#left.set(thing, fact)
  }

  #make(thing: Thing, by: Address): void {
    this.#makers.set(thing, by)
    this.#left.delete(thing)
    this.#removed.make(thing)
  }

  #remove(thing: Thing): void {
    this.#makers.delete(thing)
    this.#left.delete(thing)
    this.#removed.remove(thing)
  }
}

/** What a fact tells of. */
const thingOf = (kind: FactKind<never, unknown>, key: unknown): Thing | undefined =>
  isShellKind(kind) ? kind.about?.(key as never) : undefined

/** What is removed, may make room for others. */
const freedSpace = ['space:any'] as const

const isCreation = ({ effect }: Change): boolean => effect === 'create'
