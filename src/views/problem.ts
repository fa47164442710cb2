import type { EventError } from '../engine/events.js'
import { oneLine, stripped } from './clean.js'
import type { Style } from './screen.js'

const linesOf = (text: string): readonly string[] => stripped(text).trimEnd().split('\n')

/** An error in full: what happened, where, the other side's own words, and what to do. */
export function problem(error: EventError, style: Style): readonly string[] {
  const { message, address } = error
  return [
    ...linesOf(message),
    ...(address === null || message.includes(address) ? [] : [style.dim(`at ${oneLine(address)}`)]),
    ...explanation(error, style),
  ]
}

/**
 * An error whose place is told elsewhere: its first line is a heading, then come the rest of it,
 * the other side's own words, and what to do.
 */
export function headed(
  error: EventError,
  style: Style,
): { readonly heading: string; readonly below: readonly string[] } {
  const [heading = '', ...more] = linesOf(error.message)
  return { heading, below: [...more, ...explanation(error, style)] }
}

function explanation({ detail, remedy }: EventError, style: Style): readonly string[] {
  return [
    ...(detail === null || detail.trim() === ''
      ? []
      : linesOf(detail).map((line) => style.dim(`│ ${line}`))),
    `${style.cyan('→')} ${oneLine(remedy)}`,
  ]
}
