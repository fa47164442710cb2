import { spread } from './statistics.js'
import type { Row } from './run-case.js'

const mebibyte = 2 ** 20

const headings = ['scenario', 'hosts', 'RTT', 'tool', 'n', 'wall s', 'range', '× limit', 'control CPU s', 'per host ms', 'hosts CPU s', 'peak MiB', 'logins', 'sessions', 'round trips'] as const

/** A Markdown table, a line for each tool in each scenario. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const of = (pick: (run: Row['runs'][number]) => number) => spread(row.runs.map(pick))
    const [wall, cpu, hostCpu, peak] = [of((run) => run.wall), of((run) => run.cpu), of((run) => run.hostCpu), of((run) => run.peak)]
    const floor = rows.find((other) => other.tool === 'limit' && other.scenario === row.scenario && other.hosts === row.hosts && other.rtt === row.rtt)
    const times = floor === undefined ? '' : (wall.median / spread(floor.runs.map((run) => run.wall)).median).toFixed(2)
    const trips = Object.entries(row.exchanges).map(([kind, count]) => `${kind} ${String(count)}`).join(', ')
    return [row.scenario, String(row.hosts), String(row.rtt), row.tool, String(wall.n), wall.median.toFixed(3), `${wall.lowest.toFixed(3)} to ${wall.highest.toFixed(3)}`, times, cpu.median.toFixed(3), ((cpu.median * 1000) / row.hosts).toFixed(1), hostCpu.median.toFixed(3), (peak.median / mebibyte).toFixed(0), String(row.sessions.logins), String(row.sessions.sessions), trips]
  })
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((line) => line[column]?.length ?? 0)))
  const line = (words: readonly string[]): string => `| ${words.map((word, column) => word.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}
