import type { EventError } from '../engine/events.js'
import { oneLine, stripped } from './clean.js'
import type { Style } from './screen.js'

const linesOf = (text: string): readonly string[] => stripped(text).trimEnd().split('\n')

/** An error in full: what happened, where, the other side's own words, and what to do. */
export function problem({ message, address, detail, remedy }: EventError, style: Style): readonly string[] {
  return [
    ...linesOf(message),
    ...(address === null || message.includes(address) ? [] : [style.dim(`at ${oneLine(address)}`)]),
    ...(detail === null || detail.trim() === '' ? [] : linesOf(detail).map((line) => style.dim(`│ ${line}`))),
    `${style.cyan('→')} ${oneLine(remedy)}`,
  ]
}
