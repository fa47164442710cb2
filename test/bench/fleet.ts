import { readFile } from 'node:fs/promises'
import { execute, type Ended } from '../../src/lab/command.js'
import { openLab } from '../../src/lab/lab.js'
import { keyFile, knownHostsFile, names } from '../../src/lab/places.js'
import { readRecord, type HostRecord, type LabRecord } from '../../src/lab/record.js'
import { labsUp, takeDown } from '../../src/lab/take-down.js'

/** A lab host as the benchmark needs it, also one of a lab that an earlier benchmark kept. */
export interface BenchHost {
  readonly name: string
  readonly address: string
  /** Contains all its processes. */
  readonly cgroup: string
  /** Its interface on this machine. */
  readonly port: string
  /** Runs a piece of shell as root, without sshd. */
  run(script: string): Promise<Ended>
}

export interface Fleet {
  readonly id: string
  readonly keyFile: string
  readonly knownHostsFile: string
  readonly hosts: readonly BenchHost[]
  /**
   * Discards what was changed on these hosts since their first boot, if the fleet was booted by
   * this process.
   */
  reset(hosts: readonly BenchHost[]): Promise<void>
  close(): Promise<void>
}

export interface FleetOptions {
  readonly count: number
  /** Use the hosts that an earlier benchmark kept, and keep them. */
  readonly keep: boolean
  readonly say: (line: string) => void
}

/** Limits concurrency: a hundred hosts that boot at once slow each other beyond the time limit. */
async function tenAtOnce<T>(
  items: readonly T[],
  boot: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values()
  const bootOne = async (): Promise<void> => {
    for (const item of left) await boot(item)
  }
  await Promise.all(Array.from({ length: 10 }, bootOne))
}

const nameOf = (index: number): string => `bench${String(index)}`
const isBench = ({ owner, hosts }: LabRecord): boolean =>
  owner === null && hosts.length > 0 && hosts.every(({ name }) => /^bench\d+$/.test(name))

/** Hosts with the image `stack`: fresh ones, or with `keep` those of an earlier call. */
export async function openFleet({ count, keep, say }: FleetOptions): Promise<Fleet> {
  const kept = keep ? (await labsUp()).filter(isBench) : []
  const enough = kept.find(({ hosts }) => hosts.length >= count)
  if (enough !== undefined)
    return fleet(enough, {
      reset: () =>
        Promise.reject(
          new RangeError(
            'hosts of an earlier call cannot be reset: leave out --keep, or --scenario first-run',
          ),
        ),
      close: () => Promise.resolve(),
    })
  for (const { id } of kept) await takeDown(id)
  say(`booting ${String(count)} hosts`)
  const lab = await openLab({ say })
  try {
    await tenAtOnce(
      Array.from({ length: count }, (_, index) => nameOf(index + 1)),
      (name) => lab.boot({ name, image: 'stack' }),
    )
    const record = readRecord(lab.id)
    if (record === null) throw new Error(`the lab ${lab.id} has no record`)
    return fleet(record, {
      reset: async (hosts) => {
        const chosen = new Set(hosts.map(({ name }) => name))
        await tenAtOnce(
          lab.hosts.filter(({ name }) => chosen.has(name)),
          (host) => host.reset(),
        )
      },
      close: () => (keep ? lab.keep() : lab.close()),
    })
  } catch (error) {
    await lab.close()
    throw error
  }
}

function fleet({ id, hosts }: LabRecord, ways: Pick<Fleet, 'reset' | 'close'>): Fleet {
  const ordered = hosts.toSorted((a, b) => Number(a.name.slice(5)) - Number(b.name.slice(5)))
  return {
    id,
    keyFile: keyFile(),
    knownHostsFile: knownHostsFile(id),
    hosts: ordered.map((host) => benchHost(id, host)),
    ...ways,
  }
}

function benchHost(id: string, { name, address, index }: HostRecord): BenchHost {
  const inside = [
    '--mount',
    '--uts',
    '--ipc',
    '--net',
    '--pid',
    '--cgroup',
    '--root',
    '--wd',
    'env',
    '-i',
    'HOME=/root',
    'LANG=C.UTF-8',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'sh',
    '-s',
  ]
  return {
    name,
    address,
    cgroup: names.cgroup(id, index),
    port: names.port(id, index),
    run: async (script) =>
      execute(['nsenter', '--target', await leader(names.namespace(id, index)), ...inside], {
        input: script,
      }),
  }
}

/** The process id of the host's systemd: process 1 of its own namespace. */
async function leader(namespace: string): Promise<string> {
  const { stdout } = await execute(['ip', 'netns', 'pids', namespace])
  for (const pid of stdout.split('\n').filter((line) => line !== '')) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    if (/^NSpid:.*\s1$/m.test(status)) return pid
  }
  throw new Error(`nothing runs in ${namespace}`)
}
