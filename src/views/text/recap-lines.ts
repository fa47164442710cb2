import type { HostSummary, RunMode, SummaryEvent } from '../../engine/events.js'
import { oneLine, stripped } from './clean.js'
import { fill, width } from '../terminal/columns.js'
import type { HostEnd } from '../terminal/fleet-progress.js'
import { elapsed } from '../terminal/header-line.js'
import type { Style } from '../screen.js'

type Cell = readonly [name: string, count: number]

/** Shown even if they are zero. */
const alwaysShown: readonly string[] = ['ok', 'changed']

/** The counts of a host in the order of Ansible's recap; `unknown` occurs in plans only. */
function cellsOf(summary: HostSummary, mode: RunMode): readonly Cell[] {
  const cells: readonly Cell[] = [
    ['ok', summary.ok],
    ['changed', summary.changed],
    ['unreachable', Number(summary.unreachable)],
    ['failed', summary.failed],
    ['skipped', summary.skipped],
    ['unknown', summary.unknown],
    ['ignored', summary.ignored],
  ]
  return cells.filter(([name]) => name !== 'unknown' || mode === 'plan')
}

function paintOf(name: string, count: number, style: Style): (text: string) => string {
  if (count === 0) return style.dim
  const paints: Readonly<Record<string, (text: string) => string>> = {
    ok: style.green,
    changed: style.yellow,
    unreachable: style.red,
    failed: style.red,
    unknown: style.cyan,
    ignored: style.magenta,
  }
  return paints[name] ?? style.dim
}

export interface RecapShape {
  readonly mode: RunMode
  readonly style: Style
  readonly isWell: (host: string) => boolean
  readonly columns: number
}

/**
 * `web1 : ok=30 changed=0 unreachable=0 failed=0 skipped=0 ignored=0  1.2s`: a line for each host,
 * in columns; hosts with problems come last. If that is wider than the terminal, zero counts are
 * left out.
 */
export function recapLines(
  hosts: SummaryEvent['hosts'],
  { mode, style, isWell, columns }: RecapShape,
): readonly string[] {
  const all = Object.entries(hosts)
  const well = all.filter(([host]) => isWell(host))
  const others = all.filter(([host]) => !isWell(host))
  const rows = [...well, ...others].map(([host, summary]) => ({
    host: oneLine(host),
    cells: cellsOf(summary, mode),
    seconds: summary.seconds,
  }))
  const nameWidth = Math.max(0, ...rows.map((row) => width(row.host)))
  const widths = (rows[0]?.cells ?? []).map((_, index) =>
    Math.max(...rows.map((row) => row.cells[index]?.join('=').length ?? 0)),
  )
  const lineOf = ({ host, seconds }: (typeof rows)[number], counts: readonly string[]): string =>
    `${fill(host, nameWidth)} : ${counts.join(' ')}  ${seconds.toFixed(1)}s`
  const painted = ([name, count]: Cell, text: string): string => paintOf(name, count, style)(text)
  const inColumns = rows.map((row) => {
    const texts = row.cells.map((cell, index) =>
      painted(cell, fill(cell.join('='), widths[index] ?? 0)),
    )
    return lineOf(row, texts)
  })
  if (inColumns.every((line) => width(stripped(line)) <= columns)) return inColumns
  return rows.map((row) => {
    const telling = row.cells.filter(([name, count]) => count > 0 || alwaysShown.includes(name))
    const texts = telling.map((cell) => painted(cell, cell.join('=')))
    return lineOf(row, texts)
  })
}

/** All hosts in one line, for when there are more hosts than lines. */
export function totalLine(
  { hosts, seconds }: SummaryEvent,
  mode: RunMode,
  ends: ReadonlyMap<string, HostEnd>,
  style: Style,
): string {
  const names = Object.keys(hosts)
  const ended = (status: HostEnd): number =>
    names.filter((name) => ends.get(name) === status).length
  const changed = Object.values(hosts).filter((host) => host.changed > 0).length
  const part = (count: number, text: string, paint: (text: string) => string): readonly string[] =>
    count === 0 ? [] : [paint(`${count} ${text}`)]
  const parts = [
    ...part(ended('ok'), 'ok', style.green),
    ...part(ended('failed'), 'failed', style.red),
    ...part(ended('unreachable'), 'unreachable', style.red),
    ...part(ended('not begun'), 'not begun', style.dim),
  ]
  const verb = mode === 'plan' ? 'would change' : 'changed'
  const said = [parts.join(', '), ...part(changed, verb, style.yellow)].join('; ')
  const head = style.bold(`${names.length} hosts:`)
  return `${head} ${said}  ${style.dim(elapsed(seconds * 1000))}`
}
