import { readFileSync, readlinkSync } from 'node:fs'

/**
 * What tells this process, and only this one, to a later run: the boot of the machine, the
 * namespace of its process ids, its id and its start.
 */
export interface ProcessName {
  /** Processes of one place see each other. */
  readonly place: string
  readonly name: string
}

/** Null where the system does not tell, which is everywhere but on Linux. */
export function thisProcess(): ProcessName | null {
  try {
    const place = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}/`
    const [id] = readFileSync('/proc/self/stat', 'utf8').split(' ', 1)
    return { place, name: `${place}${id ?? ''}/${startOf('self') ?? ''}` }
  } catch {
    return null
  }
}

/** Whether the process of that name has ended. It must be of this process's place. */
export function hasEnded({ place }: ProcessName, name: string): boolean {
  const [id = '', start] = name.slice(place.length).split('/')
  return startOf(id) !== start
}

/**
 * When a process was started, in ticks since the boot; null when it is not there, or waits only to
 * be buried.
 */
function startOf(id: string): string | null {
  try {
    // Its second word is the program's name in brackets, which may hold anything.
    const words = readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return /^[ZX]$/.test(words[0] ?? '') ? null : (words[19] ?? null)
  } catch {
    return null
  }
}
