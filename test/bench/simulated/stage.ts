import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endCgroup, makeCgroup } from '../../../src/lab/cgroup.js'
import { names } from '../../../src/lab/places.js'
import { prepareHosts, verify } from '../finished.js'
import { openFleet, type Fleet } from '../fleet.js'
import { measure, type Command } from '../measure.js'
import { resultsFolder } from '../places.js'
import { fettle } from '../tools/fettle.js'
import type { Tool } from '../tools/tool.js'
import { makeHostKey, playedAddress, writeInventory, type PlayedHost } from './hosts.js'
import { startPeer, type Peer } from './played.js'
import { record } from './record.js'
import { saveTranscript } from './transcript.js'

/** Lab hosts in the finished state of the job, Fettle installed, and all that it takes to play more hosts like them. */
export interface Stage {
  readonly fleet: Fleet
  readonly tool: Tool
  /** The cgroup of what is measured. */
  readonly group: string
  /** The plan of the job for an inventory. */
  readonly plan: (inventory: string, ...words: readonly string[]) => Command
  /** Writes an inventory of played hosts and answers its path. */
  readonly inventory: (name: string, hosts: readonly PlayedHost[]) => Promise<string>
  /** Plays hosts that take `delay` seconds for each answer, or with null never give one. */
  readonly play: (delay: number | null) => Promise<Peer>
}

/** The lab's numbers from here on are not hosts. */
const groupIndex = 800

/** Sets the stage, and takes everything away afterwards. */
export async function onStage({ real, keep }: { readonly real: number; readonly keep: boolean }, say: (line: string) => void, use: (stage: Stage) => Promise<void>): Promise<void> {
  const fleet = await openFleet({ count: real, keep, say })
  const folder = await mkdtemp(join(tmpdir(), 'fettle-scale-'))
  const group = names.cgroup(fleet.id, groupIndex)
  try {
    await mkdir(resultsFolder, { recursive: true })
    await makeCgroup(group)
    const tool = await fettle(fleet, say)
    await finish(fleet, tool, group, say)
    const hostKey = await makeHostKey(folder)
    const userKey = await readFile(`${fleet.keyFile}.pub`, 'utf8')
    const transcript = join(folder, 'transcript.json')
    const stage: Stage = {
      fleet,
      tool,
      group,
      plan: (inventory, ...words) => {
        const { argv: [program = ''], cwd, env } = tool.command(fleet.hosts, 'plan')
        return { argv: [program, 'plan', '-i', inventory, ...words], cwd, env }
      },
      inventory: (name, hosts) => writeInventory(join(folder, name), hosts, { keyFile: fleet.keyFile, hostKey: hostKey.publicKey }),
      play: (delay) => startPeer({ transcript: delay === null ? null : transcript, hostKey: hostKey.file, userKey, delay: delay ?? 0 }),
    }
    await recordPlan(stage, hostKey.file, transcript)
    await use(stage)
  } finally {
    await endCgroup(group)
    await rm(folder, { recursive: true })
    await fleet.close()
  }
}

async function finish(fleet: Fleet, tool: Tool, group: string, say: (line: string) => void): Promise<void> {
  await prepareHosts(fleet.hosts)
  if (await verify(fleet.hosts).then(() => true, () => false)) return
  say('bringing the hosts to the finished state')
  await measure(group, tool.command(fleet.hosts, 'first-run'), [], join(resultsFolder, 'scale-finish.log'))
  await verify(fleet.hosts)
}

/** Writes down what the first host says in a plan. */
async function recordPlan({ fleet, group, plan, inventory }: Stage, hostKey: string, transcript: string): Promise<void> {
  const recorder = await record({ address: fleet.hosts[0]?.address ?? '', keyFile: fleet.keyFile, hostKey })
  const recorded = await inventory('recorded', [{ name: 'recorded', address: playedAddress(1), port: recorder.port }])
  const output = join(resultsFolder, 'scale-record.log')
  const { status } = await measure(group, plan(recorded), [], output)
  if (status !== 0) throw new Error(`the plan that was to be recorded ended with status ${String(status)}: see ${output}`)
  saveTranscript(transcript, await recorder.transcript)
  recorder.close()
}
