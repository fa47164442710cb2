import { z } from 'zod'
import {
  blocked,
  fine,
  program,
  type Action,
  type Blocked,
  type Change,
  type Plan,
} from '../core/change.js'
import { request, type Value } from '../core/fact.js'
import {
  absolutePath,
  accountName,
  checked,
  checkedId,
  newAccountName,
  secret,
  state,
  value,
} from '../core/options.js'
import { resource, type CommonOptions, type Resource } from '../core/resource.js'
import { reveal, Secret } from '../core/secret.js'
import { sh, type ShArgument } from '../core/sh.js'
import { groupFact, type GroupEntry } from '../facts/group.js'
import { pathFact } from '../facts/path.js'
import { userFact, type UserEntry, type UserPassword } from '../facts/user.js'
import { account, isAccount } from './attributes.js'

export interface UserOptions extends CommonOptions {
  /**
   * The numeric id. A changed one is handed on to the files in the home only (usermod(8)). Left
   * out: a new user gets the next free one, an existing one keeps its own.
   */
  readonly uid?: number
  /**
   * The primary group, by name or id. Left out: a new user gets the group of its own name, made if
   * there is none; an existing one keeps its own.
   */
  readonly group?: string | number
  /**
   * Further groups, by name. They are added to those that the user has; `exactGroups` makes them
   * the whole. Sessions and services that run keep their groups until they are restarted.
   */
  readonly groups?: readonly string[]
  /**
   * `groups` are all further groups: others are left. The primary group is never touched. Default
   * false.
   */
  readonly exactGroups?: boolean
  /**
   * The login shell, an absolute path of a program that is there. Left out: a new user gets the
   * default of useradd(8), an existing one keeps its own.
   */
  readonly shell?: string
  /**
   * The home directory's path. An existing user's record is changed and nothing is moved. Left out:
   * a new user gets the default of useradd(8).
   */
  readonly home?: string
  /**
   * Make a new user's home directory. Default true, for a system user false. Nothing is made for an
   * existing user: use `directory`.
   */
  readonly createHome?: boolean
  /**
   * A new user gets an id from the system's range and no password ageing. An existing one is left
   * as it is. Default false.
   */
  readonly system?: boolean
  /** The comment field of passwd(5), such as a full name. Without `:`. Left out: not managed. */
  readonly comment?: string
  /**
   * The password as crypt(3) made it (`$y$…`, `$6$…`), never in the clear. Setting it does not
   * unlock. Left out: a new user has none and cannot log in by password.
   */
  readonly passwordHash?: Value<string | Secret>
  /**
   * Whether the password is locked (`!` before its hash). Other ways to log in, such as keys, are
   * not touched. Left out: not managed.
   */
  readonly locked?: boolean
  /**
   * `absent` removes the user, and the group of its own name with it if nobody else is in it.
   * Default `present`.
   */
  readonly state?: 'present' | 'absent'
  /** Removing the user also removes its home and mail. Default false. */
  readonly removeHome?: boolean
}

const cryptPattern = /^\$[^\s:]+$/
const hashMessage = "must be a hash that crypt(3) made, such as '$y$…' or '$6$…'"

const isNow = (before: string, after: string): string => `${before} → ${after}`
const argumentOf = (
  flag: string,
  given: string | number | undefined,
): readonly (string | number)[] => (given === undefined ? [] : [flag, given])
const change = (summary: string, ...actions: readonly Action[]): Change => ({
  summary,
  proof: 'facts',
  actions,
})
const textOf = (hash: string | Secret): string => (hash instanceof Secret ? reveal(hash) : hash)

/** By standard input, so that the hash is in no command line. */
const setPassword = (name: string, hash: string | Secret, locked: boolean): Action => ({
  on: 'shell',
  what: '`chpasswd -e`',
  script: sh`chpasswd -e`,
  input: [`${name}:${locked ? '!' : ''}`, hash, '\n'],
})

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
  const primary: ShArgument = group !== undefined ? ['-g', group] : hasGroup ? ['-g', name] : ['-U']
  const words = [
    ...argumentOf('-u', uid),
    ...primary,
    ...(groups.length === 0 ? [] : ['-G', groups.join(',')]),
    ...argumentOf('-s', shell),
    ...argumentOf('-d', home),
    ...argumentOf('-c', comment),
    ...(system ? ['-r'] : []),
    createHome ? '-m' : '-M',
  ]
  const made = [
    ...(group === undefined && !hasGroup ? ['its group'] : []),
    ...(createHome ? [home === undefined ? 'its home' : `the home ${home}`] : []),
  ]
  return change(
    `create user ${name}${made.length === 0 ? '' : ` with ${made.join(' and ')}`}`,
    program(sh`useradd ${words} -- ${name}`),
    ...(hash === undefined ? [] : [setPassword(name, hash, locked)]),
  )
}

function groupChange(
  name: string,
  { groups, exactGroups = false }: UserOptions,
  user: UserEntry,
): readonly Change[] {
  if (groups === undefined) return []
  const missing = groups.filter((group) => group !== user.group && !user.groups.includes(group))
  const surplus = exactGroups ? user.groups.filter((group) => !groups.includes(group)) : []
  const named = [
    missing.length === 0 ? '' : `+ ${missing.join(', ')}`,
    surplus.length === 0 ? '' : `- ${surplus.join(', ')}`,
  ].filter((part) => part !== '')
  if (named.length === 0) return []
  return [
    change(
      `groups ${named.join(' ')}`,
      program(
        exactGroups
          ? sh`usermod -G ${groups.join(',')} -- ${name}`
          : sh`usermod -aG ${missing.join(',')} -- ${name}`,
      ),
    ),
  ]
}

/** Hash and lock are two things in one field: each is changed without touching the other. */
function passwordChanges(
  name: string,
  locked: boolean | undefined,
  hash: string | Secret | undefined,
  password: UserPassword,
): readonly Change[] | Blocked {
  if (hash !== undefined && (password.hash === null || textOf(password.hash) !== textOf(hash))) {
    const lock = locked ?? (password.locked && password.hash !== null)
    const summary =
      locked === undefined || locked === password.locked
        ? 'password changed'
        : `password changed, ${locked ? 'locked' : 'unlocked'}`
    return [change(summary, setPassword(name, hash, lock))]
  }
  if (locked === undefined || locked === password.locked) return []
  if (locked) return [change('lock password', program(sh`usermod -L -- ${name}`))]
  return password.hash === null
    ? blocked(
        `user ${name} has no password that could be unlocked`,
        'give passwordHash, or leave locked out',
      )
    : [change('unlock password', program(sh`usermod -U -- ${name}`))]
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
    return blocked(`the password of ${name} cannot be read`, 'only root may read it: use become')
  const password =
    !needsShadow || user.password === null ? [] : passwordChanges(name, locked, hash, user.password)
  if ('blocked' in password) return password
  const modified = (
    flag: string,
    label: string,
    now: string,
    wanted: string | number | undefined,
    same: boolean,
  ): readonly Change[] =>
    wanted === undefined || same
      ? []
      : [
          change(
            `${label} ${isNow(now, String(wanted))}`,
            program(sh`usermod ${flag} ${wanted} -- ${name}`),
          ),
        ]
  // usermod(8) hands the files in the home on to the new owner, and to the new group.
  const inHome = (all: readonly Change[]): readonly Change[] =>
    all.map((one) => ({ ...one, summary: `${one.summary}, also of the files in ${user.home}` }))
  const all: readonly Change[] = [
    ...inHome(modified('-u', 'uid', String(user.uid), uid, uid === user.uid)),
    ...inHome(
      modified(
        '-g',
        'group',
        user.group ?? String(user.gid),
        group,
        group === undefined || isAccount(group, user.group, user.gid),
      ),
    ),
    ...groupChange(name, options, user),
    ...modified('-s', 'shell', user.shell, shell, shell === user.shell),
    ...modified('-d', 'home', user.home, home, home === user.home),
    ...modified('-c', 'comment', JSON.stringify(user.comment), comment, comment === user.comment),
    ...password,
  ]
  return all.length === 0 ? fine(`uid ${String(user.uid)}`) : all
}

/**
 * userdel(8) takes the group of the same name along when nobody else is in it, and with `-r` the
 * mail.
 */
function removalOf(
  name: string,
  { removeHome }: UserOptions,
  user: UserEntry,
  group: GroupEntry | null,
): string {
  const own = group !== null && group.members.every((member) => member === name)
  const others = [
    ...(own ? ['its group'] : []),
    ...(removeHome === true ? [`its home ${user.home}`, 'its mail'] : []),
  ]
  return `remove user ${name}${others.length === 0 ? '' : ` with ${others.join(', ')}`}`
}

const shape = {
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
}

/**
 * An account of the host, by useradd(8), usermod(8), chpasswd(8) and userdel(8). What is left out
 * is not managed; `groups` are added and never taken away unless `exactGroups` says so. Removing a
 * user who is logged in fails with userdel's own message.
 */
export function user(name: string, options: UserOptions = {}): Resource {
  checkedId('user', name, newAccountName)
  checked('user', name, options, shape, (given) => {
    if (given.removeHome !== undefined && given.state !== 'absent')
      return "removeHome is for state: 'absent'"
    return given.exactGroups !== undefined && given.groups === undefined
      ? 'exactGroups needs groups'
      : undefined
  })
  return resource({
    type: 'user',
    id: name,
    options,
    reads: {
      user: request(userFact, {
        name,
        password: options.passwordHash !== undefined || options.locked !== undefined,
      }),
      group: request(groupFact, name),
      // Where none is asked for, what is there anyway and no link: a link takes programs of its own
      // to follow.
      shell: request(pathFact, { path: options.shell ?? '/', follow: true }),
    },
    values: { passwordHash: options.passwordHash },
    plan({ user: now, group, shell }, { passwordHash: hash }) {
      if (options.state === 'absent') {
        if (now === null) return fine('there is no such user')
        return [
          change(
            removalOf(name, options, now, group),
            program(sh`userdel ${options.removeHome === true ? ['-r'] : []} -- ${name}`),
          ),
        ]
      }
      if (hash !== undefined && !cryptPattern.test(textOf(hash)))
        return blocked(`the password of ${name} is no hash`, hashMessage)
      // useradd and usermod take any path as a shell; sshd then refuses the login.
      if (options.shell !== undefined && options.shell !== now?.shell && shell?.kind !== 'file')
        return blocked(
          `the shell ${options.shell} does not exist`,
          'add the package that has it before this',
        )
      return now === null
        ? [creation(name, options, hash, group !== null)]
        : changes(name, options, hash, now)
    },
  })
}
