import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endCgroup, makeCgroup } from '../../../src/lab/cgroup.js'
import { must } from '../../../src/lab/command.js'
import { names } from '../../../src/lab/places.js'
import { prepareHosts, verify } from '../finished.js'
import type { Fleet } from '../fleet.js'
import { measure, type Command } from '../measure.js'
import { resultsFolder } from '../places.js'
import { fettleProject } from '../tools/fettle.js'
import { playedAddress, realHosts, writeInventory, type InventoryHost } from './hosts.js'
import { startPeer, type Peer } from './played.js'
import { record } from './record.js'
import { saveTranscript } from './transcript.js'

/**
 * The environment of a measurement: lab hosts in the finished state of the job, Fettle installed,
 * and the means to simulate more hosts like them.
 */
export interface Stage {
  /** The lab's hosts. */
  readonly real: readonly InventoryHost[]
  /** The cgroup for measured processes. */
  readonly group: string
  /** A command line of Fettle with the job. */
  readonly fettle: (...words: readonly string[]) => Command
  /** Writes an inventory of these hosts and returns its path. */
  readonly inventory: (name: string, hosts: readonly InventoryHost[]) => Promise<string>
  /** Simulates hosts that take `delay` seconds for each answer; null: they never answer. */
  readonly play: (delay: number | null) => Promise<Peer>
}

/** The lab's numbers from here on are not hosts. */
const groupIndex = 800

/** Sets everything up, and removes it afterwards. */
export async function onStage(
  fleet: Fleet,
  say: (line: string) => void,
  use: (stage: Stage) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-scale-'))
  const group = names.cgroup(fleet.id, groupIndex)
  try {
    await mkdir(resultsFolder, { recursive: true })
    await makeCgroup(group)
    const project = await fettleProject(say)
    const [hostKey, transcript] = [join(folder, 'host_key'), join(folder, 'transcript.json')]
    await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'played', '-f', hostKey])
    const userKey = await readFile(`${fleet.keyFile}.pub`, 'utf8')
    const stage: Stage = {
      real: await realHosts(fleet),
      group,
      fettle: (...words) => ({
        argv: ['node_modules/.bin/fettle', ...words],
        cwd: project,
        env: { DATABASE_PASSWORD: undefined },
      }),
      inventory: (name, hosts) => writeInventory(join(folder, name), hosts, fleet.keyFile),
      play: (delay) =>
        startPeer({
          transcript: delay === null ? null : transcript,
          hostKey,
          userKey,
          delay: delay ?? 0,
        }),
    }
    await finish(stage, fleet, say)
    await recordPlan(stage, fleet, hostKey, transcript)
    await use(stage)
  } finally {
    await endCgroup(group)
    await rm(folder, { recursive: true })
  }
}

async function run(group: string, command: Command, name: string): Promise<void> {
  const output = join(resultsFolder, `scale-${name}.log`)
  const { status } = await measure(group, command, [], output)
  if (status !== 0)
    throw new Error(`${command.argv.join(' ')} ended with status ${String(status)}: see ${output}`)
}

async function finish(
  { real, group, fettle, inventory }: Stage,
  fleet: Fleet,
  say: (line: string) => void,
): Promise<void> {
  await prepareHosts(fleet.hosts)
  if (
    await verify(fleet.hosts).then(
      () => true,
      () => false,
    )
  )
    return
  say('bringing the hosts to the finished state')
  await run(group, fettle('apply', '-i', await inventory('real', real)), 'finish')
  await verify(fleet.hosts)
}

/** Records the first host's output in a plan. */
async function recordPlan(
  { real, group, fettle, inventory }: Stage,
  { keyFile }: Fleet,
  hostKey: string,
  transcript: string,
): Promise<void> {
  const recorder = await record({ address: real[0]?.address ?? '', keyFile, hostKey })
  await run(
    group,
    fettle(
      'plan',
      '-i',
      await inventory('recorded', [
        {
          name: 'recorded',
          address: playedAddress(1),
          port: recorder.port,
          hostKey: recorder.hostKey,
        },
      ]),
    ),
    'record',
  )
  saveTranscript(transcript, await recorder.transcript)
  recorder.close()
}
