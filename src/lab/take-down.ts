import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cgroupsOf, endCgroup } from './cgroup.js'
import { withLock } from './lock.js'
import { networkIds, removeNetwork, unplug } from './network.js'
import { labFolder, lockFile, names } from './places.js'
import {
  isAlive,
  isUp,
  readRecord,
  recordedIds,
  writeRecord,
  type HostRecord,
  type LabRecord,
} from './record.js'

/**
 * Takes a lab down: its keeper, its hosts with all their processes, its network, its folder. It
 * works on a lab that is partly created or partly removed, twice at the same time, and in any
 * process. It touches only what has the lab's name.
 */
export async function takeDown(id: string): Promise<void> {
  const keeper = readRecord(id)?.keeper
  if (keeper && keeper.pid !== process.pid && isAlive(keeper)) process.kill(keeper.pid, 'SIGKILL')
  await Promise.all((await cgroupsOf(id)).map((name) => endCgroup(name)))
  await removeNetwork(id)
  await rm(labFolder(id), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** Takes one host down, and nothing else of its lab. */
export async function removeHost(
  id: string,
  { name, index }: Pick<HostRecord, 'name' | 'index'>,
): Promise<void> {
  await endCgroup(names.cgroup(id, index))
  await unplug(id, index)
  await rm(join(labFolder(id), name), {
    recursive: true,
    force: true,
    maxRetries: 10,
    retryDelay: 100,
  })
}

/** Takes down one host of a lab that no process owns, and the lab with its last host. */
export async function takeDownHost(id: string, host: HostRecord): Promise<void> {
  await removeHost(id, host)
  await withLock(lockFile('labs'), async () => {
    const record = readRecord(id)
    const left = record?.hosts.filter(({ name }) => name !== host.name) ?? []
    if (record === null || left.length === 0) await takeDown(id)
    else writeRecord({ ...record, hosts: left })
  })
}

/**
 * Takes down every lab whose owner has ended, and remains of labs without a folder. Returns their
 * ids.
 */
export async function clearLeftovers(): Promise<readonly string[]> {
  return withLock(lockFile('labs'), async () => {
    const ids = new Set([
      ...(await recordedIds()),
      ...(await networkIds()),
      ...(await cgroupsOf()).flatMap((name) => names.idOf(name) ?? []),
    ])
    const stale = [...ids].filter((id) => {
      const record = readRecord(id)
      return record === null || !isUp(record)
    })
    for (const id of stale) await takeDown(id)
    return stale
  })
}

/** The labs that are up on this machine, those of other processes included. */
export async function labsUp(): Promise<readonly LabRecord[]> {
  return (await recordedIds()).flatMap((id) => readRecord(id) ?? []).filter(isUp)
}
