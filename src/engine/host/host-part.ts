import { linkOf } from '../../backends/host-link.js'
import { messageOf } from '../../core/error-message.js'
import { isCode } from '../../core/errors.js'
import type { InventoryHost } from '../../inventory/inventory.js'
import type { Target } from '../../ssh/connect.js'
import type { Session } from '../../ssh/session.js'
import { HostClients } from '../clients.js'
import { dependents, stepsOf, type Step } from '../prepare/build.js'
import { KnownFacts } from './known-facts.js'
import { HostApply } from './host-apply.js'
import { readHostFacts } from './host-facts.js'
import { HostPlan } from './host-plan.js'
import { HostFailed, type HostContext, type HostWalk } from './host-walk.js'
import { oneUser, usersOf } from './session-user.js'
import type { Supply } from './supply.js'
import type { OnceTasks } from '../fleet/once-tasks.js'
import { ReplaceableSession } from '../fleet/replaceable-session.js'
import type { PreparedPlay } from '../prepare/prepare.js'
import { isLost, isReached, killable, reading, started, stopped } from '../cancellation.js'
import { becomeUser, connectOptions, targetOf } from '../fleet/connect-options.js'
import { eventError } from '../resource-event.js'
import type { HostState, RunContext } from '../run-context.js'
import { sameOptions } from '../prepare/same-options.js'

/** A connected host with its steps. */
interface Reached {
  readonly target: Target
  readonly session: ReplaceableSession
  readonly steps: readonly Step[]
}

/** One host's part in one play: connecting, walking through the tasks, disconnecting. */
export class HostPart {
  constructor(
    readonly host: InventoryHost,
    readonly state: HostState,
    readonly prepared: PreparedPlay,
    readonly context: RunContext,
    readonly once: OnceTasks,
    /** A later play has something to do for this host. */
    readonly neededLater: boolean,
  ) {}

  get #play(): number {
    return this.context.run.plays.indexOf(this.prepared)
  }

  #isStopped(): boolean {
    return this.context.options.stop.aborted
  }

  /** @param earlier what the changes that earlier plays have planned can bring */
  async perform(earlier: Supply): Promise<void> {
    const known = this.prepared.steps?.get(this.host.name)
    const reached = known === undefined ? await this.#reachAndBuild() : await this.#reach(known)
    if (reached === null) return
    try {
      if (reached.steps.some((step) => step.selected)) await this.#takeTurn(reached, earlier)
    } finally {
      await this.#leave(reached)
    }
  }

  async #reach(steps: readonly Step[]): Promise<Reached | null> {
    const selected = steps.filter((step) => step.selected)
    const target = targetOf(this.host, oneUser(usersOf(selected)), this.context.options)
    const session = await this.#connect(target, selected.length)
    return session === null ? null : { target, session, steps }
  }

  /**
   * Reads facts first, then builds the steps; reconnects if they need another user. The first
   * connection uses the user that the tasks name, which is mostly the right one.
   */
  async #reachAndBuild(): Promise<Reached | null> {
    const { options } = this.context
    const target = targetOf(this.host, oneUser(this.#usersOfTasks()), options)
    const session = await this.#connect(target, 0)
    if (session === null) return null
    const steps = await this.#build(session)
    if (steps === null) {
      await session.close()
      return null
    }
    const wanted = usersOf(steps.filter((step) => step.selected))
    if (wanted.length === 0 || sameOptions(targetOf(this.host, oneUser(wanted), options), target))
      return { target, session, steps }
    await session.close()
    return this.#reach(steps)
  }

  #usersOfTasks(): readonly (string | null)[] {
    const { play, from } = this.prepared
    const usual = play.become ?? this.context.options.become
    return play.tasks
      .slice(from)
      .map((task) => becomeUser(this.host.connection, task.options.become ?? usual))
  }

  /** Null where the host has failed. */
  async #build(session: Session): Promise<readonly Step[] | null> {
    this.#progress('reading', 0)
    try {
      const facts = await reading(session, this.context.options.stop, () => readHostFacts(session))
      this.#count('shell', 1)
      return await this.prepared.build(this.host, facts)
    } catch (error) {
      await this.#fail(session, error)
      return null
    }
  }

  async #takeTurn({ session, steps }: Reached, earlier: Supply): Promise<void> {
    this.once.connected(this.host.name, true)
    const runsOnce = await this.once.isRunner(this.host.name)
    try {
      await this.#walk(session, stepsOf(steps, runsOnce), runsOnce, earlier)
      if (runsOnce) this.once.finish(this.state.ended === null)
    } finally {
      if (runsOnce) this.once.finish(false)
    }
  }

  /** Keeps the session where a later play needs it. */
  async #leave({ target, session }: Reached): Promise<void> {
    if (this.neededLater && this.state.ended === null && !this.#isStopped())
      await this.context.sessions.keep(target, session.current)
    else await session.close()
  }

  /** Null where the host cannot be reached. */
  async #connect(target: Target, total: number): Promise<ReplaceableSession | null> {
    const { options, connect, sessions } = this.context
    const open = (): Promise<Session> => connect(target, connectOptions(options))
    const again = (): Promise<Session> => this.#connectAgain(open)
    if (this.#isStopped()) throw stopped()
    const kept = await sessions.take(target)
    if (kept !== null) return new ReplaceableSession(kept, again)
    this.#progress('connecting', total)
    try {
      const session = await open()
      // Which host runs the `once` tasks depends on whether this one really started a shell.
      if (this.once.any) await started(session, options.stop)
      return new ReplaceableSession(session, again)
    } catch (error) {
      if (this.#isStopped()) throw stopped()
      this.#unreachable(error)
      return null
    }
  }

  /**
   * Connects anew. The former session counts as lost: the lock is not shared with it, so what it
   * still has under way must end first.
   */
  async #connectAgain(open: () => Promise<Session>): Promise<Session> {
    this.#lost()
    const session = await open()
    await started(session, this.context.options.stop)
    return session
  }

  #progress(doing: 'connecting' | 'reading', total: number): void {
    this.context.emit({
      type: 'progress',
      host: this.host.name,
      play: this.#play,
      doing,
      task: null,
      resource: null,
      line: null,
      finished: 0,
      total,
    })
  }

  #count(name: string, more: number): void {
    const { counts } = this.state
    counts.set(name, (counts.get(name) ?? 0) + more)
  }

  #killable<T>(session: Session, work: () => Promise<T>): Promise<T> {
    const notice = (error: unknown): void =>
      this.context.emit({
        type: 'notice',
        host: this.host.name,
        message: `what is under way could not be ended: ${eventError(error).message}`,
      })
    return killable(session, this.context.options.kill, notice, work)
  }

  async #walk(
    session: ReplaceableSession,
    steps: readonly Step[],
    runsOnce: boolean,
    earlier: Supply,
  ): Promise<void> {
    const { run, emit, options } = this.context
    const selected = steps.filter((step) => step.selected)
    const before = session.roundTrips
    if (runsOnce) this.once.expect(selected.map((step) => step.task))
    const clients = new HostClients(run.shared.clients, this.host.name, linkOf(session))
    const facts = new KnownFacts(run.shared, session, clients)
    const turn = this.context.machines.turnOf(this.host.name)
    const context: HostContext = {
      host: this.host.name,
      project: options.project,
      play: this.#play,
      steps: selected,
      waiting: dependents(steps),
      facts,
      session,
      turn,
      once: this.once,
      runsOnce,
      tally: this.state.tally,
      earlier,
      supply: this.state.supply,
      keeper: this.context.keeper.forSession(session, this.prepared.play.name, (message) => {
        emit({ type: 'notice', host: null, message })
      }),
      beginAnyway: options.beginAnyway === true,
      emit,
      stop: options.stop,
    }
    const walk = options.mode === 'plan' ? new HostPlan(context) : new HostApply(context)
    try {
      await this.#killable(session, () => walk.perform())
    } catch (error) {
      await this.#walkFailed(session, walk, error)
    } finally {
      turn.end()
      this.#count('shell', session.roundTrips - before)
      for (const [name, count] of clients.exchanges) this.#count(name, count)
      await this.#close(clients)
    }
  }

  /** What a host was given is done; that a client cannot be closed does not change it. */
  async #close(clients: HostClients): Promise<void> {
    try {
      await clients.close()
    } catch (error) {
      const { message } = eventError(error)
      const { name: host } = this.host
      this.context.emit({
        type: 'notice',
        host,
        message: `a client could not be closed: ${message}`,
      })
    }
  }

  async #walkFailed(session: Session, walk: HostWalk, error: unknown): Promise<void> {
    const wasReached = await this.#fail(session, error)
    if (wasReached) walk.skipRest(whySkipped(error))
  }

  /**
   * Records the failure.
   * @returns whether the host was ever reached
   */
  async #fail(session: Session, error: unknown): Promise<boolean> {
    // A run that was stopped while connecting says nothing about whether the host can be reached.
    const wasReached = isCode(error, 'stopped') || (await isReached(session))
    if (!wasReached || isLost(error, this.context.options.kill)) {
      this.#unreachable(error)
      return wasReached
    }
    this.state.ended = {
      type: 'host',
      host: this.host.name,
      status: 'failed',
      error: error instanceof HostFailed ? null : eventError(error),
    }
    return wasReached
  }

  #unreachable(error: unknown): void {
    this.#lost()
    this.state.tally.unreachable = true
    this.state.ended = {
      type: 'host',
      host: this.host.name,
      status: 'unreachable',
      error: eventError(error),
    }
  }

  /** Without SSH the lost session is the local shell itself, and its lock ended with it. */
  #lost(): void {
    if (!this.host.connection.local) this.context.machines.lost(this.host.name)
  }
}

function whySkipped(error: unknown): string {
  if (error instanceof HostFailed) return 'an earlier resource has failed'
  return messageOf(error)
}
