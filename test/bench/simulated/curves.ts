import { join } from 'node:path'
import type { Command } from '../measure.js'
import { resultsFolder } from '../places.js'
import { spread } from '../statistics.js'
import { measureRun, type Run } from './measured.js'

/** One point of a curve. */
export interface Point {
  /** Lab hosts, or played ones. */
  readonly kind: 'real' | 'played'
  readonly hosts: number
  readonly forks: number
  readonly runs: readonly Run[]
}

export interface Case {
  readonly kind: Point['kind']
  readonly hosts: number
  readonly forks: number
  readonly command: Command
}

/** Measures each case `n` times, in turns; above `few` hosts once. The first round of all warms up and does not count. */
export async function curves(cases: readonly Case[], { n, few, group, say }: { readonly n: number; readonly few: number; readonly group: string; readonly say: (line: string) => void }): Promise<readonly Point[]> {
  const points = new Map<Case, Point>()
  for (let round = 0; round <= n; round += 1) {
    for (const each of cases) {
      const { kind, hosts, forks, command } = each
      if (hosts > few && round !== 1) continue
      const run = await measureRun(group, command, join(resultsFolder, `scale-${kind}-${String(hosts)}-${String(forks)}.log`))
      if (round === 0) continue
      say(`  ${kind.padEnd(6)} ${String(hosts).padStart(5)} hosts, forks ${String(forks).padStart(3)}   ${run.wall.toFixed(2)} s   CPU ${run.cpu.toFixed(2)} s + children ${run.childrenCpu.toFixed(2)} s   ${(run.peak / 2 ** 20).toFixed(0)} MiB`)
      points.set(each, { kind, hosts, forks, runs: [...(points.get(each)?.runs ?? []), run] })
    }
  }
  return [...points.values()]
}

const columns: readonly (readonly [name: string, of: (point: Point) => string])[] = [
  ['hosts', ({ kind, hosts }) => `${String(hosts)} ${kind}`],
  ['forks', ({ forks }) => String(forks)],
  ['n', ({ runs }) => String(runs.length)],
  ['wall s', ({ runs }) => spread(runs.map((run) => run.wall)).median.toFixed(2)],
  ['CPU s', ({ runs }) => spread(runs.map((run) => run.cpu)).median.toFixed(2)],
  ['CPU of children s', ({ runs }) => spread(runs.map((run) => run.childrenCpu)).median.toFixed(2)],
  ['CPU ms per host', ({ hosts, runs }) => ((spread(runs.map((run) => run.cpu + run.childrenCpu)).median * 1000) / hosts).toFixed(1)],
  ['peak MiB', ({ runs }) => (spread(runs.map((run) => run.peak)).median / 2 ** 20).toFixed(0)],
]

/** A Markdown table, a line for each point. */
export function curveTable(points: readonly Point[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns.map(([name]) => name)), line(columns.map(() => '---')), ...points.map((point) => line(columns.map(([, of]) => of(point))))].join('\n')
}
