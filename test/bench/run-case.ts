import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endCgroup, makeCgroup } from '../../src/lab/cgroup.js'
import { breakOneFile, prepareHosts, runOn, verify } from './finished.js'
import type { BenchHost, Fleet } from './fleet.js'
import { measure, type Command, type Measured, type Measurement } from './measure.js'
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
  readonly sessions: Sessions | null
  /** Round trips and requests of the busiest host by kind, if the tool reports them. */
  readonly exchanges: Readonly<Record<string, number>>
  /** Why it was not measured, or less often than planned. */
  readonly failure: string | null
}

export interface Case {
  readonly place: Place
  readonly scenario: Scenario
  readonly contestants: readonly Contestant[]
  readonly fleet: Fleet
  readonly n: number | null
  readonly say: (line: string) => void
  /** Brings all hosts to the finished state, whatever a failed tool has left. */
  readonly repair: () => Promise<void>
}

interface Series extends Contestant {
  readonly scenario: Scenario
  readonly hosts: readonly BenchHost[]
  readonly rtt: number
  readonly n: number
  readonly runs: Measurement[]
  sessions: Sessions | null
  /** The output of the warm-up run. */
  told: string
  failure: string | null
}

/**
 * Measures all tools in rotation, several times, so that other load on the machine affects all of
 * them alike.
 */
export async function runCase({
  place,
  scenario,
  contestants,
  fleet,
  n,
  say,
  repair,
}: Case): Promise<readonly Row[]> {
  const hosts = fleet.hosts.slice(0, place.hosts)
  const series = contestants
    .filter(({ tool }) => tool.takesPart(scenario, hosts.length))
    .map(
      ({ tool, group }): Series => ({
        tool,
        group,
        scenario,
        hosts,
        rtt: place.rtt,
        n: n ?? tool.runs(scenario, place.hosts, place.rtt),
        runs: [],
        sessions: null,
        told: '',
        failure: null,
      }),
    )
  if (series.length === 0) return []
  if (scenario === 'help') say('\nhelp')
  else {
    const hosts = place.hosts === 1 ? '1 host' : `${String(place.hosts)} hosts`
    say(`\n${scenario}, ${hosts}, RTT ${String(place.rtt)} ms`)
  }
  const attempt = async (each: Series, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!each.tool.isPeer || !(error instanceof Error)) throw error
      each.failure = error.message
      say(`  ${each.tool.name.padEnd(8)} failed: ${error.message}`)
      await repair()
    }
  }
  for (const each of series) await attempt(each, () => warmUp(each))
  for (let round = 1; round <= Math.max(...series.map((each) => each.n)); round += 1) {
    for (const each of series.filter((one) => round <= one.n && one.failure === null)) {
      await attempt(each, async () => {
        const run = await runOnce(each, fleet)
        say(`  ${each.tool.name.padEnd(8)} ${described(run, each.sessions)}`)
      })
    }
  }
  return series.map(({ tool, runs, sessions, told, failure }) => ({
    ...place,
    scenario,
    tool: tool.name,
    runs,
    sessions,
    failure,
    exchanges: tool.name === 'fettle' ? exchanges(told) : {},
  }))
}

async function warmUp(series: Series): Promise<void> {
  const { tool, scenario, hosts, rtt } = series
  if (scenario === 'first-run') return
  await makeReady(series)
  if (tool.warmUp !== undefined) {
    await successful(series, tool.warmUp(hosts))
    return
  }
  // No warm-up run for a peer that is measured only once because it is slow.
  if (tool.runs(scenario, hosts.length, rtt) === 1) return
  if (tool.provisions && scenario === 'one-change') await breakOneFile(hosts)
  series.told = (await successful(series, tool.command(hosts, scenario, true))).output
}

async function makeReady({ tool, scenario, hosts }: Series): Promise<void> {
  const script = tool.onHosts?.(scenario) ?? null
  if (script !== null) await runOn(hosts, script, `could not be made ready for ${tool.name}`)
}

async function runOnce(series: Series, fleet: Fleet): Promise<Measurement> {
  const { tool, group, scenario, hosts } = series
  if (scenario === 'first-run') {
    await fresh(group, hosts, fleet)
    await makeReady(series)
  }
  if (tool.provisions && scenario === 'one-change') await breakOneFile(hosts)
  const since = Date.now() / 1000
  const { output, ...run } = await successful(series, tool.command(hosts, scenario))
  const [first] = hosts
  if (first !== undefined && scenario !== 'help')
    series.sessions = await sessionsSince(first, since)
  if (scenario === 'no-op' && !tool.unchanged(output, hosts))
    throw new Error(`${tool.name} changed something in a no-op run: see ${logOf(series)}`)
  if (tool.provisions && (scenario === 'one-change' || scenario === 'first-run'))
    await verify(hosts)
  series.runs.push(run)
  return run
}

/** Resets hosts to their first boot. Connections that a tool had kept to them end too. */
async function fresh(group: string, hosts: readonly BenchHost[], fleet: Fleet): Promise<void> {
  await endCgroup(group)
  await makeCgroup(group)
  await fleet.reset(hosts)
  await prepareHosts(hosts)
}

const logOf = ({ tool, scenario, hosts }: Series): string =>
  join(resultsFolder, `${tool.name}-${scenario}-${String(hosts.length)}.log`)

async function successful(
  series: Series,
  command: Command,
): Promise<Measured & { readonly output: string }> {
  const log = logOf(series)
  const run = await measure(series.group, command, series.hosts, log)
  if (run.status !== 0)
    throw new Error(`${series.tool.name} ended with status ${String(run.status)}: see ${log}`)
  return { ...run, output: await readFile(log, 'utf8') }
}

function described({ wall, cpu, hostCpu, peak }: Measurement, sessions: Sessions | null): string {
  const parts = [
    `${wall.toFixed(3)} s`,
    `control ${cpu.toFixed(3)} s`,
    `hosts ${hostCpu.toFixed(3)} s`,
    `${(peak / 2 ** 20).toFixed(0)} MiB`,
  ]
  if (sessions !== null)
    parts.push(`logins ${String(sessions.logins)}, sessions ${String(sessions.sessions)}`)
  return parts.join('   ')
}
