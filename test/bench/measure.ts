import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { cpuSeconds, makeRunGroup } from './control-group.js'
import type { BenchHost } from './fleet.js'

/** A command line to measure. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The costs of one run. Times are seconds, `peak` is bytes. */
export interface Measurement {
  /** From the start of the process to its end. */
  readonly wall: number
  /** User and system time of the process, its children, and daemons that it left (ssh masters). */
  readonly cpu: number
  /**
   * User and system time of all hosts together: sshd, shells and everything else there meanwhile.
   */
  readonly hostCpu: number
  /**
   * The peak memory of all its processes together, as the kernel accounts for it: shared pages
   * once, without program text that was in the page cache before.
   */
  readonly peak: number
}

export interface Measured extends Measurement {
  readonly status: number
}

/**
 * Enters its cgroups, reports that, and executes the program on request: entering takes the kernel
 * some milliseconds.
 */
const starter =
  'while [ "$1" != -- ]; do echo $$ >"$1" || exit; shift; done; shift; echo ready >&3; read -r go <&3; exec "$@" 3>&-'

/** The time limit in milliseconds: a tool that takes longer hangs. */
const patience = 30 * 60_000

let runs = 0

/**
 * Runs a program in the cgroup of its tool and measures it. Its output goes to a file, so that
 * reading it costs nothing.
 */
export async function measure(
  tool: string,
  { argv, cwd, env }: Command,
  hosts: readonly BenchHost[],
  output: string,
): Promise<Measured> {
  const group = await makeRunGroup(tool, (runs += 1))
  const file = await open(output, 'w')
  try {
    const child = spawn(
      '/bin/bash',
      ['-c', starter, 'starter', ...group.entrances, '--', ...argv],
      {
        cwd,
        env: { ...process.env, ...env },
        timeout: patience,
        killSignal: 'SIGKILL',
        stdio: ['ignore', file.fd, file.fd, 'pipe'],
      },
    )
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const gate = child.stdio[3] as Readable & Writable
    await Promise.race([once(gate, 'data'), ended])
    const [cpu, hostCpu] = [await cpuSeconds(tool), await cpuOf(hosts)]
    const begun = performance.now()
    gate.write('go\n')
    const [code, signal] = await ended
    const wall = (performance.now() - begun) / 1000
    const [cpuAfter, hostCpuAfter] = [await cpuSeconds(tool), await cpuOf(hosts)]
    gate.destroy()
    return {
      wall,
      cpu: cpuAfter - cpu,
      hostCpu: hostCpuAfter - hostCpu,
      peak: await group.peakBytes(),
      status: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
    }
  } finally {
    await file.close()
  }
}

async function cpuOf(hosts: readonly BenchHost[]): Promise<number> {
  const each = await Promise.all(hosts.map(({ cgroup }) => cpuSeconds(cgroup)))
  return each.reduce((sum, seconds) => sum + seconds, 0)
}
