import { z } from 'zod'
import { modeText } from '../../core/mode.js'
import { accountName } from '../../core/options.js'
import { sh, type Sh } from '../../core/sh.js'
import type { PathEntry } from '../../facts/files/path.js'
import { exactly } from './write-file.js'

/** An owner or a group: its name, or its id. */
export const account = z.union([accountName, z.number().int().nonnegative()], {
  error: 'must be a name or an id',
})

/** What a path should be; left out is not managed. */
export interface WantedAttributes {
  readonly mode?: number | undefined
  readonly owner?: string | number | undefined
  readonly group?: string | number | undefined
}

/** One attribute that is not as wanted, and the shell that changes it. */
export interface Difference {
  readonly summary: string
  readonly step: Sh
}

/** Whether a name or id is the one that was found. As with chown(1), digits may be a name too. */
export const isAccount = (wanted: string | number, name: string | null, id: number): boolean =>
  wanted === name || String(wanted) === String(id)

/**
 * What differs in a path's attributes. `at` is where its shell finds the path: `/proc/self/fd/3` or
 * `.`. A change of owner takes setuid and setgid bits from a file (chown(2)), so its mode is set
 * again with it. Owner and group are always both given: busybox takes one that is left out from the
 * link at `/proc/self/fd/3`, which is root's.
 */
export function attributeDifferences(
  entry: PathEntry,
  wanted: WantedAttributes,
  at: '/proc/self/fd/3' | '.',
): readonly Difference[] {
  const mode = wanted.mode ?? entry.mode
  const chown = (whom: string): Sh => {
    if ((mode & 0o6000) === 0) return sh`chown -- ${whom} ${at}`
    return sh`chown -- ${whom} ${at} && chmod -- ${exactly(mode)} ${at}`
  }
  const differences: Difference[] = []
  if (wanted.owner !== undefined && !isAccount(wanted.owner, entry.owner, entry.uid)) {
    differences.push({
      summary: `owner ${entry.owner ?? String(entry.uid)} → ${String(wanted.owner)}`,
      step: chown(`${String(wanted.owner)}:${String(entry.gid)}`),
    })
  }
  if (wanted.group !== undefined && !isAccount(wanted.group, entry.group, entry.gid)) {
    differences.push({
      summary: `group ${entry.group ?? String(entry.gid)} → ${String(wanted.group)}`,
      step: chown(`${String(wanted.owner ?? entry.uid)}:${String(wanted.group)}`),
    })
  }
  if (mode !== entry.mode)
    differences.push({
      summary: `mode ${modeText(entry.mode)} → ${modeText(mode)}`,
      step: sh`chmod -- ${exactly(mode)} ${at}`,
    })
  return differences
}
