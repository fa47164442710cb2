import { readFileSync } from 'node:fs'

/** The fields of one line. */
type Fields = readonly string[]

/** The lines of an account file, split into fields; empty if there is no such file. */
function linesOf(path: string): readonly Fields[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.map((line) => line.split(':'))
  } catch {
    return []
  }
}

interface Lists {
  readonly users: readonly Fields[]
  readonly groups: readonly Fields[]
}

let lists: Lists | null = null

/** Cached, because it is needed for every file. */
function accountLists(): Lists {
  lists ??= { users: linesOf('/etc/passwd'), groups: linesOf('/etc/group') }
  return lists
}

const withNumber = (list: readonly Fields[], id: number): Fields | undefined =>
  list.find((fields) => fields[2] === String(id))

/** A user's name, or the number if the local account file does not have it. */
export const userName = (uid: number): string =>
  withNumber(accountLists().users, uid)?.[0] ?? `user ${String(uid)}`

export const groupName = (gid: number): string =>
  withNumber(accountLists().groups, gid)?.[0] ?? String(gid)

/**
 * Whether a group contains only this user, like the group that Debian creates for each user. A
 * group that the local account file does not have counts as such if its number is the user's.
 */
export function isPrivate(gid: number, uid: number): boolean {
  const { users, groups } = accountLists()
  const group = withNumber(groups, gid)
  if (group === undefined) return gid === uid
  const own = userName(uid)
  const members = (group[3] ?? '').split(',').filter((name) => name !== '')
  const primary = users.filter((fields) => fields[3] === String(gid)).map(([name]) => name)
  return [...members, ...primary].every((name) => name === own)
}
