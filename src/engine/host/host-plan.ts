import type { Address } from '../../core/address.js'
import { FettleError } from '../../core/errors.js'
import { failure, HostWalk, unmet, type HostContext } from './host-walk.js'

/** Tells of each step what an apply would do. */
export class HostPlan extends HostWalk {
  constructor(
    context: HostContext,
    /** Changes are planned in an earlier play. */
    readonly behind: boolean,
  ) {
    super(context)
  }

  /** Plans all steps from one reading. */
  async perform(): Promise<void> {
    this.progress('reading', null)
    await this.readAll(this.context.steps)
    let pending = this.behind
    const changing: Address[] = []
    const open = new Set<Address>()
    for (const step of this.context.steps) {
      const plan = this.planned(step, changing)
      const trigger = step.resource.triggers.find(({ address }) => open.has(address))
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
        open.add(step.resource.address)
      } else this.report(step, failure(step), { error: unmet(step, plan) })
    }
  }
}
