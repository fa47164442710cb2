/**
 * What a template may not do, or makes too much of. `line` counts from 1; undefined: it is not
 * known.
 */
export class TemplateRefusal extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    readonly line?: number,
  ) {
    super(message)
  }
}

const plainData =
  'a template works with texts, numbers, lists and plain objects: work out everything else in the task, and give it the result'

/** A way that leads out of the data. */
export const outOfReach = (message: string, line?: number): TemplateRefusal =>
  new TemplateRefusal(message, plainData, line)
