import type { Address } from '../../core/address.js'
import type { Change } from '../../core/change.js'
import { FettleError } from '../../core/errors.js'
import {
  absent,
  isShellKind,
  unknown,
  type Fact,
  type ShellFactKind,
  type UnknownFact,
} from '../../core/fact.js'
import { Later, type FactRequest, type FactSource, type Read } from '../../core/later.js'
import type { Brings, Lacks, Thing } from '../../core/thing.js'
import type { Trial } from '../../core/trial.js'
import type { Step } from '../prepare/build.js'
import { unmet, type StepPlan } from './plan-step.js'
import { LeftFacts } from './left-facts.js'
import type { Links } from './links.js'
import { PlannedThings } from './planned-things.js'
import { areAll, Supply } from './supply.js'

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
  /** The things of the host as the steps so far leave them. */
  readonly things: PlannedThings
  readonly #left = new LeftFacts()

  /**
   * @param links the symbolic links that are there
   * @param loginUser whom steps act as that name no user
   */
  constructor(
    earlier: Supply,
    links: Links,
    readonly loginUser = 'root',
  ) {
    this.supply = new Supply(earlier)
    this.things = new PlannedThings(links)
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

  /**
   * Facts as the steps so far will leave them: what they remove is absent, what they write is there,
   * and behind a link that they make is what is there where it leads. What they may change otherwise
   * a read of the user's cannot tell.
   */
  expecting(source: FactSource, keyOf: (wanted: FactRequest<unknown>) => unknown): FactSource {
    return {
      ...source,
      fact: <V>(wanted: FactRequest<V>) =>
        isShellKind(wanted.kind)
          ? this.#expected(source, wanted.kind, keyOf(wanted) as never, wanted)
          : source.fact(wanted),
    }
  }

  #expected<V>(
    source: FactSource,
    kind: ShellFactKind<never, V>,
    key: never,
    wanted: FactRequest<V>,
  ): Fact<V> {
    const about = kind.about?.(key)
    if (about !== undefined && this.things.isGone(about)) return absent
    const disturbed = wanted.read && this.#disturbed(wanted.read)
    if (disturbed !== undefined) return disturbed
    const left = about === undefined ? undefined : this.#left.get(this.things.placeOf(about), kind)
    if (left !== undefined) return left
    const fact = source.fact(this.#elsewhere(wanted, kind, key) ?? wanted)
    return kind.expected?.(fact, key, this.things) ?? fact
  }

  /** A request of the same of another path; undefined where the path leads where it leads now. */
  #elsewhere<V>(
    wanted: FactRequest<V>,
    kind: ShellFactKind<never, V>,
    key: never,
  ): FactRequest<V> | undefined {
    let moves = 0
    const moved = kind.elsewhere?.(key, (path) => {
      const place = this.things.moved(path)
      if (place !== undefined) moves++
      return place ?? path
    })
    return moves > 0 ? { ...wanted, key: moved } : undefined
  }

  /** What a read comes to whose answer the steps so far may change; undefined where none does. */
  #disturbed({ text, of, dependsOn }: Read): UnknownFact | undefined {
    const isToChange = (address: Address): boolean =>
      this.changing.includes(address) || this.#undecided.has(address)
    const lacks =
      dependsOn !== undefined || of === 'anything'
        ? undefined
        : of.filter((thing) => this.#mayCome(thing))
    const isDisturbed =
      dependsOn?.some(isToChange) ?? (lacks === undefined ? this.supply.hasAny : lacks.length > 0)
    if (!isDisturbed) return undefined
    return unknown(
      `what ${text} finds may change before`,
      'put the resource that depends on it into a later play',
      { lacks },
    )
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
      this.#canBring(plan.lacks) || (plan.is === 'unknown' && this.#changesUserOf(step))
    if (!mayCome) return { is: 'failed', error: unmet(step, plan) }
    // A package or a checkout may also bring the resource itself, so that less is left to do.
    if (plan.then === undefined || !this.#names(plan.lacks))
      return { is: 'unknown', reason: plan.reason }
    return this.#changed(step, plan.then, plan.reason)
  }

  /** Where an earlier change makes the step's own thing, what is left to do is not known. */
  #changed(step: Step, changes: readonly Change[], reason: string | null): Outlook {
    const { brings } = step.resource
    const [own] = brings === 'anything' ? [] : brings
    const maker = own === undefined ? undefined : this.things.makerOf(own)
    if (maker === undefined || !changes.some(isCreation))
      return { is: 'changed', changes, reason, trials: this.#dueTrials(step, changes) }
    return { is: 'unknown', reason: `${maker} makes it, and what is then left to do is not known` }
  }

  /** Whether the steps so far can bring all that is lacking. Where that is not known, any may. */
  #canBring(lacks: Lacks): boolean {
    return lacks === undefined ? this.supply.hasAny : areAll(lacks, (thing) => this.#mayCome(thing))
  }

  /** What is gone, no removal can bring. */
  #mayCome(thing: Thing): boolean {
    if (this.things.isGone(thing)) return this.supply.hasAnything
    return this.things.placesOf(thing).some((place) => this.supply.canBring(place))
  }

  /** Whether the steps so far name all that is lacking: they surely bring it. */
  #names(lacks: Lacks): boolean {
    if (lacks === undefined) return false
    return areAll(lacks, (thing) =>
      this.things.placesOf(thing).some((place) => this.supply.names(place)),
    )
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

  /** Where it is not known what a trial depends on, any change may make it unsure. */
  #isUnsure(step: Step, { needs }: Trial): boolean {
    if (needs === undefined) return this.supply.hasAny
    const places = needs.flat().flatMap((thing) => this.things.placesOf(thing))
    if (places.some((place) => this.supply.canBring(place))) return true
    return needs.length > 0 && this.#changesUserOf(step)
  }

  /** Whether an earlier change gives the user who acts other groups: then they may do more. */
  #changesUserOf({ user }: Step): boolean {
    const name = user ?? this.loginUser
    return name !== 'root' && this.supply.names(`user:${name}`)
  }

  #tellsOfGone({ reads: { kind, key } }: Trial): boolean {
    if (!isShellKind(kind) || key instanceof Later) return false
    const about = kind.about?.(key as never)
    return about !== undefined && this.things.isSurelyGone(about)
  }

  /**
   * A step that fails counts as one that brings its things: what needs them is not to blame. With
   * `ignoreFailure` the run goes on without them.
   */
  #supplyBy({ resource }: Step, outlook: Outlook): void {
    if (outlook.is === 'ok' || resource.check !== null) return
    if (outlook.is === 'failed' && resource.common.ignoreFailure === true) return
    if (outlook.is !== 'changed') {
      this.things.doubt()
      this.supply.add(freedSpace)
      return this.#supply(resource.brings)
    }
    for (const change of outlook.changes) {
      const brings = change.brings ?? resource.brings
      this.#supply(brings)
      if (change.effect === 'remove') this.supply.add(freedSpace)
      for (const { about, kind, value } of change.leaves ?? [])
        this.#left.set(this.things.placeOf(about), kind.name, value)
      if (brings === 'anything') {
        this.things.doubt()
        continue
      }
      if (isCreation(change)) for (const thing of brings) this.things.make(thing, resource.address)
      if (change.effect === 'remove') for (const thing of brings) this.things.remove(thing)
      if (change.link !== undefined) this.things.link(change.link.path, change.link.target)
    }
  }

  #supply(brings: Brings): void {
    if (brings === 'anything') {
      this.#left.forgetAll()
      return this.supply.add(brings)
    }
    const places = brings.map((thing) => this.things.placeOf(thing))
    for (const place of places) this.#left.forget(place)
    this.supply.add(places)
  }
}

/** What is removed, may make room for others. */
const freedSpace = ['space:any'] as const

const isCreation = ({ effect }: Change): boolean => effect === 'create'
