import { readFileSync } from 'node:fs'

/** Lines of one of the system's lists, in fields; none where there is no such file. */
function linesOf(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
  } catch {
    return []
  }
}

let lists: {
  readonly users: readonly (readonly string[])[]
  readonly groups: readonly (readonly string[])[]
} | null = null

/** Read once: they are asked for every file. */
const known = (): NonNullable<typeof lists> =>
  (lists ??= { users: linesOf('/etc/passwd'), groups: linesOf('/etc/group') })

/** A user's name, or the number where the machine's own list does not have it. */
export const userName = (uid: number): string =>
  known().users.find((fields) => fields[2] === String(uid))?.[0] ?? `user ${String(uid)}`

export const groupName = (gid: number): string =>
  known().groups.find((fields) => fields[2] === String(gid))?.[0] ?? String(gid)

/**
 * Whether a group has this user in it and nobody else, as Debian makes one for each user. One that
 * the machine's own list does not have is taken for such by its number.
 */
export function isPrivate(gid: number, uid: number): boolean {
  const { users, groups } = known()
  const group = groups.find((fields) => fields[2] === String(gid))
  if (group === undefined) return gid === uid
  const own = userName(uid)
  const members = (group[3] ?? '').split(',').filter((name) => name !== '')
  const primary = users.filter((fields) => fields[3] === String(gid)).map(([name]) => name)
  return [...members, ...primary].every((name) => name === own)
}
