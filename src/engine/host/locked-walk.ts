import type { NewSession } from '../../core/change.js'
import { FettleError, isCode } from '../../core/errors.js'
import { twinWarning } from '../../inventory/select/twins.js'
import type { Step } from '../prepare/build.js'
import { HostWalk, type HostContext } from './host-walk.js'
import type { Looked } from '../fleet/lock.js'
import { endsSession, interrupted, stopped } from '../cancellation.js'

/** Seconds between two looks at whether a link has ended. */
const lossInterval = 0.1

/** Seconds in which the link of a host that is still going down ends. */
const goingDownSeconds = 30

/**
 * Performs the last actions of a change, replaces the session, reads the step's facts of the shell
 * in the new one, and verifies.
 */
export type SessionReplacement = (
  asked: NewSession,
  step: { readonly act: () => Promise<void>; readonly verify: () => Promise<void> },
) => Promise<void>

/** A walk that changes its host: it needs the turn on the host's machine, and its lock. */
export abstract class LockedWalk extends HostWalk {
  /** Index of the last step whose facts are up to date. */
  protected fresh: number

  constructor(context: HostContext) {
    super(context)
    this.fresh = context.steps.length - 1
  }

  /**
   * Waits for this host's turn on its machine. Connects anew where another host has restarted it.
   * @returns whether another host had a turn since this host's last one
   */
  protected async waitForTurn(): Promise<boolean> {
    const { host, turn, stop } = this.context
    const waits = turn.machines.isTaken(host)
    if (waits) this.progress('waiting', null)
    const othersHadTurns = await turn.begin()
    if (waits && stop.aborted) throw stopped()
    const restart = turn.machines.restartOf(host)
    if (othersHadTurns && restart !== null && this.context.session.over) {
      this.progress('connecting', null)
      await this.#connectAnew(restart)
    }
    return othersHadTurns
  }

  /**
   * Reads the facts of the steps from `index` on, after taking the lock of the host's machine in
   * the same round trip.
   */
  protected async lockAndRead(
    index: number,
    again = false,
    looked: Looked | null = null,
    holderReported = false,
  ): Promise<void> {
    const { host, steps, facts, turn, emit } = this.context
    const { machines } = turn
    if (!holderReported) this.progress('reading', null)
    const [output] = await this.readAll(steps.slice(index), [
      machines.lock(host, facts.session.user === 'root', looked, holderReported),
    ])
    if (output === undefined) return
    const locked = machines.locked(host, output, holderReported)
    if (locked.is !== 'held') {
      const found = locked.is === 'asking' ? machines.look(locked) : looked
      if (found?.ended !== true) this.awaiting(locked.holder)
      return this.lockAndRead(index, again, found, true)
    }
    machines.holdsLock(host)
    // Facts that do not come through the shell were read while the other run was still working, and
    // plans made before that may be outdated.
    if (locked.waited || again || holderReported) this.changed = true
    this.fresh = steps.length - 1
    const twin = machines.hostOf(locked.twin)
    if (twin === null || !machines.join(host, twin)) return
    emit({ type: 'notice', host, message: twinWarning([twin, host], null) })
    turn.end()
    await this.waitForTurn()
    await this.lockAndRead(index, again)
  }

  /**
   * Waits for the `once` tasks before a step.
   * @throws FettleError `stopped`, or `once-failed` when one of them has failed on its host
   */
  protected async awaitOnce(index: number, step: Step): Promise<void> {
    const { once, runsOnce, stop, turn } = this.context
    if (runsOnce) once.passed(step.task)
    const waits = once.mustWait(step.task)
    if (waits) {
      this.progress('waiting', step)
      // The host that runs them may be the same machine and need its turn.
      turn.end()
    }
    const ok = await once.before(step.task)
    if (stop.aborted) throw stopped()
    if (!ok)
      throw new FettleError('once-failed', {
        message: `a task before ${step.task.name} that runs for one host only has failed there`,
      })
    if (waits && (await this.waitForTurn())) await this.lockAndRead(index, true)
  }

  /** How the step at `index` replaces the session after its change. */
  protected sessionReplacement(index: number): SessionReplacement {
    return async (asked, { act, verify }) => {
      await lastAction(asked, act)
      try {
        await this.#replaceSession(index, asked, verify)
      } catch (error) {
        if (!isCode(error, 'stopped')) throw error
        // Its change was begun, so it is not one of those that are skipped.
        this.report(this.context.steps[index] as Step, 'failed', { error: unverified() })
        throw error
      }
    }
  }

  /** Replaces the session, takes the lock, reads the facts from `index` on, and verifies. */
  async #replaceSession(
    index: number,
    asked: NewSession,
    verify: () => Promise<void>,
  ): Promise<void> {
    const { host, steps, turn } = this.context
    const { within, endsLink = false } = asked
    const end = performance.now() + within * 1000
    const left = (): number => (end - performance.now()) / 1000
    this.progress('connecting', steps[index] ?? null)
    if (endsLink && !(await this.#linkEnds(within))) throw linkStays(asked)
    if (endsLink) turn.machines.restarted(host, asked)
    for (;;) {
      await this.#connectAnew({ ...asked, within: left() })
      try {
        await this.lockAndRead(index, true)
        return await verify()
      } catch (error) {
        // A host that was still going down may have taken the login. Then this link ends, too.
        const mayBeEarly = isCode(error, 'connection-lost') || isCode(error, 'still-differs')
        const retries = endsLink && mayBeEarly && left() > 0
        if (!retries || !(await this.#linkEnds(Math.min(goingDownSeconds, left())))) throw error
      }
    }
  }

  async #connectAnew({ why, within, endsLink = false }: NewSession): Promise<void> {
    const { facts, session, stop } = this.context
    // Clients are opened again, through the new session, when they are next needed.
    await facts.clients.close().catch(() => undefined)
    await session.replace({ why, within, restarts: endsLink, stop })
  }

  /**
   * Waits until the session's link has ended.
   * @returns false where it stays
   */
  async #linkEnds(within: number): Promise<boolean> {
    const { session, stop } = this.context
    const end = performance.now() + within * 1000
    while (!session.over) {
      if (performance.now() > end) return false
      if (await interrupted(lossInterval, stop)) throw stopped()
    }
    return true
  }
}

/** Whether an error ends the walk: without a session, or without the lock, nothing can follow. */
export const endsWalk = (error: unknown): error is FettleError =>
  endsSession(error) || isCode(error, 'host-locked')

/** Performs the last actions. Where they end the link, its loss is no error. */
async function lastAction({ endsLink }: NewSession, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (endsLink !== true || !isCode(error, 'connection-lost')) throw error
  }
}

const linkStays = ({ why, within }: NewSession): FettleError =>
  new FettleError('still-differs', {
    message: `the link to the host has not ended within ${String(within)} s (${why})`,
  })

const unverified = (): FettleError =>
  new FettleError('stopped', {
    message: 'the change was begun; the run was stopped before a new session could verify it',
  })
