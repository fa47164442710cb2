import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FettleError } from '../../src/core/errors.js'
import { endCgroup, makeCgroup } from '../../src/lab/cgroup.js'
import { withLock } from '../../src/lab/lock.js'
import { lockFile, names } from '../../src/lab/places.js'
import { delayed, undelay } from './delay.js'
import { prepareHosts, verify } from './finished.js'
import { openFleet, type Fleet } from './fleet.js'
import { measure } from './measure.js'
import { parseOptions, usage, type Options } from './options.js'
import { resultsFolder } from './places.js'
import { shortfallLines, shortfallsOf, table, type Shortfall } from './report.js'
import { saveResults } from './results.js'
import { runCase, type Contestant, type Row } from './run-case.js'
import { parseOptions as parseScaleOptions, usage as scaleUsage } from './simulated/options.js'
import { scale } from './simulated/scale.js'
import { installPeers, prepareTool } from './tools/all.js'
import { fettle } from './tools/fettle.js'
import { writeDocuments } from './write.js'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/**
 * Tools get the lab's highest numbers, so that taking the lab down ends the processes that they
 * left running.
 */
const firstGroup = 900

interface Contestants {
  readonly made: readonly Contestant[]
  readonly missing: readonly Shortfall[]
}

async function contestants(options: Options, fleet: Fleet): Promise<Contestants> {
  const made: Contestant[] = []
  const missing: Shortfall[] = []
  for (const name of options.tools) {
    const tool = await prepareTool(name, fleet, say)
    if (tool === null) continue
    if ('failure' in tool) {
      say(`${name} ${tool.failure}`)
      missing.push({ tool: name, place: null, failure: tool.failure })
      continue
    }
    const group = names.cgroup(fleet.id, firstGroup + made.length)
    await endCgroup(group)
    await makeCgroup(group)
    made.push({ tool, group })
  }
  return { made, missing }
}

/** Brings every host to the finished state with Fettle, unless it is in it. */
async function finish(fleet: Fleet): Promise<void> {
  await prepareHosts(fleet.hosts)
  if (
    await verify(fleet.hosts).then(
      () => true,
      () => false,
    )
  )
    return
  say('bringing the hosts to the finished state')
  const tool = await fettle(fleet, say)
  const group = names.cgroup(fleet.id, firstGroup - 1)
  const log = join(resultsFolder, 'finish.log')
  await makeCgroup(group)
  const { status } = await measure(group, tool.command(fleet.hosts, 'first-run'), [], log)
  await endCgroup(group)
  if (status !== 0) throw new Error(`fettle apply ended with status ${String(status)}: see ${log}`)
  await verify(fleet.hosts)
}

async function allCases(
  options: Options,
  fleet: Fleet,
  tools: readonly Contestant[],
): Promise<readonly Row[]> {
  const rows: Row[] = []
  const common = { contestants: tools, n: options.n, say, repair: () => finish(fleet) }
  if (options.scenarios.includes('help'))
    rows.push(
      ...(await runCase({ ...common, fleet, place: { hosts: 0, rtt: 0 }, scenario: 'help' })),
    )
  for (const place of options.places) {
    for (const scenario of options.scenarios.filter((name) => name !== 'help'))
      rows.push(
        ...(await delayed(fleet, place.rtt, (there) =>
          runCase({ ...common, fleet: there, place, scenario }),
        )),
      )
  }
  return rows
}

async function bench(
  options: Options,
): Promise<{ readonly rows: readonly Row[]; readonly shortfalls: readonly Shortfall[] }> {
  const fleet = await openFleet({
    count: Math.max(...options.places.map(({ hosts }) => hosts)),
    keep: options.keep,
    say,
  })
  const interrupted = (): void =>
    void undelay(fleet)
      .then(() => fleet.close())
      .finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    await undelay(fleet)
    await finish(fleet)
    const { made, missing } = await contestants(options, fleet)
    const rows = await allCases(options, fleet, made)
    for (const { group } of made) await endCgroup(group)
    return { rows, shortfalls: [...missing, ...shortfallsOf(rows)] }
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await fleet.close()
  }
}

/** Holds a lock: benchmarks of this machine run one after the other. */
async function alone<T>(run: () => Promise<T>): Promise<T> {
  await mkdir(resultsFolder, { recursive: true })
  const waiting = setTimeout(
    () => say('another benchmark is running on this machine: waiting for its end'),
    1000,
  )
  return withLock(lockFile('bench'), () => {
    clearTimeout(waiting)
    return run()
  })
}

async function main(argv: readonly string[]): Promise<number> {
  const scaling = argv.includes('--scale')
  if (argv.includes('--help')) {
    say(scaling ? scaleUsage : usage)
    return 0
  }
  if (scaling) {
    const options = parseScaleOptions(argv.filter((word) => word !== '--yes'))
    await alone(() => scale(options, say))
    return 0
  }
  const options = parseOptions(argv)
  const begun = new Date()
  await installPeers(options.tools, options.ask, say)
  const { rows, shortfalls } = await alone(() => bench(options))
  const results = await saveResults(begun, rows)
  say(
    `\n${table(rows)}\n\n${String(Math.round(results.seconds))} s; as JSON: ${join(resultsFolder, 'latest.json')}`,
  )
  if (options.write) await writeDocuments(results, options.add, say)
  if (shortfalls.length > 0) say(`\n${shortfallLines(shortfalls).join('\n')}`)
  return shortfalls.length === 0 ? 0 : 1
}

function explained(error: unknown): string {
  if (error instanceof FettleError)
    return [error.message, error.detail, error.remedy]
      .filter((part) => part !== null && part !== '')
      .join('\n')
  if (error instanceof RangeError || error instanceof TypeError) return error.message
  if (!(error instanceof Error)) return String(error)
  if (error.cause === undefined) return error.message
  return `${error.message}: ${explained(error.cause)}`
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${explained(error)}\n`)
  return error instanceof RangeError || (error instanceof TypeError && 'code' in error) ? 3 : 1
})
