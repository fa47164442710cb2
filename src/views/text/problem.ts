import type { EventError } from '../../engine/events.js'
import { oneLine, stripped } from './clean.js'
import type { Style } from '../screen.js'

const linesOf = (text: string): readonly string[] => stripped(text).trimEnd().split('\n')

/** An error in full: what happened, where, the output of the other side, and the remedy. */
export function problem(error: EventError, style: Style): readonly string[] {
  const { message, address } = error
  const lines = [...linesOf(message)]
  if (address !== null && !message.includes(address))
    lines.push(style.dim(`at ${oneLine(address)}`))
  return [...lines, ...explanation(error, style)]
}

/**
 * An error whose place is shown elsewhere: its first line is a heading, followed by the rest of it,
 * the output of the other side, and the remedy.
 */
export function problemUnder(
  error: EventError,
  style: Style,
): { readonly heading: string; readonly below: readonly string[] } {
  const [heading = '', ...more] = linesOf(error.message)
  return { heading, below: [...more, ...explanation(error, style)] }
}

function explanation({ detail, remedy }: EventError, style: Style): readonly string[] {
  const advice = `${style.cyan('→')} ${oneLine(remedy)}`
  if (detail === null || detail.trim() === '') return [advice]
  return [...linesOf(detail).map((line) => style.dim(`│ ${line}`)), advice]
}
