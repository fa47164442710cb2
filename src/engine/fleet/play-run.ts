import type { FettleError } from '../../core/errors.js'
import type { InventoryHost } from '../../inventory/inventory.js'
import { HostPart } from '../host/host-part.js'
import { Supply } from '../host/supply.js'
import { OnceTasks } from './once-tasks.js'
import type { PreparedPlay } from '../prepare/prepare.js'
import { stopped } from '../cancellation.js'
import { concurrently, defaultForks } from './forks.js'
import { eventError } from '../resource-event.js'
import { batchesOf, FailureLimit } from './rolling.js'
import type { HostState, RunContext } from '../run-context.js'

/** Runs one play over its hosts: batch by batch, `forks` hosts at once. */
export class PlayRun {
  readonly #hosts: readonly InventoryHost[]
  readonly #once: OnceTasks
  readonly #failures: FailureLimit
  readonly #rolling: PreparedPlay['play']

  constructor(
    readonly prepared: PreparedPlay,
    readonly context: RunContext,
    readonly later: readonly PreparedPlay[],
  ) {
    const { play } = prepared
    this.#hosts = prepared.hosts.filter((host) => this.#state(host).ended === null)
    const names = this.#hosts.map((host) => host.name)
    this.#once = new OnceTasks(play.tasks, names)
    // A plan changes nothing, so it ignores batches and limits: it reads all hosts and shows all
    // problems.
    this.#rolling =
      context.options.mode === 'plan' ? { ...play, serial: [], maxFailures: null } : play
    this.#failures = new FailureLimit(this.#rolling)
  }

  #state(host: InventoryHost): HostState {
    const state = this.context.states.get(host.name)
    if (state === undefined) throw new TypeError(`${host.name} has no state`)
    return state
  }

  /**
   * @param ended why no more hosts may be started, where an earlier play has ended the run
   * @returns why no more hosts may be started after this play; null where they may
   */
  async perform(ended: FettleError | null): Promise<FettleError | null> {
    const earlier = new Supply()
    for (const { supply } of this.context.states.values()) earlier.addAll(supply)
    const forks = this.context.options.forks ?? this.prepared.play.forks ?? defaultForks
    for (const batch of batchesOf(this.#hosts, this.#rolling.serial)) {
      this.#failures.begin(batch.length)
      await concurrently(forks, batch, (host) => this.#host(host, earlier, ended))
    }
    return ended ?? this.#failures.verdict
  }

  /** Runs one host's part of the play. An error in it stays with this host. */
  async #host(host: InventoryHost, earlier: Supply, ended: FettleError | null): Promise<void> {
    const state = this.#state(host)
    state.tally.begin()
    try {
      if (this.prepared.asks(host)) await this.#begin(host, state, earlier, ended)
    } catch (error) {
      state.ended ??= { type: 'host', host: host.name, status: 'failed', error: eventError(error) }
    }
    // Unblock hosts that wait to know whether this one is the `once` runner.
    this.#once.connected(host.name, false)
    state.tally.end()
    if (state.ended !== null) this.#failures.count()
    // A host that is also in a later play is finished there.
    if (state.ended !== null || !this.later.some((play) => play.has(host))) this.#end(host, state)
  }

  async #begin(
    host: InventoryHost,
    state: HostState,
    earlier: Supply,
    ended: FettleError | null,
  ): Promise<void> {
    if (this.context.options.stop.aborted) throw stopped()
    const why = ended ?? this.#failures.verdict
    if (why !== null) throw why
    const again = this.later.some((play) => play.asks(host))
    const part = new HostPart(host, state, this.prepared, this.context, this.#once, again)
    await part.perform(earlier)
  }

  #end(host: InventoryHost, { tally, counts, ended }: HostState): void {
    const { emit } = this.context
    if (counts.size > 0)
      emit({ type: 'exchanges', host: host.name, counts: Object.fromEntries(counts) })
    const status = tally.failed ? 'failed' : 'ok'
    emit(ended ?? { type: 'host', host: host.name, status, error: null })
  }
}
