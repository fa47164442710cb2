import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Identifies this process for a later run: by the boot id of the machine, its PID namespace,
 * process id and start time.
 */
export interface ProcessName {
  /** Boot id and PID namespace. Processes can look up those with the same place only. */
  readonly place: string
  readonly name: string
}

/** Null where the system does not provide it: everywhere but on Linux. */
export function thisProcess(): ProcessName | null {
  try {
    const place = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}/`
    const [id] = readFileSync('/proc/self/stat', 'utf8').split(' ', 1)
    return { place, name: `${place}${id ?? ''}/${startOf('self') ?? ''}` }
  } catch {
    return null
  }
}

/** Whether the process of that name has ended. It must have the same place as this process. */
export function hasEnded({ place }: ProcessName, name: string): boolean {
  const [id = '', start] = name.slice(place.length).split('/')
  return startOf(id) !== start
}

/**
 * The start time of a process, in ticks since boot; null where it does not exist or is a zombie.
 */
function startOf(id: string): string | null {
  try {
    // The second field is the program's name in brackets, which may hold spaces and brackets.
    const words = readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return /^[ZX]$/.test(words[0] ?? '') ? null : (words[19] ?? null)
  } catch {
    return null
  }
}
