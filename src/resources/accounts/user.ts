import { z } from 'zod'
import {
  blocked,
  change,
  changesOf,
  fine,
  program,
  type Change,
  type Plan,
} from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request, type Value } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import {
  absolutePath,
  accountName,
  newAccountName,
  secret,
  state,
  value,
} from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import type { Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import type { Thing } from '../../core/thing.js'
import { type GroupEntry, groupFact } from '../../facts/accounts/group.js'
import { pathFact } from '../../facts/files/path.js'
import { type UserEntry, userFact } from '../../facts/accounts/user.js'
import { account, isAccount } from '../files/attributes.js'
import {
  cryptPattern,
  hashMessage,
  nothingToUnlock,
  passwordChanges,
  setPassword,
  textOf,
} from './user-password.js'

export interface UserOptions extends CommonOptions {
  /**
   * The numeric id. When it is changed, only files in the home directory get the new owner
   * (usermod(8)). Default: the next free one for a new user; an existing user keeps its own.
   */
  readonly uid?: number
  /**
   * The primary group, by name or id. Default: for a new user the group of the same name, created
   * if missing; an existing user keeps its own.
   */
  readonly group?: string | number
  /**
   * Supplementary groups, by name. They are added to those that the user has; with `exactGroups`
   * they replace them. Running sessions and services keep their groups until they are restarted.
   */
  readonly groups?: readonly string[]
  /**
   * `groups` lists all supplementary groups: the user is removed from others. The primary group is
   * never changed by this. Default false.
   */
  readonly exactGroups?: boolean
  /**
   * The login shell, the absolute path of an existing program. Default: useradd(8)'s default for a
   * new user; an existing user keeps its own.
   */
  readonly shell?: string
  /**
   * The path of the home directory. For an existing user only the record is changed, and nothing is
   * moved. Default: useradd(8)'s default for a new user.
   */
  readonly home?: string
  /**
   * Create a new user's home directory. Default true, for a system user false. For an existing user
   * nothing is created: use `directory`.
   */
  readonly createHome?: boolean
  /**
   * Give a new user an id from the system's range and no password ageing. An existing user is not
   * changed. Default false.
   */
  readonly system?: boolean
  /** The comment field of passwd(5), such as a full name. Without `:`. Left out: not managed. */
  readonly comment?: string
  /**
   * The password as a hash of crypt(3) (`$y$…`, `$6$…`), never in clear text. Setting it does not
   * unlock it. Left out: a new user has none and cannot log in with a password.
   */
  readonly passwordHash?: Value<string | Secret>
  /**
   * Whether the password is locked (`!` before its hash). Other ways to log in, such as keys, are
   * not affected. Left out: not managed.
   */
  readonly locked?: boolean
  /**
   * `absent` removes the user, and with it the group of the same name if that has no other members.
   * Default `present`.
   */
  readonly state?: 'present' | 'absent'
  /** Also remove the user's home directory and mail. Default false. */
  readonly removeHome?: boolean
}

const argumentOf = (
  flag: string,
  given: string | number | undefined,
): readonly (string | number)[] => (given === undefined ? [] : [flag, given])

/** The option for useradd(8)'s primary group. */
function primaryGroup(
  name: string,
  group: string | number | undefined,
  hasGroup: boolean,
): readonly (string | number)[] {
  if (group !== undefined) return ['-g', group]
  return hasGroup ? ['-g', name] : ['-U']
}

function creation(
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
  return change(summary, [program(adding), ...password], { effect: 'create' })
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
  return [change(`groups ${named.join(' ')}`, script)]
}

function changes(
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
  const modified = (flag: string, label: string, now: string, wanted: string | number): Change =>
    change(`${label} ${now} → ${String(wanted)}`, sh`usermod ${flag} ${wanted} -- ${name}`)
  // usermod(8) gives the files in the home directory the new owner or group.
  const inHome = (one: Change): Change => ({
    ...one,
    summary: `${one.summary}, also of the files in ${user.home}`,
  })
  const all: Change[] = []
  if (uid !== undefined && uid !== user.uid)
    all.push(inHome(modified('-u', 'uid', String(user.uid), uid)))
  if (group !== undefined && !isAccount(group, user.group, user.gid))
    all.push(inHome(modified('-g', 'group', user.group ?? String(user.gid), group)))
  all.push(...groupChange(name, options, user))
  if (shell !== undefined && shell !== user.shell)
    all.push(modified('-s', 'shell', user.shell, shell))
  if (home !== undefined && home !== user.home) all.push(modified('-d', 'home', user.home, home))
  if (comment !== undefined && comment !== user.comment)
    all.push(modified('-c', 'comment', JSON.stringify(user.comment), comment))
  all.push(...password)
  return all.length === 0 ? fine(`uid ${String(user.uid)}`) : all
}

/**
 * Describes what userdel(8) removes: also the group of the same name if it has no other members,
 * and with `-r` the home directory and the mail.
 */
function removalSummary(
  name: string,
  { removeHome }: UserOptions,
  user: UserEntry,
  group: GroupEntry | null,
): string {
  const own = group !== null && group.members.every((member) => member === name)
  const others: string[] = []
  if (own) others.push('its group')
  if (removeHome === true) others.push(`its home ${user.home}`, 'its mail')
  if (others.length === 0) return `remove user ${name}`
  return `remove user ${name} with ${others.join(', ')}`
}

const bringsOf = (name: string, home: string): readonly Thing[] => [
  `user:${name}`,
  `group:${name}`,
  `tree:${home}`,
]

/** What is wrong with a combination of the options. */
function conflict({ removeHome, state, exactGroups, groups }: UserOptions): string | undefined {
  if (removeHome !== undefined && state !== 'absent') return "removeHome is for state: 'absent'"
  if (exactGroups !== undefined && groups === undefined) return 'exactGroups needs groups'
  return undefined
}

/**
 * An account of the host, managed with useradd(8), usermod(8), chpasswd(8) and userdel(8). What is
 * left out is not managed; `groups` are added, and removed only with `exactGroups`. Removing a user
 * who is logged in fails with userdel's own message.
 */
export const user = resource({
  type: 'user',
  chapter: 'Users and rights',
  ansible: '`user`',
  arguments: args<[name: string]>(newAccountName),
  options: options<UserOptions>({
    uid: z.number().int().nonnegative().optional(),
    group: account.optional(),
    groups: z.array(accountName).optional(),
    exactGroups: z.boolean().optional(),
    shell: absolutePath.optional(),
    home: absolutePath.optional(),
    createHome: z.boolean().optional(),
    system: z.boolean().optional(),
    comment: z
      .string()
      .regex(/^[^\0\r\n:]*$/, 'must be one line without a colon')
      .optional(),
    passwordHash: value(
      z.union([z.string().regex(cryptPattern, hashMessage), secret], { error: hashMessage }),
    ).optional(),
    locked: z.boolean().optional(),
    state: state.optional(),
    removeHome: z.boolean().optional(),
  }),
  conflict: (_, options) => conflict(options),
  build: (name, options) =>
    desired({
      reads: {
        user: request(userFact, {
          name,
          password: options.passwordHash !== undefined || options.locked !== undefined,
        }),
        group: request(groupFact, name),
        // Where no shell is given, a path that always exists and is not a link: reading a link
        // takes further processes.
        shell: request(pathFact, { path: options.shell ?? '/', follow: true }),
      },
      values: { passwordHash: options.passwordHash },
      brings: bringsOf(name, options.home ?? `/home/${name}`),
      plan({ user: now, group, shell }, { passwordHash: hash }) {
        if (options.state === 'absent') {
          if (now === null) return fine('there is no such user')
          const flags = options.removeHome === true ? ['-r'] : []
          const summary = removalSummary(name, options, now, group)
          const removed = change(summary, sh`userdel ${flags} -- ${name}`, { effect: 'remove' })
          if (options.removeHome !== true) return [removed]
          const brings = bringsOf(name, now.home)
          return [{ ...removed, final: 'its files are lost', brings }]
        }
        // It came from the host, where any change may alter it.
        if (hash !== undefined && !cryptPattern.test(textOf(hash)))
          return blocked(`the password of ${name} is no hash`, hashMessage)
        // useradd and usermod accept any path as a shell; sshd then refuses the login.
        if (options.shell !== undefined && options.shell !== now?.shell && shell?.kind !== 'file')
          return blocked(
            `the shell ${options.shell} does not exist`,
            'add the package that has it before this',
            {
              // A link may lead to what another resource makes.
              ...omitUndefined({
                lacks: shell?.kind === 'link' ? undefined : [`path:${options.shell}` as const],
              }),
              then: changesOf(
                now === null
                  ? [creation(name, options, hash, group !== null)]
                  : changes(name, options, hash, now),
              ),
            },
          )
        // useradd(8) gives no password: the new user could not be unlocked.
        if (now === null && options.locked === false && hash === undefined)
          return nothingToUnlock(name)
        if (now === null) return [creation(name, options, hash, group !== null)]
        return changes(name, options, hash, now)
      },
    }),
})
