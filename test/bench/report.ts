import type { Measurement } from './measure.js'
import type { Row } from './run-case.js'
import { spread, type Spread } from './statistics.js'

const mebibyte = 2 ** 20

/**
 * Three significant digits, as many as a run's spread allows; digits before the decimal point are
 * kept.
 */
export const seconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toPrecision(3)

export const of = ({ runs }: Row, pick: (run: Measurement) => number): Spread =>
  spread(runs.map(pick))
const wall = (row: Row): Spread => of(row, (run) => run.wall)

/** A row's scenario and place: `no-op, 10 hosts, RTT 100 ms`. */
export function caseOf({ scenario, hosts, rtt }: Pick<Row, 'scenario' | 'hosts' | 'rtt'>): string {
  if (scenario === 'help') return 'start (--help, -e 0)'
  const count = hosts === 1 ? '1 host' : `${String(hosts)} hosts`
  const place = `${scenario}, ${count}`
  return rtt === 0 ? place : `${place}, RTT ${String(rtt)} ms`
}

function markdown(
  headings: readonly string[],
  lines: readonly (readonly string[])[],
  textColumns: number,
): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, 3, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  const fit = (word: string, column: number): string =>
    column < textColumns ? word.padEnd(widths[column] ?? 0) : word.padStart(widths[column] ?? 0)
  const rule = widths.map((width, column) =>
    column < textColumns ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [headings.map(fit), rule, ...lines.map((line) => line.map(fit))]
    .map((words) => `| ${words.join(' | ')} |`)
    .join('\n')
}

/** Every measured figure, a line for each tool in each case. */
export function table(rows: readonly Row[]): string {
  const headings = [
    'case',
    'tool',
    'n',
    'wall s',
    'range',
    '× limit',
    'control CPU s',
    'hosts CPU s',
    'peak MiB',
    'logins',
    'sessions',
    'round trips of a host',
  ]
  const lines = rows.map((row) => {
    if (row.runs.length === 0)
      return [
        caseOf(row),
        row.tool,
        '0',
        'failed',
        ...Array.from({ length: headings.length - 4 }, () => ''),
      ]
    const floor = rows.find(
      (other) =>
        other.runs.length > 0 &&
        other.tool === (row.scenario === 'help' ? 'node' : 'limit') &&
        caseOf(other) === caseOf(row),
    )
    const { median, lowest, highest, n } = wall(row)
    const trips = Object.entries(row.exchanges)
      .map(([kind, count]) => `${kind} ${String(count)}`)
      .join(', ')
    const times = floor === undefined ? '' : (median / wall(floor).median).toFixed(2)
    const figures = [
      seconds(of(row, (run) => run.cpu).median),
      seconds(of(row, (run) => run.hostCpu).median),
      (of(row, (run) => run.peak).median / mebibyte).toFixed(0),
    ]
    return [
      caseOf(row),
      row.tool,
      String(n),
      seconds(median),
      `${seconds(lowest)} to ${seconds(highest)}`,
      times,
      ...figures,
      String(row.sessions?.logins ?? ''),
      String(row.sessions?.sessions ?? ''),
      trips,
    ]
  })
  return markdown(headings, lines, 2)
}

/** Median wall time of all tools side by side; for each peer also as a multiple of Fettle's. */
export function overview(rows: readonly Row[], tools: readonly string[]): string {
  const cases = [...new Set(rows.map(caseOf))]
  const present = tools.filter((tool) => rows.some((row) => row.tool === tool))
  const lines = cases.map((name) => {
    const inCase = (tool: string): Row | undefined =>
      rows.find((row) => row.tool === tool && caseOf(row) === name)
    const own = inCase('fettle')
    const cell = (tool: string): string => {
      const row = inCase(tool)
      if (row === undefined) return ''
      if (row.runs.length === 0) return 'failed'
      const { median } = wall(row)
      const time = seconds(median)
      if (own === undefined || own.runs.length === 0 || tool === 'fettle') return time
      const times = median / wall(own).median
      return `${time} (${times.toPrecision(2)}×)`
    }
    return [name, ...present.map(cell)]
  })
  return markdown(['median seconds', ...present], lines, 1)
}

/**
 * A measurement that is missing, or has fewer runs than planned; listed at the end of a benchmark.
 */
export interface Shortfall {
  readonly tool: string
  /** Null: everywhere. */
  readonly place: string | null
  readonly failure: string
}

/** The cases in which a tool failed. */
export const shortfallsOf = (rows: readonly Row[]): readonly Shortfall[] =>
  rows.flatMap((row) =>
    row.failure === null ? [] : [{ tool: row.tool, place: caseOf(row), failure: row.failure }],
  )

/** A line for each; none without any. */
export const shortfallLines = (shortfalls: readonly Shortfall[]): readonly string[] =>
  shortfalls.map(({ tool, place, failure }) => {
    const where = place === null ? '' : ` in: ${place}`
    return `${tool} did not take part${where}: ${failure}`
  })
