import { blocked, change, fine, program, type Change, type Plan } from '../../core/change.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import type { Thing } from '../../core/thing.js'
import type { Trial } from '../../core/trial.js'
import { keeps } from '../../core/undo.js'
import type { GroupEntry } from '../../facts/accounts/group.js'
import type { UserEntry } from '../../facts/accounts/user.js'
import { isAccount } from '../files/attributes.js'
import { groupsExist, hasNoProcess, homeCanBeMade, idIsFree } from './account-trials.js'
import { userState } from './account-state.js'
import type { UserOptions } from './user-options.js'
import { passwordChanges, setPassword } from './user-password.js'

const argumentOf = (
  flag: string,
  given: string | number | undefined,
): readonly (string | number)[] => (given === undefined ? [] : [flag, given])

/** The home of a new user, where useradd(8)'s defaults are Debian's. */
export const homeOf = (name: string, { home }: UserOptions): string => home ?? `/home/${name}`

/** The option for useradd(8)'s primary group. */
function primaryGroup(
  name: string,
  group: string | number | undefined,
  hasGroup: boolean,
): readonly (string | number)[] {
  if (group !== undefined) return ['-g', group]
  return hasGroup ? ['-g', name] : ['-U']
}

export function creation(
  name: string,
  options: UserOptions,
  hash: string | Secret | undefined,
  hasGroup: boolean,
): Change {
  const {
    uid,
    group,
    groups = [],
    shell,
    home,
    comment,
    system = false,
    createHome = !system,
    locked = false,
  } = options
  const furtherGroups = groups.length === 0 ? [] : ['-G', groups.join(',')]
  const words = [
    ...argumentOf('-u', uid),
    ...primaryGroup(name, group, hasGroup),
    ...furtherGroups,
    ...argumentOf('-s', shell),
    ...argumentOf('-d', home),
    ...argumentOf('-c', comment),
    ...(system ? ['-r'] : []),
    createHome ? '-m' : '-M',
  ]
  const made: string[] = []
  if (group === undefined && !hasGroup) made.push('its group')
  if (createHome) made.push(home === undefined ? 'its home' : `the home ${home}`)
  const withMade = made.length === 0 ? '' : ` with ${made.join(' and ')}`
  const summary = `create user ${name}${withMade}`
  const adding = sh`useradd ${words} -- ${name}`
  const password = hash === undefined ? [] : [setPassword(name, hash, locked)]
  const path = homeOf(name, options)
  const brings: Thing[] = [`user:${name}`]
  if (group === undefined && !hasGroup) brings.push(`group:${name}`)
  if (uid !== undefined) brings.push(`uid:${uid}`)
  if (createHome) brings.push(`path:${path}`, `tree:${path}`)
  const kept = { name, ...omitUndefined({ makes: createHome ? path : undefined }) }
  return change(summary, [program(adding), ...password], {
    effect: 'create',
    brings,
    trials: [
      ...groupsExist([group, ...groups]),
      ...(uid === undefined ? [] : [idIsFree('user', uid)]),
      ...(createHome ? [homeCanBeMade(path)] : []),
    ],
    undo: [keeps(userState, kept)],
  })
}

function groupChange(
  name: string,
  { groups, exactGroups = false }: UserOptions,
  user: UserEntry,
): readonly Change[] {
  if (groups === undefined) return []
  const missing = groups.filter((group) => group !== user.group && !user.groups.includes(group))
  const surplus = exactGroups ? user.groups.filter((group) => !groups.includes(group)) : []
  const named: string[] = []
  if (missing.length > 0) named.push(`+ ${missing.join(', ')}`)
  if (surplus.length > 0) named.push(`- ${surplus.join(', ')}`)
  if (named.length === 0) return []
  const script = exactGroups
    ? sh`usermod -G ${groups.join(',')} -- ${name}`
    : sh`usermod -aG ${missing.join(',')} -- ${name}`
  return [change(`groups ${named.join(' ')}`, script, { trials: groupsExist(missing) })]
}

export function changes(
  name: string,
  options: UserOptions,
  hash: string | Secret | undefined,
  user: UserEntry,
): Plan {
  const { uid, group, shell, home, comment, locked } = options
  const needsShadow = hash !== undefined || locked !== undefined
  if (needsShadow && user.password === null)
    return blocked(`the password of ${name} cannot be read`, 'only root may read it: use become', {
      lacks: [],
    })
  const password =
    !needsShadow || user.password === null ? [] : passwordChanges(name, locked, hash, user.password)
  if ('blocked' in password) return password
  const modified = (
    flag: string,
    label: string,
    now: string,
    wanted: string | number,
    trials: readonly Trial[] = [],
  ): Change =>
    change(`${label} ${now} → ${String(wanted)}`, sh`usermod ${flag} ${wanted} -- ${name}`, {
      trials,
    })
  const isIdle = hasNoProcess(name, user)
  // usermod(8) gives the files in the home directory the new owner or group.
  const inHome = (one: Change): Change => ({
    ...one,
    summary: `${one.summary}, also of the files in ${user.home}`,
  })
  const all: Change[] = []
  if (uid !== undefined && uid !== user.uid)
    all.push(inHome(modified('-u', 'uid', String(user.uid), uid, [idIsFree('user', uid), isIdle])))
  if (group !== undefined && !isAccount(group, user.group, user.gid))
    all.push(
      inHome(modified('-g', 'group', user.group ?? String(user.gid), group, groupsExist([group]))),
    )
  all.push(...groupChange(name, options, user))
  if (shell !== undefined && shell !== user.shell)
    all.push(modified('-s', 'shell', user.shell, shell))
  if (home !== undefined && home !== user.home)
    all.push(modified('-d', 'home', user.home, home, [isIdle]))
  if (comment !== undefined && comment !== user.comment)
    all.push(modified('-c', 'comment', JSON.stringify(user.comment), comment))
  all.push(...password)
  const undo = [keeps(userState, { name })]
  return all.length === 0 ? fine(`uid ${String(user.uid)}`) : all.map((one) => ({ ...one, undo }))
}

/** Whether userdel(8) removes the group of the same name: it has no other members. */
const hasOwnGroup = (name: string, group: GroupEntry | null): boolean =>
  group !== null && group.members.every((member) => member === name)

/** What goes with a user. */
export function removedWith(
  name: string,
  { removeHome }: UserOptions,
  { uid, home }: UserEntry,
  group: GroupEntry | null,
): readonly Thing[] {
  const things: Thing[] = [`user:${name}`, `uid:${uid}`]
  if (group !== null && hasOwnGroup(name, group)) things.push(`group:${name}`, `gid:${group.gid}`)
  if (removeHome === true) things.push(`tree:${home}`)
  return things
}

/**
 * Describes what userdel(8) removes: also the group of the same name if it has no other members,
 * and with `-r` the home directory and the mail.
 */
export function removalSummary(
  name: string,
  { removeHome }: UserOptions,
  user: UserEntry,
  group: GroupEntry | null,
): string {
  const others: string[] = []
  if (hasOwnGroup(name, group)) others.push('its group')
  if (removeHome === true) others.push(`its home ${user.home}`, 'its mail')
  if (others.length === 0) return `remove user ${name}`
  return `remove user ${name} with ${others.join(', ')}`
}
