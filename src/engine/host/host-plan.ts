import type { Address } from '../../core/address.js'
import { FettleError } from '../../core/errors.js'
import { failure, HostWalk, unmet, type HostContext } from './host-walk.js'

/** Reports for each step what an apply would do. */
export class HostPlan extends HostWalk {
  constructor(
    context: HostContext,
    /** An earlier play has planned changes. */
    readonly changesPlanned: boolean,
  ) {
    super(context)
  }

  /** Plans all steps from one reading. */
  async perform(): Promise<void> {
    this.progress('reading', null)
    await this.readAll(this.context.steps)
    let pending = this.changesPlanned
    const changing: Address[] = []
    const undecided = new Set<Address>()
    for (const step of this.context.steps) {
      const plan = this.planned(step, changing)
      const trigger = step.resource.triggers.find(({ address }) => undecided.has(address))
      if (plan instanceof FettleError) this.report(step, failure(step), { error: plan })
      else if (plan.is === 'changes') {
        this.report(step, 'changed', { changes: plan.changes })
        changing.push(step.resource.address)
        pending = true
      } else if (plan.is === 'fine' && trigger === undefined)
        this.report(step, 'ok', { reason: plan.reason })
      else if (plan.is === 'fine' || pending) {
        const byTrigger = `whether ${trigger?.address ?? ''} changes is known after apply`
        this.report(step, 'unknown', { reason: plan.is === 'fine' ? byTrigger : plan.reason })
        undecided.add(step.resource.address)
      } else this.report(step, failure(step), { error: unmet(step, plan) })
    }
  }
}
