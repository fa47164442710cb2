import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageName } from './image.js'
import { labFolder, labsFolder } from './places.js'

/** A process, identified so that a later one with the same number is not mistaken for it. */
export interface Process {
  readonly pid: number
  /** Its start time, in the kernel's ticks since boot. */
  readonly start: string
}

export interface HostRecord {
  readonly name: string
  readonly index: number
  readonly image: ImageName
  readonly address: string
  readonly hostKey: string
}

/** What other processes know of a lab: `lab.json` in its folder. */
export interface LabRecord {
  readonly id: string
  /**
   * The id of the machine's boot in which it was created: after another boot nothing of it runs.
   */
  readonly boot: string
  /** The process that takes it down, or `null` when it was kept for the user. */
  readonly owner: Process | null
  readonly keeper: Process | null
  readonly address: string
  /** The project folder from which it was started. */
  readonly project: string
  /** Names that it will give to hosts, so that no other lab uses them. */
  readonly reserved: readonly string[]
  readonly hosts: readonly HostRecord[]
}

const text = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

export const thisBoot = (): string => text('/proc/sys/kernel/random/boot_id')?.trim() ?? ''

/** The process that has this number now, or `null`. */
export function processOf(pid: number): Process | null {
  // The name, in parentheses, may contain spaces and parentheses itself; the start time is the 20th
  // field after it.
  const start = text(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')[19]
  return start === undefined ? null : { pid, start }
}

export const isAlive = (process: Process): boolean =>
  processOf(process.pid)?.start === process.start

export const isUp = (record: LabRecord): boolean =>
  record.boot === thisBoot() && (record.owner === null || isAlive(record.owner))

/**
 * Writes the record atomically, and synchronously, so that hosts which boot at the same time do not
 * overwrite each other's entries.
 */
export function writeRecord(record: LabRecord): void {
  const path = join(labFolder(record.id), 'lab.json')
  mkdirSync(labFolder(record.id), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(record, null, 2))
  renameSync(`${path}.new`, path)
}

/** Defaults for the record of a lab that an earlier version has left up. */
const recordDefaults: Pick<LabRecord, 'project' | 'reserved'> = { project: '', reserved: [] }

export function readRecord(id: string): LabRecord | null {
  const json = text(join(labFolder(id), 'lab.json'))
  if (json === null) return null
  const record = JSON.parse(json) as Omit<LabRecord, keyof typeof recordDefaults> &
    Partial<typeof recordDefaults>
  return { ...recordDefaults, ...record }
}

/** The ids of all labs that have a folder, up or not. */
export const recordedIds = (): Promise<readonly string[]> => readdir(labsFolder).catch(() => [])
