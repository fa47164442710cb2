import type { ErrorEvent, ExchangesEvent, HostSummary, Mode, NoticeEvent, SummaryEvent } from '../engine/events.js'
import { oneLine } from './clean.js'
import { fill, width } from './columns.js'
import { Failures } from './failures.js'
import { problem } from './problem.js'
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

/** `web1 : ok=30 changed=0 unreachable=0 failed=0 skipped=0 ignored=0  1.2s`: a line for each host, in columns. */
export function recapLines(hosts: SummaryEvent['hosts'], mode: Mode, style: Style): readonly string[] {
  const rows = Object.entries(hosts).map(([host, summary]) => ({ host: oneLine(host), cells: cells(summary, mode), seconds: summary.seconds }))
  const nameWidth = Math.max(0, ...rows.map((row) => width(row.host)))
  const widths = (rows[0]?.cells ?? []).map((_, index) => Math.max(...rows.map((row) => row.cells[index]?.join('=').length ?? 0)))
  return rows.map((row) => {
    const counts = row.cells.map(([name, count], index) => paintOf(name, count, style)(fill(`${name}=${count}`, widths[index] ?? 0)))
    return `${fill(row.host, nameWidth)} : ${counts.join(' ')}  ${row.seconds.toFixed(1)}s`
  })
}

const exchangeLine = ({ host, counts }: ExchangesEvent): string => {
  const kinds = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`)
  return `${oneLine(host)} was asked: ${kinds.join(', ')}`
}

export interface RecapOptions {
  readonly mode: Mode
  /** From 1 on, how often each host was asked. */
  readonly verbosity: number
}

/** The end of a run: failures in full, notices of hosts (a restart that is pending), and a line for each host. */
export function recapView(screen: Screen, { mode, verbosity }: RecapOptions): View {
  const failures = new Failures()
  const notices: NoticeEvent[] = []
  const exchanges: ExchangesEvent[] = []
  const errors: ErrorEvent[] = []
  const summaries: SummaryEvent[] = []
  return {
    onEvent(event) {
      failures.onEvent(event)
      if (event.type === 'notice' && event.host !== null) notices.push(event)
      if (event.type === 'exchanges' && verbosity > 0) exchanges.push(event)
      if (event.type === 'error') errors.push(event)
      if (event.type === 'summary') summaries.push(event)
    },
    end() {
      const { style } = screen
      const sections = [
        failures.lines(style),
        notices.map((notice) => `${style.yellow('note')}: ${oneLine(notice.host ?? '')}: ${oneLine(notice.message)}`),
        exchanges.map(exchangeLine),
        summaries.flatMap(({ hosts }) => recapLines(hosts, mode, style)),
        errors.flatMap((error) => problem(error, style).map((line, index) => (index === 0 ? `${style.red('error')}: ${line}` : `  ${line}`))),
      ]
      const shown = sections.filter((section) => section.length > 0).map((section) => `${section.join('\n')}\n`)
      if (shown.length > 0) screen.write((summaries.length > 0 ? '\n' : '') + shown.join('\n'))
      return screen.flush()
    },
  }
}
