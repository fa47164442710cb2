import { blocked, type Blocked } from '../../core/change.js'
import { request } from '../../core/later.js'
import type { PlanContext } from '../../core/resource.js'
import { trial, type Trial } from '../../core/trial.js'
import { groupFact } from '../../facts/accounts/group.js'
import { idHoldersFact, type IdKey } from '../../facts/accounts/id-holders.js'
import { userProcessFact } from '../../facts/accounts/user-process.js'
import type { UserEntry } from '../../facts/accounts/user.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact } from '../../facts/files/path.js'

/** Digits are an id, for useradd(8) as well. */
const isId = (group: string | number): boolean => /^\d+$/.test(String(group))

/** A group must exist to be given to a user. */
function groupExists(group: string | number): Trial {
  const name = String(group)
  if (isId(group))
    return trial(request(idHoldersFact, { of: 'group', id: Number(group) }), (names) =>
      names?.length === 0
        ? { refused: `there is no group with the gid ${name}`, remedy: 'add the group before this' }
        : null,
    )
  return trial(
    request(groupFact, name),
    (found) =>
      found === null
        ? { refused: `there is no group ${name}`, remedy: `add group('${name}') before this` }
        : null,
    { needs: [`group:${name}`] },
  )
}

/** The groups that a change gives to a user must exist. */
export const groupsExist = (groups: readonly (string | number | undefined)[]): readonly Trial[] =>
  groups.flatMap((group) => (group === undefined ? [] : [groupExists(group)]))

/** An id must be free. Who has it may be removed before, whoever that is. */
export const idIsFree = (of: Exclude<IdKey['of'], 'primary group'>, id: number): Trial =>
  trial(
    request(idHoldersFact, { of, id }),
    (names) => {
      const [holder] = names ?? []
      if (holder === undefined) return null
      return {
        refused: `${of === 'user' ? 'uid' : 'gid'} ${String(id)} is taken by ${of} ${holder}`,
        remedy: 'choose another id, or remove who has it before this',
      }
    },
    { whenUnsure: 'warn' },
  )

/** Where an earlier change takes an id, nobody else can get it. */
export function idIsTaken(
  of: 'user' | 'group',
  id: number | undefined,
  { makes = () => false }: PlanContext,
): Blocked | undefined {
  const name = of === 'user' ? 'uid' : 'gid'
  if (id === undefined || !makes(`${name}:${id}`)) return undefined
  return blocked(`${name} ${String(id)} is taken by an earlier resource`, 'choose another id', {
    lacks: [],
  })
}

/** A group that is the primary group of users cannot be removed. */
export const isNoPrimaryGroup = (gid: number): Trial =>
  trial(request(idHoldersFact, { of: 'primary group', id: gid }), (names) => {
    if (names === null || names.length === 0) return null
    return {
      refused: `it is the primary group of ${names.slice(0, 5).join(', ')}`,
      remedy: 'remove its users, or give them another primary group, before this',
    }
  })

/** A user with processes can neither be removed nor get another id or home. */
export const hasNoProcess = (name: string, { uid }: UserEntry): Trial =>
  trial(request(userProcessFact, uid), (process) => {
    if (process === null) return null
    return {
      refused: `user ${name} is currently used by process ${String(process)}`,
      remedy: 'stop what runs as this user before this',
    }
  })

/** The directories of a new home can be made. */
export const homeCanBeMade = (home: string): Trial =>
  trial(
    request(missingParentFact, home),
    (missing) => {
      if (missing?.taken !== true) return null
      return {
        refused: `the home ${home} cannot be made: ${missing.path} is no directory`,
        remedy: 'remove what is there, or choose another home',
      }
    },
    { needs: [`path:${home}`] },
  )

/** userdel(8) removes the user, then fails where the home is not the user's own. */
export const ownsHome = (name: string, { home, uid }: UserEntry): Trial =>
  trial(
    request(pathFact, { path: home, follow: true }),
    (entry) => {
      if (entry === null || entry.uid === uid) return null
      return {
        refused: `the home ${home} belongs to ${entry.owner ?? String(entry.uid)}, so userdel would not remove it with ${name}`,
        remedy: 'leave out removeHome, and remove the directory by itself if it is to go',
      }
    },
    { needs: [`path:${home}`] },
  )
