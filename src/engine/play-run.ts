import { httpReader } from '../backends/http.js'
import type { InventoryHost } from '../inventory/inventory.js'
import type { Target } from '../ssh/connect.js'
import type { Session } from '../ssh/session.js'
import { dependents, stepsOf, type Step } from './build.js'
import type { Emit, HostEvent } from './events.js'
import { HostFacts } from './facts.js'
import { HostBackends } from './host-backends.js'
import { HostApply } from './host-apply.js'
import { HostPlan } from './host-plan.js'
import { HostFailed, stopped, type HostContext, type HostWalk } from './host-walk.js'
import { OnceTasks } from './once.js'
import type { RunOptions } from './options.js'
import type { PreparedPlay, PreparedRun } from './prepare.js'
import { atOnce, connectOptions, defaultForks, isLost, isReached, killable, targetOf } from './reach.js'
import { eventError, type Tally } from './report.js'
import type { Connect, Sessions } from './sessions.js'

/** What is known of a host in the course of a run. */
export interface HostState {
  readonly tally: Tally
  /** Round trips and other exchanges, by their names. */
  readonly counts: Map<string, number>
  /** Why it takes no further part, once that is so. */
  ended: HostEvent | null
}

/** What all plays of a run share. */
export interface RunContext {
  readonly run: PreparedRun
  readonly states: ReadonlyMap<string, HostState>
  readonly options: RunOptions
  /** Must not throw. */
  readonly emit: Emit
  readonly connect: Connect
  readonly sessions: Sessions
}

/** One play over its hosts, `forks` at once. */
export class PlayRun {
  readonly #once: OnceTasks
  readonly #hosts: readonly InventoryHost[]

  constructor(
    readonly prepared: PreparedPlay,
    readonly context: RunContext,
    readonly later: readonly PreparedPlay[],
  ) {
    this.#hosts = prepared.hosts.filter((host) => this.#state(host).ended === null)
    this.#once = new OnceTasks(prepared.play.tasks, this.#hosts.map((host) => host.name))
  }

  #state(host: InventoryHost): HostState {
    const state = this.context.states.get(host.name)
    if (state === undefined) throw new TypeError(`${host.name} has no state`)
    return state
  }

  #isStopped(): boolean {
    return this.context.options.stop.aborted
  }

  async perform(): Promise<void> {
    const { options, states } = this.context
    const behind = [...states.values()].some(({ tally }) => tally.pending)
    await atOnce(options.forks ?? this.prepared.play.forks ?? defaultForks, this.#hosts, (host) => this.#host(host, behind))
  }

  /** One host's part in the play. Whatever goes wrong in it stays with this host. */
  async #host(host: InventoryHost, behind: boolean): Promise<void> {
    const state = this.#state(host)
    state.tally.begin()
    try {
      await this.#take(host, behind)
    } catch (error) {
      state.ended ??= { type: 'host', host: host.name, status: 'failed', error: eventError(error) }
    }
    // Whoever waits to hear whether this host runs the tasks of one host only has waited long enough.
    this.#once.connected(host.name, false)
    state.tally.end()
    // The end of a host that a later play has too is told there.
    if (state.ended !== null || !this.later.some(({ steps }) => steps.has(host.name))) this.#end(host, state)
  }

  #end(host: InventoryHost, { tally, counts, ended }: HostState): void {
    const { emit } = this.context
    if (counts.size > 0) emit({ type: 'exchanges', host: host.name, counts: Object.fromEntries(counts) })
    emit(ended ?? { type: 'host', host: host.name, status: tally.failed ? 'failed' : 'ok', error: null })
  }

  async #take(host: InventoryHost, behind: boolean): Promise<void> {
    const steps = this.prepared.steps.get(host.name) ?? []
    const selected = steps.filter((step) => step.selected)
    if (selected.length === 0) return
    const target = targetOf(host, sessionUser(selected), this.context.options)
    const session = await this.#connect(host, target, selected.length)
    if (session === null) return
    const runsOnce = await this.#once.isRunner(host.name)
    try {
      await this.#walk(host, session, stepsOf(steps, runsOnce), runsOnce, behind)
      if (runsOnce) this.#once.finish(this.#state(host).ended === null)
    } finally {
      if (runsOnce) this.#once.finish(false)
      await this.#leave(host, target, session)
    }
  }

  /** A host that a later play has something to do for keeps its session. */
  async #leave(host: InventoryHost, target: Target, session: Session): Promise<void> {
    const again = this.later.some(({ steps }) => steps.get(host.name)?.some((step) => step.selected))
    if (again && this.#state(host).ended === null && !this.#isStopped()) await this.context.sessions.keep(target, session)
    else await session.close()
  }

  /** Null when the host cannot be reached. */
  async #connect(host: InventoryHost, target: Target, total: number): Promise<Session | null> {
    const { emit, options, connect, sessions } = this.context
    if (this.#isStopped()) throw stopped()
    const kept = await sessions.take(target)
    if (kept !== null) {
      this.#once.connected(host.name, true)
      return kept
    }
    emit({ type: 'progress', host: host.name, doing: 'connecting', task: null, resource: null, line: null, finished: 0, total })
    try {
      const session = await connect(target, connectOptions(options))
      // Whether a host can run the tasks of one host only must be certain.
      if (this.#once.any) await started(session)
      this.#once.connected(host.name, true)
      return session
    } catch (error) {
      if (this.#isStopped()) throw stopped()
      this.#unreachable(host, error)
      return null
    }
  }

  #unreachable(host: InventoryHost, error: unknown): void {
    const state = this.#state(host)
    state.tally.unreachable = true
    state.ended = { type: 'host', host: host.name, status: 'unreachable', error: eventError(error) }
  }

  async #walk(host: InventoryHost, session: Session, steps: readonly Step[], runsOnce: boolean, behind: boolean): Promise<void> {
    const { run, emit, options } = this.context
    const { tally, counts } = this.#state(host)
    const selected = steps.filter((step) => step.selected)
    const before = session.roundTrips
    if (runsOnce) this.#once.expect(selected.map((step) => step.task))
    const facts = new HostFacts(run.shared, session, httpReader(session))
    const backends = new HostBackends(session, run.github)
    const context: HostContext = { host: host.name, steps: selected, waiting: dependents(steps), facts, others: backends, once: this.#once, runsOnce, tally, emit, stop: options.stop }
    const walk = options.mode === 'plan' ? new HostPlan(context, behind) : new HostApply(context)
    const untold = (error: unknown): void => emit({ type: 'notice', host: host.name, message: `what is under way could not be ended: ${eventError(error).message}` })
    try {
      await killable(session, options.kill, untold, () => walk.perform())
    } catch (error) {
      await this.#failed(host, walk, session, error)
    } finally {
      for (const [name, count] of [['shell', session.roundTrips - before], ...facts.exchanges, ...backends.exchanges] as const) counts.set(name, (counts.get(name) ?? 0) + count)
      await backends.close()
    }
  }

  async #failed(host: InventoryHost, walk: HostWalk, session: Session, error: unknown): Promise<void> {
    const state = this.#state(host)
    if (!(await isReached(session))) return this.#unreachable(host, error)
    if (isLost(error, this.context.options.kill)) this.#unreachable(host, error)
    else state.ended = { type: 'host', host: host.name, status: 'failed', error: error instanceof HostFailed ? null : eventError(error) }
    walk.skipRest(error instanceof HostFailed ? 'an earlier resource has failed' : error instanceof Error ? error.message : String(error))
  }
}

async function started(session: Session): Promise<void> {
  try {
    await session.started
  } catch (error) {
    await session.close()
    throw error
  }
}

/** The one user that all steps want, else root, which can become every other. */
function sessionUser(steps: readonly Step[]): string | null {
  const [first, ...others] = [...new Set(steps.map((step) => step.user))]
  return others.length > 0 ? 'root' : (first ?? null)
}
