import { rm } from 'node:fs/promises'
import { cgroupsOf, endCgroup } from './cgroup.js'
import { withLock } from './lock.js'
import { networkIds, removeNetwork } from './network.js'
import { labFolder, lockFile, names } from './places.js'
import { isAlive, isUp, readRecord, recordedIds, type LabRecord } from './record.js'

/**
 * Takes a lab away: its keeper, its hosts with all their processes, its network, its folder. It may be called for a lab
 * that is half made or half gone, by two at once, and in any process. Only what bears the lab's name is touched.
 */
export async function takeDown(id: string): Promise<void> {
  const keeper = readRecord(id)?.keeper
  if (keeper && keeper.pid !== process.pid && isAlive(keeper)) process.kill(keeper.pid, 'SIGKILL')
  await Promise.all((await cgroupsOf(id)).map((name) => endCgroup(name)))
  await removeNetwork(id)
  await rm(labFolder(id), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** Takes down every lab whose owner is gone, and what is left of one that has not even a folder. Returns their ids. */
export async function clearLeftovers(): Promise<readonly string[]> {
  return withLock(lockFile('labs'), async () => {
    const ids = new Set([...(await recordedIds()), ...(await networkIds()), ...(await cgroupsOf()).flatMap((name) => names.idOf(name) ?? [])])
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
