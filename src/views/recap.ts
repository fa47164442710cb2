import type { ErrorEvent, ExchangesEvent, HostEvent, HostSummary, Mode, NoticeEvent, SummaryEvent } from '../engine/events.js'
import { oneLine } from './clean.js'
import { fill, width } from './columns.js'
import { Failures } from './failures.js'
import { elapsed } from './header-line.js'
import { problem } from './problem.js'
import { undone } from './retry.js'
import type { Screen, Style } from './screen.js'
import type { View } from './view.js'

/** The counts of a host in the order of Ansible's recap; `unknown` is a plan's own. */
function cells({ ok, changed, unreachable, failed, skipped, unknown, ignored }: HostSummary, mode: Mode): readonly (readonly [name: string, count: number])[] {
  const counts = [['ok', ok], ['changed', changed], ['unreachable', unreachable ? 1 : 0], ['failed', failed], ['skipped', skipped]] as const
  return [...counts, ...(mode === 'plan' ? [['unknown', unknown] as const] : []), ['ignored', ignored]]
}

function paintOf(name: string, count: number, style: Style): (text: string) => string {
  const paints: Readonly<Record<string, (text: string) => string>> = {
    ok: style.green, changed: style.yellow, unreachable: style.red, failed: style.red, unknown: style.cyan, ignored: style.magenta,
  }
  return (count === 0 ? undefined : paints[name]) ?? style.dim
}

/** `web1 : ok=30 changed=0 unreachable=0 failed=0 skipped=0 ignored=0  1.2s`: a line for each host, in columns; those that are not well come last. */
export function recapLines(hosts: SummaryEvent['hosts'], mode: Mode, style: Style, isWell: (host: string) => boolean): readonly string[] {
  const all = Object.entries(hosts)
  const rows = [...all.filter(([host]) => isWell(host)), ...all.filter(([host]) => !isWell(host))].map(([host, summary]) => ({ host: oneLine(host), cells: cells(summary, mode), seconds: summary.seconds }))
  const nameWidth = Math.max(0, ...rows.map((row) => width(row.host)))
  const widths = (rows[0]?.cells ?? []).map((_, index) => Math.max(...rows.map((row) => row.cells[index]?.join('=').length ?? 0)))
  return rows.map((row) => {
    const counts = row.cells.map(([name, count], index) => paintOf(name, count, style)(fill(`${name}=${count}`, widths[index] ?? 0)))
    return `${fill(row.host, nameWidth)} : ${counts.join(' ')}  ${row.seconds.toFixed(1)}s`
  })
}

/** All hosts in one line, for who has more of them than lines. */
function totalLine({ hosts, seconds }: SummaryEvent, mode: Mode, ends: ReadonlyMap<string, HostEvent['status']>, style: Style): string {
  const names = Object.keys(hosts)
  const ended = (status: HostEvent['status']): number => names.filter((name) => ends.get(name) === status).length
  const changed = Object.values(hosts).filter((host) => host.changed > 0).length
  const part = (count: number, text: string, paint: (text: string) => string): readonly string[] => (count === 0 ? [] : [paint(`${count} ${text}`)])
  const parts = [
    ...part(ended('ok'), 'ok', style.green),
    ...part(ended('failed'), 'failed', style.red),
    ...part(ended('unreachable'), 'unreachable', style.red),
  ]
  const differ = part(changed, mode === 'plan' ? 'would change' : 'changed', style.yellow)
  return `${style.bold(`${names.length} hosts:`)} ${[parts.join(', '), ...differ].join('; ')}  ${style.dim(elapsed(seconds * 1000))}`
}

const exchangeLine = ({ host, counts }: ExchangesEvent): string => {
  const kinds = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`)
  return `${oneLine(host)} was asked: ${kinds.join(', ')}`
}

export interface RecapOptions {
  readonly mode: Mode
  /** From 1 on, how often each host was asked. */
  readonly verbosity: number
  /** The command that runs an `apply` again for the hosts that it has not done. Left out: nothing is said of them. */
  readonly again?: string
}

/**
 * The end of a run: a line for each host, notices of hosts (a restart that is pending), and failures in full. The more it asks of a person,
 * the later it comes, because with many hosts the end is all that is seen.
 */
export function recapView(screen: Screen, { mode, verbosity, again }: RecapOptions): View {
  const failures = new Failures()
  const notices: NoticeEvent[] = []
  const exchanges: ExchangesEvent[] = []
  const errors: ErrorEvent[] = []
  const summaries: SummaryEvent[] = []
  const ends = new Map<string, HostEvent['status']>()
  const isWell = (host: string): boolean => (ends.get(host) ?? 'ok') === 'ok'
  return {
    onEvent(event) {
      failures.onEvent(event)
      if (event.type === 'host') ends.set(event.host, event.status)
      if (event.type === 'notice' && event.host !== null) notices.push(event)
      if (event.type === 'exchanges' && verbosity > 0) exchanges.push(event)
      if (event.type === 'error') errors.push(event)
      if (event.type === 'summary') summaries.push(event)
    },
    end() {
      const { style } = screen
      const sections = [
        exchanges.map(exchangeLine),
        summaries.flatMap(({ hosts }) => recapLines(hosts, mode, style, isWell)),
        notices.map((notice) => `${style.yellow('note')}: ${oneLine(notice.host ?? '')}: ${oneLine(notice.message)}`),
        failures.lines(style),
        errors.flatMap((error) => problem(error, style).map((line, index) => (index === 0 ? `${style.red('error')}: ${line}` : `  ${line}`))),
        summaries.filter(({ hosts }) => Object.keys(hosts).length > 1).map((summary) => totalLine(summary, mode, ends, style)),
        again === undefined || mode === 'plan' ? [] : summaries.map((summary) => undone(ends, summary).length).filter((hosts) => hosts > 0).map((hosts) => `${hosts === 1 ? '1 host is' : `${hosts} hosts are`} not done; for ${hosts === 1 ? 'it' : 'these'} alone: ${style.bold(again)}`),
      ]
      const shown = sections.filter((section) => section.length > 0).map((section) => `${section.join('\n')}\n`)
      if (shown.length > 0) screen.write((summaries.length > 0 ? '\n' : '') + shown.join('\n'))
      return screen.flush()
    },
  }
}
