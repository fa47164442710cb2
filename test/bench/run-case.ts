import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { breakOneFile, verify } from './finished.js'
import type { Fleet } from './fleet.js'
import { measure, type Measurement } from './measure.js'
import type { Place } from './options.js'
import { resultsFolder } from './places.js'
import { sessionsSince, type Sessions } from './sessions.js'
import { exchanges } from './tools/fettle.js'
import type { Scenario, Tool } from './tools/tool.js'

export interface Contestant {
  readonly tool: Tool
  /** The cgroup that its processes run in. */
  readonly group: string
}

/** All runs of one tool in one scenario at one place. */
export interface Row extends Place {
  readonly scenario: Scenario
  readonly tool: string
  readonly runs: readonly Measurement[]
  /** Of one host. */
  readonly sessions: Sessions
  /** Round trips and requests of the busiest host by kind, where the tool tells. */
  readonly exchanges: Readonly<Record<string, number>>
}

export interface Case {
  readonly place: Place
  readonly scenario: Scenario
  readonly contestants: readonly Contestant[]
  readonly fleet: Fleet
  readonly n: number | null
  readonly say: (line: string) => void
}

/** Measures all tools in turn, n times over, so that what else the machine does meets all of them alike. The first round warms up and does not count. */
export async function runCase({ place, scenario, contestants, fleet, n, say }: Case): Promise<readonly Row[]> {
  const hosts = fleet.hosts.slice(0, place.hosts)
  const [first] = hosts
  if (first === undefined) throw new Error('there are no hosts')
  const rows = new Map<string, Row>()
  say(`\n${scenario}, ${String(place.hosts)} host${place.hosts === 1 ? '' : 's'}, RTT ${String(place.rtt)} ms`)
  for (let round = 0; round <= (n ?? 5); round += 1) {
    for (const { tool, group } of contestants) {
      if (scenario === 'one-change') await breakOneFile(hosts)
      const output = join(resultsFolder, `${tool.name}-${scenario}-${String(place.hosts)}-${String(place.rtt)}.log`)
      const since = Date.now() / 1000
      const { status, ...run } = await measure(group, tool.command(hosts, scenario), hosts, output)
      const said = await readFile(output, 'utf8')
      if (!tool.successes(scenario).includes(status)) throw new Error(`${tool.name} ended with status ${String(status)}: see ${output}`)
      if (scenario === 'no-op' && tool.unchanged(said, hosts) === false) throw new Error(`${tool.name} changed something in a no-op run: see ${output}`)
      if (scenario === 'one-change' && tool.name !== 'limit') await verify(hosts)
      const sessions = await sessionsSince(first, since)
      if (round === 0) continue
      say(`  ${tool.name.padEnd(8)} ${run.wall.toFixed(3)} s   control ${run.cpu.toFixed(3)} s   hosts ${run.hostCpu.toFixed(3)} s   ${(run.peak / 2 ** 20).toFixed(0)} MiB   logins ${String(sessions.logins)}, sessions ${String(sessions.sessions)}`)
      rows.set(tool.name, { ...place, scenario, tool: tool.name, runs: [...(rows.get(tool.name)?.runs ?? []), run], sessions, exchanges: tool.name === 'fettle' ? exchanges(said) : {} })
    }
  }
  return [...rows.values()]
}
