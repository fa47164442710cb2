import { z } from 'zod'
import { modeText } from '../../core/mode.js'
import { accountName } from '../../core/schemas.js'
import { sh, type Sh } from '../../core/sh.js'
import type { PathEntry } from '../../facts/files/path.js'
import { exactly } from './write-file.js'

/** An owner or a group: its name or id. */
export const account = z.union([accountName, z.number().int().nonnegative()], {
  error: 'must be a name or an id',
})

/** The desired attributes of a path; those that are left out are not managed. */
export interface WantedAttributes {
  readonly mode?: number | undefined
  readonly owner?: string | number | undefined
  readonly group?: string | number | undefined
}

/** One attribute that differs, with the shell that changes it. */
export interface Difference {
  readonly summary: string
  readonly step: Sh
  /** The owner or the group that it gives. */
  readonly gives: Pick<WantedAttributes, 'owner' | 'group'>
}

/**
 * Whether a name or id matches the one that was found. As with chown(1), digits may also be a name.
 */
export const isAccount = (wanted: string | number, name: string | null, id: number): boolean =>
  wanted === name || String(wanted) === String(id)

/**
 * The differences in a path's attributes. `at` is the path for the shell: `/proc/self/fd/3` or `.`.
 * chown(2) clears the setuid and setgid bits of a file, so its mode is set again after a change of
 * owner. Owner and group are always given together: busybox would otherwise take the missing one
 * from the link at `/proc/self/fd/3`, which belongs to root.
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
      gives: { owner: wanted.owner },
    })
  }
  if (wanted.group !== undefined && !isAccount(wanted.group, entry.group, entry.gid)) {
    differences.push({
      summary: `group ${entry.group ?? String(entry.gid)} → ${String(wanted.group)}`,
      step: chown(`${String(wanted.owner ?? entry.uid)}:${String(wanted.group)}`),
      gives: { group: wanted.group },
    })
  }
  if (mode !== entry.mode)
    differences.push({
      summary: `mode ${modeText(entry.mode)} → ${modeText(mode)}`,
      step: sh`chmod -- ${exactly(mode)} ${at}`,
      gives: {},
    })
  return differences
}
