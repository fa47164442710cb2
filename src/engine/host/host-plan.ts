import { failure, HostWalk } from './host-walk.js'

/** Reports for each step what an apply would do. */
export class HostPlan extends HostWalk {
  /** Plans all steps from one reading, and tries the changes. */
  async perform(): Promise<void> {
    this.progress('reading', null)
    const { steps, supply } = this.context
    await this.readAll(steps)
    const forecast = await this.forecast()
    supply.addAll(forecast.supply)
    for (const { step, outlook } of await this.tried(forecast)) {
      const { is, ...details } = outlook
      this.report(step, is === 'failed' ? failure(step) : is, details)
    }
  }
}
