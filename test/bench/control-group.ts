import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The hierarchies in which the kernel accounts for processor time and memory: one (version 2), or
 * one for each (version 1).
 */
interface Accounts {
  readonly version: 1 | 2
  readonly cpu: string
  readonly memory: string
}

async function accounts(): Promise<Accounts> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
  const of = (controller: string): string | undefined =>
    mounts.find(
      ([, , type, options]) => type === 'cgroup' && options?.split(',').includes(controller),
    )?.[1]
  const [cpu, memory, unified] = [
    of('cpuacct'),
    of('memory'),
    mounts.find(([, , type]) => type === 'cgroup2')?.[1],
  ]
  if (cpu !== undefined && memory !== undefined) return { version: 1, cpu, memory }
  if (unified !== undefined) return { version: 2, cpu: unified, memory: unified }
  throw new Error('this kernel has no cgroups that account for processor time and memory')
}

/**
 * Seconds of processor time, user and system, of all processes of a cgroup so far, including ended
 * ones.
 */
export async function cpuSeconds(cgroup: string): Promise<number> {
  const { version, cpu } = await accounts()
  if (version === 1) return Number(await readFile(join(cpu, cgroup, 'cpuacct.usage'), 'utf8')) / 1e9
  const stat = await readFile(join(cpu, cgroup, 'cpu.stat'), 'utf8')
  return Number(/^usage_usec (\d+)$/m.exec(stat)?.[1]) / 1e6
}

/** The cgroup of one run, inside its tool's: memory's peak starts at zero only in a new cgroup. */
export interface RunGroup {
  /** A process that writes its number into each of these enters it. */
  readonly entrances: readonly string[]
  peakBytes(): Promise<number>
}

export async function makeRunGroup(tool: string, run: number): Promise<RunGroup> {
  const { version, cpu, memory } = await accounts()
  const folders = [...new Set([cpu, memory])].map((folder) =>
    join(folder, tool, `run-${String(run)}`),
  )
  if (version === 2) await writeFile(join(memory, tool, 'cgroup.subtree_control'), '+memory')
  for (const folder of folders) await mkdir(folder, { recursive: true })
  const peak = join(
    memory,
    tool,
    `run-${String(run)}`,
    version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak',
  )
  return {
    entrances: folders.map((folder) => join(folder, 'cgroup.procs')),
    peakBytes: async () => Number(await readFile(peak, 'utf8')),
  }
}
