import { FettleError } from '../../core/errors.js'
import { twinWarning } from '../../inventory/select/twins.js'
import type { Step } from '../prepare/build.js'
import { HostWalk, type HostContext } from './host-walk.js'
import type { Looked } from '../fleet/lock.js'
import { stopped } from '../cancellation.js'

/** A walk that changes its host: it has the turn and the lock of the host's machine. */
export abstract class LockedWalk extends HostWalk {
  /** The facts of the steps up to this one are those of the host as it is now. */
  protected fresh: number

  constructor(context: HostContext) {
    super(context)
    this.fresh = context.steps.length - 1
  }

  /**
   * Waits until no other name of the host's machine has its turn. Answers whether one had since
   * this host's last.
   */
  protected async myTurn(): Promise<boolean> {
    const { host, turn, stop } = this.context
    const waits = turn.machines.isTaken(host)
    if (waits) this.progress('waiting', null)
    const others = await turn.begin()
    if (waits && stop.aborted) throw stopped()
    return others
  }

  /** Reads the facts of the steps from `index` on, with the lock of the host's machine in hand. */
  protected async readInTurn(
    index: number,
    again = false,
    looked: Looked | null = null,
    told = false,
  ): Promise<void> {
    const { host, steps, facts, turn, emit } = this.context
    const { machines } = turn
    if (!told) this.progress('reading', null)
    const [said] = await this.readAll(steps.slice(index), [
      machines.lock(host, facts.session.user === 'root', looked, told),
    ])
    if (said === undefined) return
    const locked = machines.locked(host, said, told)
    if (locked.is !== 'held') {
      const found = locked.is === 'asking' ? machines.look(locked) : looked
      if (found?.ended !== true) this.awaiting(locked.holder)
      return this.readInTurn(index, again, found, true)
    }
    // What was asked by other ways was asked while another run was still at work; and what was fine
    // before need not be so now.
    if (locked.waited || again || told) this.changed = true
    this.fresh = steps.length - 1
    const twin = machines.hostOf(locked.twin)
    if (twin === null || !machines.join(host, twin)) return
    emit({ type: 'notice', host, message: twinWarning([twin, host], null) })
    turn.end()
    await this.myTurn()
    await this.readInTurn(index, again)
  }

  /**
   * @throws FettleError `stopped`, or `once-failed` when a task that ran elsewhere has failed there
   */
  protected async awaitOnce(index: number, step: Step): Promise<void> {
    const { once, runsOnce, stop, turn } = this.context
    if (runsOnce) once.passed(step.task)
    const waits = once.mustWait(step.task)
    if (waits) {
      this.progress('waiting', step)
      // The host that it waits for may be another name of its machine.
      turn.end()
    }
    const ok = await once.before(step.task)
    if (stop.aborted) throw stopped()
    if (!ok)
      throw new FettleError('once-failed', {
        message: `a task before ${step.task.name} that runs for one host only has failed there`,
      })
    if (waits && (await this.myTurn())) await this.readInTurn(index, true)
  }
}
