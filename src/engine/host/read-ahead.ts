import type { Step } from '../prepare/build.js'

/** The largest number of resources that one round trip changes. */
export const mostTogether = 250

/** The most bytes of input that a round trip carries for several resources. */
export const mostBytes = 8 * 1024 * 1024

/**
 * Whether a resource may be changed in the round trip of an earlier one. One with `retry` is
 * changed alone, so that only it is repeated.
 */
export const mayJoin = (step: Step, first: Step | undefined): boolean =>
  step.resource.joins !== null &&
  step.resource.joins === first?.resource.joins &&
  step.task === first.task &&
  step.resource.common.retry === undefined

/** How far ahead to prefetch facts: up to the next step that differed at the first reading. */
export class ReadAhead {
  constructor(
    readonly steps: readonly Step[],
    /** Which steps were not in their desired state at first. */
    readonly changes: readonly boolean[],
  ) {}

  /**
   * The next step from `index` on that is expected to change, including those that can be changed
   * together with it; or the last step.
   */
  horizon(index: number): number {
    const next = this.changes.indexOf(true, index)
    if (next === -1) return this.steps.length - 1
    const beyond = this.steps.findIndex(
      (step, later) =>
        later > next && !(this.changes[later] === true && mayJoin(step, this.steps[next])),
    )
    return Math.min(next + mostTogether, beyond === -1 ? this.steps.length : beyond) - 1
  }
}
