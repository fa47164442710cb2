import { oneLine } from '../text/clean.js'
import { clip, fill, joinPieces, width, widthOf, type Piece } from './columns.js'
import { isSlow, type HostProgress } from './fleet-progress.js'
import { elapsed } from './header-line.js'
import type { Style } from '../screen.js'

/** The widths from which a line has more than the host's name and its resource. */
const minColumns = { time: 45, share: 70 } as const

export interface LineShape {
  readonly columns: number
  readonly nameWidth: number
}

/** Where a host's line shows the last output of a slow step. */
export type LastLinePlace = 'under' | 'behind' | 'nowhere'

/** Whether a host has output to show under or behind its line. */
export const hasOutputToShow = (host: HostProgress, now: number): boolean =>
  host.line !== null && isSlow(host, now)

function underWay({ doing, task, resource, whom }: HostProgress, isNarrow: boolean): string {
  const named = isNarrow ? [resource ?? task] : [task, resource]
  const what = named
    .filter((part) => part !== null)
    .map(oneLine)
    .join(' › ')
  switch (doing) {
    case 'connecting':
      return 'connecting'
    case 'reading':
      return what === '' ? 'reading facts' : `reading ${what}`
    case 'waiting':
      if (whom !== null) return `waiting for ${whom}`
      return what === '' ? 'waiting' : `waiting: ${what}`
    case 'checking':
      return `checking ${what}`
    case 'changing':
      return what
  }
}

function stateOf(
  host: HostProgress,
  now: number,
  isNarrow: boolean,
  style: Style,
): { readonly sign: Piece; readonly end: number; readonly text: Piece } {
  switch (host.state) {
    case 'waiting':
      return { sign: ['·', style.dim], end: now, text: [underWay(host, isNarrow), style.dim] }
    case 'running':
      return { sign: ['▸', style.cyan], end: now, text: [underWay(host, isNarrow)] }
    case 'ok':
      return {
        sign: ['✓', style.green],
        end: host.ended,
        text: [host.changed === 0 ? '' : `${host.changed} changed`, style.yellow],
      }
    case 'not begun':
      return { sign: ['-', style.dim], end: host.ended, text: [host.state, style.dim] }
    case 'failed':
    case 'unreachable':
      return { sign: ['✗', style.red], end: host.ended, text: [host.state, style.red] }
  }
}

const shareOf = ({ finished, total }: HostProgress): string =>
  total === 0 ? '' : `${finished}/${total}`

const timeOf = ({ begun }: HostProgress, end: number): string =>
  begun === null ? '' : elapsed(end - begun)

/** A host's line, and the last output of its step. */
export function hostLines(
  host: HostProgress,
  now: number,
  { columns, nameWidth }: LineShape,
  place: LastLinePlace,
  style: Style,
): readonly string[] {
  const isNarrow = columns < minColumns.share
  const { sign, end, text } = stateOf(host, now, isNarrow, style)
  const share = isNarrow ? '' : `  ${shareOf(host).padStart(7)}`
  const time = columns < minColumns.time ? '' : `  ${timeOf(host, end).padStart(6)}`
  const begin: readonly Piece[] = [
    [' '],
    sign,
    [` ${fill(host.name, nameWidth)}`],
    [`${share}${time}  `, style.dim],
  ]
  if (!isSlow(host, now)) return [joinPieces([...begin, text], columns)]
  const since: Piece = [`  ${elapsed(now - host.since)}`, style.dim]
  const printed: Piece = [`│ ${host.line ?? ''}`, style.dim]
  const shows = hasOutputToShow(host, now) ? place : 'nowhere'
  const left = columns - widthOf([...begin, since])
  if (shows === 'behind') {
    const room = left - Math.min(width(printed[0]) + 2, Math.floor(left / 2))
    const step: Piece = [clip(text[0], room)]
    return [joinPieces([...begin, step, since, ['  '], printed], columns)]
  }
  const step: Piece = [clip(text[0], left)]
  const line = joinPieces([...begin, step, since], columns)
  if (shows === 'under') return [line, joinPieces([['   '], printed], columns)]
  return [line]
}
