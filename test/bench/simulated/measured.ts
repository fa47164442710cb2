import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measure, type Command } from '../measure.js'
import { resultsFolder } from '../places.js'
import type { Usage } from './usage.js'

/** The costs of one run: seconds and bytes. */
export interface Run {
  readonly wall: number
  /** Processor time of Fettle's own process, and of its child processes. */
  readonly cpu: number
  readonly childrenCpu: number
  /** Peak resident memory of Fettle's own process. */
  readonly peak: number
}

const usageFile = join(resultsFolder, 'usage.json')
const loader = `--import=${fileURLToPath(new URL('usage.js', import.meta.url))}`

/** The same command, with a module in its process that records its usage. */
export const watched = ({ argv, cwd, env }: Command): Command => ({
  argv,
  cwd,
  env: { ...env, USAGE_FILE: usageFile, NODE_OPTIONS: loader },
})

/** The recorded usage of the process, once it has ended. */
export async function used(): Promise<Usage> {
  const [line = ''] = (await readFile(usageFile, 'utf8')).split('\n')
  await rm(usageFile)
  return JSON.parse(line) as Usage
}

/** Runs a command in a cgroup; it must end with 0. */
export async function measureRun(group: string, command: Command, output: string): Promise<Run> {
  const { status, wall, cpu: all } = await measure(group, watched(command), [], output)
  if (status !== 0)
    throw new Error(`${command.argv.join(' ')} ended with status ${String(status)}: see ${output}`)
  const { cpu, peak } = await used()
  return { wall, cpu, childrenCpu: Math.max(0, all - cpu), peak }
}
