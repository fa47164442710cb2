import { statfsSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { groupName, isPrivate, userName } from './accounts.js'

/**
 * File systems without real modes and owners, by statfs(2)'s numbers: FAT, exFAT, NTFS, FUSE, 9p
 * (Windows' disks in WSL), SMB.
 */
const withoutModes: ReadonlySet<number> = new Set([
  0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0x65735546, 0x01021997, 0x517b, 0xff534d42,
  0xfe534d42,
])

/** A cache of `hasModes`, by directory. */
const modesByDirectory = new Map<string, boolean>()

/** Whether modes and owners have a meaning on the file system of a path. */
export function hasModes(path: string): boolean {
  const directory = dirname(path)
  const before = modesByDirectory.get(directory)
  if (before !== undefined) return before
  const has = tellsModes(directory)
  modesByDirectory.set(directory, has)
  return has
}

function tellsModes(directory: string): boolean {
  try {
    return !withoutModes.has(statfsSync(directory).type >>> 0)
  } catch {
    return false
  }
}

/** The part of a path's stats that is read. */
export type PathStats = Pick<Stats, 'mode' | 'uid' | 'gid' | 'isDirectory'>

/** The id of the current user; null on systems without such users (Windows). */
export const thisUser = (): number | null => process.getuid?.() ?? null

/** In a directory with the sticky bit each user may change only his own entries. */
const isSticky = (found: PathStats): boolean => found.isDirectory() && (found.mode & 0o1000) !== 0

/** Whether everybody may change something. */
export const isOpenToAll = (found: PathStats): boolean =>
  (found.mode & 0o002) !== 0 && !isSticky(found)

/**
 * Describes who besides this user and root may change something; null: nobody, or the file system
 * has no real modes. Everything that decides what runs is judged by this.
 * @param path where it lies
 * @param found its own stats, links followed
 */
export function whoMayChange(
  path: string,
  found: PathStats,
  user: number | null = thisUser(),
): string | null {
  if (user === null) return null
  const others = othersThan(user, found)
  return others !== null && hasModes(path) ? others : null
}

function othersThan(user: number, found: PathStats): string | null {
  if (found.uid !== user && found.uid !== 0) return `belongs to ${userName(found.uid)}`
  if (isOpenToAll(found)) return 'everybody may write'
  if ((found.mode & 0o020) === 0 || isSticky(found)) return null
  if (found.gid === 0 || isPrivate(found.gid, user)) return null
  return `the group ${groupName(found.gid)} may write`
}

/** Whether everybody may read something. */
export const isReadByAll = (path: string, { mode }: PathStats): boolean =>
  thisUser() !== null && (mode & 0o004) !== 0 && hasModes(path)
