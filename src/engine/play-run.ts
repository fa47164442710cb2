import { join } from 'node:path'
import { httpReader } from '../backends/http.js'
import { FettleError } from '../core/errors.js'
import type { InventoryHost } from '../inventory/inventory.js'
import { connect, type Target } from '../ssh/connect.js'
import type { Session } from '../ssh/session.js'
import { dependents, type Step } from './build.js'
import type { Emit, HostEvent } from './events.js'
import { HostFacts } from './facts.js'
import { HostBackends } from './host-backends.js'
import { HostFailed, HostPlay } from './host-play.js'
import { OnceTasks } from './once.js'
import type { RunOptions } from './options.js'
import type { PreparedPlay, PreparedRun } from './prepare.js'
import { eventError, type Tally } from './report.js'

const defaultForks = 50

/** What is known of a host in the course of a run. */
export interface HostState {
  readonly tally: Tally
  /** Round trips and other exchanges, by their names. */
  readonly counts: Map<string, number>
  /** Why it takes no further part, once that is so. */
  ended: HostEvent | null
}

/** One play over its hosts, `forks` at once. */
export class PlayRun {
  readonly #once: OnceTasks
  readonly #hosts: readonly InventoryHost[]

  constructor(
    readonly prepared: PreparedPlay,
    readonly run: PreparedRun,
    readonly states: ReadonlyMap<string, HostState>,
    readonly options: RunOptions,
    readonly emit: Emit,
    /** Hosts that a later play has too: their end is told there. */
    readonly later: ReadonlySet<string>,
  ) {
    this.#hosts = prepared.hosts.filter((host) => this.#state(host).ended === null)
    this.#once = new OnceTasks(prepared.play, this.#hosts.map((host) => host.name))
  }

  #state(host: InventoryHost): HostState {
    const state = this.states.get(host.name)
    if (state === undefined) throw new TypeError(`${host.name} has no state`)
    return state
  }

  async perform(): Promise<void> {
    const behind = [...this.states.values()].some(({ tally }) => tally.pending)
    const queue = this.#hosts.values()
    const forks = this.options.forks ?? this.prepared.play.forks ?? defaultForks
    const worker = async (): Promise<void> => {
      for (const host of queue) await this.#host(host, behind)
    }
    await Promise.all(Array.from({ length: Math.min(forks, this.#hosts.length) }, worker))
  }

  async #host(host: InventoryHost, behind: boolean): Promise<void> {
    const state = this.#state(host)
    const steps = this.prepared.steps.get(host.name) ?? []
    const selected = steps.filter((step) => step.selected)
    if (selected.length > 0 && !this.options.stop.aborted) {
      const session = await this.#connect(host, selected)
      if (session !== null) await this.#walk(host, session, steps, selected, behind)
    }
    if (this.options.stop.aborted) state.ended ??= { type: 'host', host: host.name, status: 'failed', error: eventError(new FettleError('stopped', { message: 'the run was stopped' })) }
    if (state.ended !== null || !this.later.has(host.name)) this.#end(host, state)
  }

  #end(host: InventoryHost, state: HostState): void {
    state.tally.end()
    this.emit({ type: 'exchanges', host: host.name, counts: Object.fromEntries(state.counts) })
    this.emit(state.ended ?? { type: 'host', host: host.name, status: state.tally.failed ? 'failed' : 'ok', error: null })
  }

  async #connect(host: InventoryHost, steps: readonly Step[]): Promise<Session | null> {
    const { emit, options } = this
    emit({ type: 'progress', host: host.name, doing: 'connecting', task: null, resource: null, finished: 0, total: steps.length })
    try {
      const session = await connect(targetOf(host, steps, options), {
        knownHostsFiles: [join(options.project, 'inventory/known_hosts')],
        acceptNew: options.acceptNew,
        signal: options.stop,
        ...(options.sshConfig === null ? {} : { sshConfig: options.sshConfig }),
      })
      this.#once.connected(host.name, true)
      return session
    } catch (error) {
      this.#once.connected(host.name, false)
      this.#unreachable(host, error)
      return null
    }
  }

  #unreachable(host: InventoryHost, error: unknown): void {
    const state = this.#state(host)
    state.tally.unreachable = true
    state.ended = { type: 'host', host: host.name, status: 'unreachable', error: eventError(error) }
  }

  async #walk(host: InventoryHost, session: Session, steps: readonly Step[], selected: readonly Step[], behind: boolean): Promise<void> {
    const state = this.#state(host)
    const runsOnce = await this.#once.isRunner(host.name)
    const facts = new HostFacts(this.run.shared, session, httpReader(session))
    const backends = new HostBackends(session, this.run.github)
    const walk = new HostPlay({
      host: host.name,
      steps: selected.filter(({ task }) => runsOnce || task.options.once !== true),
      waiting: dependents(steps),
      facts,
      others: backends,
      once: this.#once,
      runsOnce,
      tally: state.tally,
      emit: this.emit,
      stop: this.options.stop,
    })
    const kill = (): void => void session.kill().catch(() => undefined)
    this.options.kill.addEventListener('abort', kill, { once: true })
    try {
      await (this.options.mode === 'plan' ? walk.plan(behind) : walk.apply())
    } catch (error) {
      this.#failed(host, walk, error)
    } finally {
      this.options.kill.removeEventListener('abort', kill)
      if (runsOnce) this.#once.finish(null, state.ended === null && !state.tally.failed)
      for (const [name, count] of [['shell', session.roundTrips], ...facts.exchanges, ...backends.exchanges] as const) state.counts.set(name, (state.counts.get(name) ?? 0) + count)
      await backends.close()
      await session.close()
    }
  }

  #failed(host: InventoryHost, walk: HostPlay, error: unknown): void {
    const state = this.#state(host)
    if (error instanceof FettleError && error.code === 'connection-lost') this.#unreachable(host, error)
    else state.ended = { type: 'host', host: host.name, status: 'failed', error: error instanceof HostFailed ? null : eventError(error) }
    walk.skipRest(error instanceof HostFailed ? 'an earlier resource has failed' : error instanceof Error ? error.message : String(error))
  }
}

function targetOf({ name, connection }: InventoryHost, steps: readonly Step[], options: RunOptions): Target {
  const user = connection.user ?? options.user
  const password = connection.password ?? options.connectionPassword
  const becomePassword = connection.becomePassword ?? options.becomePassword
  const become = sessionUser(steps)
  return {
    name,
    host: connection.host,
    local: connection.local,
    become: become === null ? null : { user: become, ...(becomePassword === null ? {} : { password: becomePassword }) },
    ...(connection.port === undefined ? {} : { port: connection.port }),
    ...(user === null ? {} : { user }),
    ...(connection.privateKeyFile === undefined ? {} : { privateKeyFile: connection.privateKeyFile }),
    ...(password === null ? {} : { password }),
    ...(connection.commonArguments === undefined ? {} : { commonArguments: connection.commonArguments }),
  }
}

/** The one user that all steps want, else root, which can become every other. */
function sessionUser(steps: readonly Step[]): string | null {
  const [first, ...others] = [...new Set(steps.map((step) => step.user))]
  return others.length > 0 ? 'root' : (first ?? null)
}
