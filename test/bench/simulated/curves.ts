import { join } from 'node:path'
import type { Command } from '../measure.js'
import { resultsFolder } from '../places.js'
import { measureRun, type Run } from './measured.js'

/** One point of a curve. */
export interface Point {
  /** Lab hosts, or simulated ones. */
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

/**
 * Measures each case `n` times, in rotation; above `few` hosts once. The first round is a warm-up
 * and does not count.
 */
export async function curves(
  cases: readonly Case[],
  {
    n,
    few,
    group,
    say,
  }: {
    readonly n: number
    readonly few: number
    readonly group: string
    readonly say: (line: string) => void
  },
): Promise<readonly Point[]> {
  const points = new Map<Case, Point>()
  for (let round = 0; round <= n; round += 1) {
    for (const each of cases) {
      const { kind, hosts, forks, command } = each
      if (hosts > few && round !== 1) continue
      const run = await measureRun(
        group,
        command,
        join(resultsFolder, `scale-${kind}-${String(hosts)}-${String(forks)}.log`),
      )
      if (round === 0) continue
      say(
        `  ${kind.padEnd(6)} ${String(hosts).padStart(5)} hosts, forks ${String(forks).padStart(3)}   ${run.wall.toFixed(2)} s   CPU ${run.cpu.toFixed(2)} s + children ${run.childrenCpu.toFixed(2)} s   ${(run.peak / 2 ** 20).toFixed(0)} MiB`,
      )
      points.set(each, { kind, hosts, forks, runs: [...(points.get(each)?.runs ?? []), run] })
    }
  }
  return [...points.values()]
}
