import { clip, joinPieces, width, widthOf, type Piece } from './columns.js'
import { shareDone, type FleetProgress, type HostProgress } from './fleet-progress.js'
import type { Style } from '../screen.js'

/** Possible widths of the bar, in columns; the longest that fits is used. */
const barWidths = [24, 12] as const

/** Formats a duration: `0.4s`, `12s`, `3m05s`, `1h02m`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  if (seconds < 59.5) return `${Math.round(seconds)}s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (whole < 3600) return `${minutes}m${twoDigits(whole % 60)}s`
  return `${Math.floor(whole / 3600)}h${twoDigits(minutes % 60)}m`
}

const twoDigits = (number: number): string => String(number).padStart(2, '0')

interface Census {
  readonly counts: Readonly<Record<HostProgress['state'], number>>
  /** Between 0 and 1: the mean of all hosts' shares. */
  readonly done: number
}

function census(fleet: FleetProgress): Census {
  const counts = { ok: 0, failed: 0, unreachable: 0, 'not begun': 0, running: 0, waiting: 0 }
  let done = 0
  for (const host of fleet.hosts()) {
    counts[host.state]++
    done += shareDone(host)
  }
  return { counts, done: fleet.size === 0 ? 0 : done / fleet.size }
}

type Counter = readonly [count: number, text: string, paint: (text: string) => string]

/** Counts in words or signs, without those of zero. */
function countPieces(counters: readonly Counter[]): readonly Piece[] {
  const positive = counters.filter(([count]) => count > 0)
  return positive.map(([count, text, paint]) => [`${text}${count}`, paint])
}

function countWords(counts: Census['counts'], style: Style): readonly Piece[] {
  return countPieces([
    [counts.ok, '  ok ', style.green],
    [counts.failed, '  failed ', style.red],
    [counts.unreachable, '  unreachable ', style.red],
    [counts['not begun'], '  not begun ', style.dim],
    [counts.running, '  running ', style.cyan],
    [counts.waiting, '  waiting ', style.dim],
  ])
}

function countSigns(counts: Census['counts'], style: Style): readonly Piece[] {
  return countPieces([
    [counts.ok, ' ✓', style.green],
    [counts.failed + counts.unreachable, ' ✗', style.red],
    [counts['not begun'], ' -', style.dim],
    [counts.running, ' ▸', style.cyan],
    [counts.waiting, ' ·', style.dim],
  ])
}

/** A play's name is not cut to fewer columns than this. */
const minNameColumns = 8

/**
 * The play and the counts in words, with a bar if there is room for one; with signs if there is no
 * room for words.
 */
export function headerLine(
  fleet: FleetProgress,
  now: number,
  columns: number,
  style: Style,
): string {
  const { counts, done } = census(fleet)
  const over = counts.ok + counts.failed + counts.unreachable + counts['not begun']
  const mode: Piece = [`${fleet.mode} `, style.bold]
  const time: Piece = [`  ${elapsed(now - fleet.begun)}`, style.dim]
  const noun = fleet.size === 1 ? 'host' : 'hosts'
  const hosts: Piece = [`${over}/${fleet.size} ${noun}`]
  const words: readonly Piece[] = [hosts, ...countWords(counts, style), time]
  const spare = columns - widthOf([mode, ...words])
  if (spare < 0) {
    const short: Piece = [`${over}/${fleet.size} `]
    return joinPieces([mode, short, ...countSigns(counts, style), time], columns)
  }
  // A shorter bar is preferred to half a name.
  const bar =
    barWidths.find((each) => each + width(fleet.play) + 3 <= spare) ??
    barWidths.find((each) => each < spare) ??
    0
  const full = Math.floor(bar * done)
  const room = spare - bar - 3
  const isNamed = room >= Math.min(minNameColumns, width(fleet.play))
  const play: Piece = [isNamed ? `${clip(fleet.play, room)}  ` : '']
  return joinPieces(
    [
      mode,
      play,
      ['█'.repeat(full), style.green],
      ['░'.repeat(bar - full), style.dim],
      [bar === 0 ? '' : ' '],
      ...words,
    ],
    columns,
  )
}
