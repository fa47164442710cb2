import { Later } from '../core/later.js'
import { accountName } from '../core/schemas.js'
import { groupFact, type GroupEntry } from '../facts/accounts/group.js'
import { userFact, type UserEntry } from '../facts/accounts/user.js'
import { alone, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'

export interface UserFound {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  readonly comment: string
  /** The groups that list the user, except for the primary one. */
  readonly groups: readonly string[]
}

export interface GroupFound {
  readonly name: string
  readonly gid: number
  /** The users whom it lists. */
  readonly members: readonly string[]
}

const users: Reading<ReadOptions> = { name: 'user', argument: accountName, options: alone }
const groups: Reading<ReadOptions> = { name: 'group', argument: accountName, options: alone }

const someUser: UserEntry = {
  uid: 0,
  gid: 0,
  group: 'root',
  comment: '',
  home: '/root',
  shell: '/bin/sh',
  groups: [],
  password: null,
}

function userOf(entry: UserEntry | null, name: string): UserFound | null {
  if (entry === null) return null
  const { uid, gid, home, shell, comment, groups: listing } = entry
  return { name, uid, gid, home, shell, comment, groups: listing }
}

const groupOf = (entry: GroupEntry | null, name: string): GroupFound | null =>
  entry === null ? null : { name, gid: entry.gid, members: entry.members }

/**
 * A user: `name`, `uid`, `gid`, `home`, `shell`, `comment` and `groups`, which are those that list
 * the user. `null` where there is none.
 * @chapter Reads
 * @ansible `getent`
 * @example
 * file('/etc/app/home', { content: read.user('app').map((found) => found?.home ?? '/srv/app') })
 */
export function user(name: string, options: ReadOptions = {}): Later<UserFound | null> {
  checkedRead(users, name, options)
  const key = { name, password: false }
  const wanted = reading(users, name, options, userFact, key, { of: [`user:${name}`] })
  return Later.found(wanted, someUser).map(userOf, name)
}

/**
 * A group: `name`, `gid` and `members`. `null` where there is none.
 * @chapter Reads
 * @ansible `getent`
 * @example
 * file('/etc/app/gid', { content: read.group('docker').map((found) => String(found?.gid ?? 0)) })
 */
export function group(name: string, options: ReadOptions = {}): Later<GroupFound | null> {
  checkedRead(groups, name, options)
  const wanted = reading(groups, name, options, groupFact, name, { of: [`group:${name}`] })
  return Later.found(wanted, { gid: 0, members: [] }).map(groupOf, name)
}
