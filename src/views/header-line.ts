import { clip, joined, width, type Piece } from './columns.js'
import { shareDone, type Fleet, type HostProgress } from './fleet.js'
import type { Style } from './screen.js'

/** Columns of the bar: the longest that there is room for. */
const barWidths = [24, 12] as const

/** `0.4s`, `12s`, `3m05s`, `1h02m`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  if (seconds < 59.5) return `${Math.round(seconds)}s`
  const whole = Math.round(seconds)
  const [small, large] =
    whole < 3600
      ? [whole % 60, Math.floor(whole / 60)]
      : [Math.floor(whole / 60) % 60, Math.floor(whole / 3600)]
  return `${large}${whole < 3600 ? 'm' : 'h'}${String(small).padStart(2, '0')}${whole < 3600 ? 's' : 'm'}`
}

interface Census {
  readonly counts: Readonly<Record<HostProgress['state'], number>>
  /** Between 0 and 1: the mean of what each host has behind it. */
  readonly done: number
}

function census(fleet: Fleet): Census {
  const counts = { ok: 0, failed: 0, unreachable: 0, 'not begun': 0, running: 0, waiting: 0 }
  let done = 0
  for (const host of fleet.hosts()) {
    counts[host.state]++
    done += shareDone(host)
  }
  return { counts, done: fleet.size === 0 ? 0 : done / fleet.size }
}

const widthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, [text]) => sum + width(text), 0)

/** The least columns of a play's name that say something. */
const leastName = 8

/**
 * The play and the counts in words, with a bar where there is room for one; by their signs where
 * there is no room for words.
 */
export function headerLine(fleet: Fleet, now: number, columns: number, style: Style): string {
  const {
    counts: { ok, failed, unreachable, 'not begun': notBegun, running, waiting },
    done,
  } = census(fleet)
  const over = `${ok + failed + unreachable + notBegun}/${fleet.size}`
  const counted = (
    counters: readonly (readonly [count: number, text: string, paint: (text: string) => string])[],
  ): readonly Piece[] =>
    counters.flatMap(([count, text, paint]): readonly Piece[] =>
      count === 0 ? [] : [[`${text}${count}`, paint]],
    )
  const mode: Piece = [`${fleet.mode} `, style.bold]
  const time: Piece = [`  ${elapsed(now - fleet.begun)}`, style.dim]
  const words: readonly Piece[] = [
    [`${over} ${fleet.size === 1 ? 'host' : 'hosts'}`],
    ...counted([
      [ok, '  ok ', style.green],
      [failed, '  failed ', style.red],
      [unreachable, '  unreachable ', style.red],
      [notBegun, '  not begun ', style.dim],
      [running, '  running ', style.cyan],
      [waiting, '  waiting ', style.dim],
    ]),
    time,
  ]
  const spare = columns - widthOf([mode, ...words])
  if (spare < 0)
    return joined(
      [
        mode,
        [`${over} `],
        ...counted([
          [ok, ' ✓', style.green],
          [failed + unreachable, ' ✗', style.red],
          [notBegun, ' -', style.dim],
          [running, ' ▸', style.cyan],
          [waiting, ' ·', style.dim],
        ]),
        time,
      ],
      columns,
    )
  // A shorter bar rather than half a name.
  const bar =
    barWidths.find((each) => each + width(fleet.play) + 3 <= spare) ??
    barWidths.find((each) => each < spare) ??
    0
  const full = Math.floor(bar * done)
  const room = spare - bar - 3
  const play: Piece = [
    room < Math.min(leastName, width(fleet.play)) ? '' : `${clip(fleet.play, room)}  `,
  ]
  return joined(
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
