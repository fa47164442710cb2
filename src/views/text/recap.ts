import { scrub } from '../../core/scrub/scrub.js'
import type {
  ErrorEvent,
  ExchangesEvent,
  RunMode,
  NoticeEvent,
  SummaryEvent,
} from '../../engine/events.js'
import { oneLine } from './clean.js'
import { wrapped } from '../terminal/columns.js'
import { FailureList } from './failures.js'
import { FinalChanges } from './final-changes.js'
import { endOf, type HostEnd } from '../terminal/fleet-progress.js'
import { problem } from './problem.js'
import { changesLine, recapLines, totalLine } from './recap-lines.js'
import type { Screen, Style } from '../screen.js'
import { unfinishedHosts } from '../unfinished-hosts.js'
import type { View } from '../view.js'

function exchangeLine({ host, counts }: ExchangesEvent): string {
  const kinds = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`)
  return `${oneLine(host)} was asked: ${kinds.join(', ')}`
}

function noticeLine({ host, message }: NoticeEvent, style: Style): string {
  return `${style.yellow('note')}: ${oneLine(host ?? '')}: ${oneLine(message)}`
}

function errorLines(error: ErrorEvent, style: Style): readonly string[] {
  const [first = '', ...others] = problem(error, style)
  return [`${style.red('error')}: ${first}`, ...others.map((line) => `  ${line}`)]
}

function againLines(hosts: number, retryCommand: string): readonly string[] {
  if (hosts === 0) return []
  if (hosts === 1) return [`1 host is not done; for it alone: ${retryCommand}`]
  return [`${hosts} hosts are not done; for these alone: ${retryCommand}`]
}

export interface RecapOptions {
  readonly mode: RunMode
  /** From 1 on, shows how many round trips each host took. */
  readonly verbosity: number
  /**
   * The command line that runs an `apply` again for the hosts that are not done. Left out: none is
   * shown.
   */
  readonly retryCommand?: string
}

/**
 * Prints the end of a run: a line for each host, notices of hosts (such as a pending restart), what
 * a plan would do that cannot be undone, and failures in full. The more attention something needs, the later it comes, because with many hosts
 * only the end is seen.
 */
export function recapView(screen: Screen, { mode, verbosity, retryCommand }: RecapOptions): View {
  const failures = new FailureList()
  const finals = new FinalChanges(screen.style)
  const notices: NoticeEvent[] = []
  const exchanges: ExchangesEvent[] = []
  const errors: ErrorEvent[] = []
  const summaries: SummaryEvent[] = []
  const begun = new Set<string>()
  const ends = new Map<string, HostEnd>()
  const isWell = (host: string): boolean => (ends.get(host) ?? 'ok') === 'ok'
  return {
    onEvent(event) {
      failures.onEvent(event)
      if (mode === 'plan') finals.onEvent(event)
      if (event.type === 'progress') begun.add(event.host)
      if (event.type === 'host') ends.set(event.host, endOf(event, begun.has(event.host)))
      if (event.type === 'notice' && event.host !== null) notices.push(event)
      if (event.type === 'exchanges' && verbosity > 0) exchanges.push(event)
      if (event.type === 'error') errors.push(event)
      if (event.type === 'summary') summaries.push(event)
    },
    end() {
      const { style } = screen
      // Output to a pipe or a file has all counts.
      const columns = screen.redraws ? screen.size().columns : Infinity
      const fitted = (lines: readonly string[]): readonly string[] =>
        lines.flatMap((line) => wrapped(line, columns))
      const totals = summaries.flatMap((summary) => {
        const lines: string[] = []
        if (Object.keys(summary.hosts).length > 1) lines.push(totalLine(summary, mode, ends, style))
        lines.push(...changesLine(summary, mode, style))
        if (retryCommand !== undefined && mode === 'apply')
          lines.push(
            ...againLines(unfinishedHosts(ends, summary).length, style.bold(scrub(retryCommand))),
          )
        return lines
      })
      const sections = [
        exchanges.map(exchangeLine),
        summaries.flatMap(({ hosts }) => recapLines(hosts, { mode, style, isWell, columns })),
        fitted(notices.map((notice) => noticeLine(notice, style))),
        fitted(finals.lines),
        fitted(failures.lines(style)),
        fitted(errors.flatMap((error) => errorLines(error, style))),
        fitted(totals),
      ]
      const shown = sections
        .filter((section) => section.length > 0)
        .map((section) => `${section.join('\n')}\n`)
      // A blank line separates it from the output of the run.
      if (summaries.length > 0) shown.unshift('')
      if (shown.length > 0) screen.write(shown.join('\n'))
      return screen.flush()
    },
  }
}
