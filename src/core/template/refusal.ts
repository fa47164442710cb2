/**
 * A template does what it may not, or makes too much. `line` counts from 1; undefined where it is
 * not known.
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

/** Refuses access to anything that is not data. */
export const outOfReach = (message: string, line?: number): TemplateRefusal =>
  new TemplateRefusal(message, plainData, line)
