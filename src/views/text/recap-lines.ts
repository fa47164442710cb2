import type { ChangeCounts, HostSummary, RunMode, SummaryEvent } from '../../engine/events.js'
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

/** The words behind a count, before (a plan) and after (an apply). */
const effects: Readonly<
  Record<'create' | 'change' | 'remove', { readonly [mode in RunMode]: string }>
> = {
  create: { plan: 'to create', apply: 'created' },
  change: { plan: 'to change', apply: 'changed' },
  remove: { plan: 'to remove', apply: 'removed' },
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/**
 * `12 to create, 3 to change, 1 to remove, 2 restarts on 3 hosts; 1 cannot be undone`: the changes
 * of all hosts, as the summary of JSON lines counts them. No line where nothing changes.
 */
export function changesLine(
  { hosts, changes }: SummaryEvent,
  mode: RunMode,
  style: Style,
): readonly string[] {
  const part = (
    effect: keyof typeof effects,
    paint: (text: string) => string,
  ): readonly string[] =>
    changes[effect] === 0 ? [] : [paint(`${changes[effect]} ${effects[effect][mode]}`)]
  const restarts = changes.restart === 0 ? [] : [style.yellow(plural(changes.restart, 'restart'))]
  const parts = [
    ...part('create', style.green),
    ...part('change', style.yellow),
    ...part('remove', style.red),
    ...restarts,
  ]
  if (parts.length === 0) return []
  const changed = Object.values(hosts).filter((host) => host.changed > 0).length
  const where = `on ${plural(changed, 'host')}`
  return [`${parts.join(', ')} ${where}${finalPart(changes, style)}`]
}

const finalPart = ({ final }: ChangeCounts, style: Style): string =>
  final === 0 ? '' : `; ${style.bold(style.red(`${final} cannot be undone`))}`
