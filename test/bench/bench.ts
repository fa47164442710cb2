import { mkdir } from 'node:fs/promises'
import { FettleError } from '../../src/core/errors.js'
import { endCgroup, makeCgroup } from '../../src/lab/cgroup.js'
import { withLock } from '../../src/lab/lock.js'
import { lockFile, names } from '../../src/lab/places.js'
import { prepareHosts, verify } from './finished.js'
import { openFleet, type Fleet } from './fleet.js'
import { measure } from './measure.js'
import { parseOptions, usage, type Options } from './options.js'
import { resultsFolder } from './places.js'
import { runCase, type Contestant, type Row } from './run-case.js'
import { table } from './report.js'
import { prepareTool } from './tools/all.js'
import { parseOptions as parseScaleOptions, usage as scaleUsage } from './simulated/options.js'
import { scale } from './simulated/scale.js'
import { fettle } from './tools/fettle.js'
import type { Tool } from './tools/tool.js'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Tools get the lab's highest numbers, so that whatever takes the lab down ends what they left running. */
const firstGroup = 900

async function contestants(options: Options, fleet: Fleet): Promise<readonly Contestant[]> {
  const made: Contestant[] = []
  for (const name of options.tools) {
    const tool = await prepareTool(name, fleet, say)
    if (tool === null) continue
    const group = names.cgroup(fleet.id, firstGroup + made.length)
    await endCgroup(group)
    await makeCgroup(group)
    made.push({ tool, group })
  }
  return made
}

/** Brings every host to the finished state with Fettle, unless it is in it. */
async function finish(fleet: Fleet): Promise<void> {
  await prepareHosts(fleet.hosts)
  if (await verify(fleet.hosts).then(() => true, () => false)) return
  say('bringing the hosts to the finished state')
  const tool: Tool = await fettle(fleet, say)
  const group = names.cgroup(fleet.id, firstGroup - 1)
  await makeCgroup(group)
  const { status } = await measure(group, tool.command(fleet.hosts, 'first-run'), [], `${resultsFolder}/finish.log`)
  await endCgroup(group)
  if (status !== 0) throw new Error(`fettle apply ended with status ${String(status)}: see ${resultsFolder}/finish.log`)
  await verify(fleet.hosts)
}

async function bench(options: Options): Promise<readonly Row[]> {
  const most = Math.max(...options.places.map(({ hosts }) => hosts))
  const fleet = await openFleet({ count: most, keep: options.keep, say })
  const interrupted = (): void => void fleet.close().finally(() => process.exit(130))
  process.once('SIGINT', interrupted)
  const rows: Row[] = []
  try {
    await finish(fleet)
    const tools = await contestants(options, fleet)
    for (const place of options.places) for (const scenario of options.scenarios) rows.push(...(await runCase({ place, scenario, contestants: tools, fleet, n: options.n, say })))
    for (const { group } of tools) await endCgroup(group)
    return rows
  } finally {
    process.off('SIGINT', interrupted)
    await fleet.close()
  }
}

/** Benchmarks of this machine run one after the other. */
async function alone<T>(run: () => Promise<T>): Promise<T> {
  await mkdir(resultsFolder, { recursive: true })
  const waiting = setTimeout(() => say('another benchmark is running on this machine: waiting for its end'), 1000)
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
    const options = parseScaleOptions(argv)
    await alone(() => scale(options, say))
    return 0
  }
  const options = parseOptions(argv)
  say(`\n${table(await alone(() => bench(options)))}`)
  return 0
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof FettleError ? [error.message, error.detail, error.remedy].filter((part) => part !== null && part !== '').join('\n') : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return error instanceof RangeError || error instanceof TypeError ? 3 : 1
})
