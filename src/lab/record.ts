import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageName } from './image.js'
import { labFolder, labsFolder } from './places.js'

/** A process that is not mistaken for a later one with the same number. */
export interface Process {
  readonly pid: number
  /** When it was started, in the kernel's ticks since boot. */
  readonly start: string
}

export interface HostRecord {
  readonly name: string
  readonly index: number
  readonly image: ImageName
  readonly address: string
  readonly hostKey: string
}

/** What is known of a lab outside the process that opened it: `lab.json` in its folder. */
export interface LabRecord {
  readonly id: string
  /** The boot of the machine in which it was made: after another nothing of it runs. */
  readonly boot: string
  /** Who takes it down, or `null` when it was kept for the user. */
  readonly owner: Process | null
  readonly keeper: Process | null
  readonly address: string
  /** The project folder that it was started from, to which it belongs. */
  readonly project: string
  /** Names that it will give to hosts, so that no other lab gives them. */
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

/** The process of this number now, or `null`. */
export function processOf(pid: number): Process | null {
  // The name, in parentheses, may hold spaces and parentheses itself; the start time is the 20th
  // field after it.
  const start = text(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')[19]
  return start === undefined ? null : { pid, start }
}

export const isAlive = (process: Process): boolean =>
  processOf(process.pid)?.start === process.start

export const isUp = (record: LabRecord): boolean =>
  record.boot === thisBoot() && (record.owner === null || isAlive(record.owner))

/**
 * Written whole or not at all, and synchronously, so that hosts which boot at the same time do not
 * overwrite each other.
 */
export function writeRecord(record: LabRecord): void {
  const path = join(labFolder(record.id), 'lab.json')
  mkdirSync(labFolder(record.id), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(record, null, 2))
  renameSync(`${path}.new`, path)
}

/** What a lab says nothing of that an earlier version left up. */
const later: Pick<LabRecord, 'project' | 'reserved'> = { project: '', reserved: [] }

export function readRecord(id: string): LabRecord | null {
  const json = text(join(labFolder(id), 'lab.json'))
  if (json === null) return null
  const record = JSON.parse(json) as Omit<LabRecord, keyof typeof later> & Partial<typeof later>
  return { ...later, ...record }
}

/** The ids of every lab that has a folder, up or not. */
export const recordedIds = (): Promise<readonly string[]> => readdir(labsFolder).catch(() => [])
