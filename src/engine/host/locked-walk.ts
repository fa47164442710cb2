import { FettleError } from '../../core/errors.js'
import { twinWarning } from '../../inventory/select/twins.js'
import type { Step } from '../prepare/build.js'
import { HostWalk, type HostContext } from './host-walk.js'
import type { Looked } from '../fleet/lock.js'
import { stopped } from '../cancellation.js'

/** A walk that changes its host: it needs the turn on the host's machine, and its lock. */
export abstract class LockedWalk extends HostWalk {
  /** Index of the last step whose facts are up to date. */
  protected fresh: number

  constructor(context: HostContext) {
    super(context)
    this.fresh = context.steps.length - 1
  }

  /**
   * Waits for this host's turn on its machine.
   * @returns whether another host had a turn since this host's last one
   */
  protected async waitForTurn(): Promise<boolean> {
    const { host, turn, stop } = this.context
    const waits = turn.machines.isTaken(host)
    if (waits) this.progress('waiting', null)
    const othersHadTurns = await turn.begin()
    if (waits && stop.aborted) throw stopped()
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
}
