import { absent, present, unknown, type Fact, type Output, shellFact } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { Secret } from '../../core/secret.js'
import { allUnknown } from '../failure.js'
import userText from './user.sh.js'

const functions = shellFunctions(userText)

/** An entry of passwd(5), with information from group(5) and shadow(5). */
export interface UserEntry {
  readonly uid: number
  readonly gid: number
  /** The primary group's name; `null` where the id has none. */
  readonly group: string | null
  readonly comment: string
  readonly home: string
  readonly shell: string
  /** The groups that list the user, except for the primary one. */
  readonly groups: readonly string[]
  /** `null` where it was not requested, or shadow(5) may not be read. */
  readonly password: UserPassword | null
}

export interface UserPassword {
  /** The hash of crypt(3), without the `!` of a lock; `null` where no password can match. */
  readonly hash: Secret | null
  readonly locked: boolean
}

const number = /^\d+$/

/**
 * Parses a password field. A locked password has a `!` before its hash. A value that is not a hash
 * (`*`, `!`, `!*`) matches no password.
 */
function passwordOf(field: string): UserPassword {
  const hash = field.replace(/^!+/, '')
  const isNone = hash === '*' || (hash === '' && field !== '')
  return { hash: isNone ? null : new Secret(hash), locked: field.startsWith('!') }
}

function userOf(
  line: readonly string[],
  groups: readonly (readonly string[])[],
  password: UserPassword | null,
): Fact<UserEntry> {
  const [name = '', , uid = '', gid = '', comment = '', home = '', shell] = line
  if (shell === undefined || !number.test(uid) || !number.test(gid))
    return unknown(
      `the account of ${name} could not be understood`,
      'run getent passwd on the host and look at its line',
    )
  const named = groups
    .filter(([, , id, members]) => id !== gid && members?.split(',').includes(name) === true)
    .map(([group = '']) => group)
  return present({
    uid: Number(uid),
    gid: Number(gid),
    group: groups.find(([, , id]) => id === gid)?.[0] ?? null,
    comment,
    home,
    shell,
    groups: named,
    password,
  })
}

type Rows = readonly (readonly string[])[]

/** The lines of a database, split into fields. */
export const rowsOf = (text: string): Rows =>
  text
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split(':'))

/**
 * Whether a line has too few fields, so that it could be any account. Lines for NIS (`+::::`) and
 * comments are no accounts.
 */
export const isMalformed = (row: readonly string[], fields: number): boolean =>
  row.length < fields && !/^[+#-]/.test(row[0] ?? '')

/** The lines of passwd(5), group(5) and shadow(5) in an answer of `user.sh`. */
export function accountListsIn({
  code,
  stdout,
}: Output): { readonly users: Rows; readonly groups: Rows; readonly passwords: Rows } | undefined {
  const [, passwd = '', group = '', shadow = '', statuses] =
    /^((?:[^=\n][^\n]*\n|\n)*)=\n((?:[^=\n][^\n]*\n|\n)*)=\n((?:[^=\n][^\n]*\n|\n)*)= ([02] 0)\n$/.exec(
      stdout.toString(),
    ) ?? []
  if (code !== 0 || statuses === undefined) return undefined
  return { users: rowsOf(passwd), groups: rowsOf(group), passwords: rowsOf(shadow) }
}

/** An account, and whether to read its password. */
export interface UserKey {
  readonly name: string
  readonly password: boolean
}

/**
 * Accounts by their names: passwd, groups and, where it is wanted, shadow, in one block. Hashes are
 * `Secret`.
 */
export const userFact = shellFact<UserKey, UserEntry>({
  name: 'user',
  about: ({ name }) => `user:${name}`,
  script: (keys) => ({
    script: sh`${functions}fettle_passwd_and_group ${keys.map(({ name }) => name)}
fettle_shadow ${keys.flatMap(({ name, password }) => (password ? [name] : []))}`,
  }),
  // getent ends with 2 when one of several names does not exist.
  parse(output, keys) {
    const lists = accountListsIn(output)
    if (lists === undefined)
      return allUnknown(keys, 'the accounts could not be read', output, 'see getent(1) on the host')
    const { users, groups, passwords } = lists
    return keys.map(({ name }) => {
      const line = users.find(([other]) => other === name)
      if (line === undefined && users.some((row) => isMalformed(row, 7)))
        return unknown(
          `the list of accounts, in which ${name} was not found, could not be understood`,
          'run getent passwd on the host and look at its lines',
        )
      if (line === undefined) return absent
      const field = passwords.find(([other]) => other === name)?.[1]
      return userOf(line, groups, field === undefined ? null : passwordOf(field))
    })
  },
  recorded: {
    keys: [
      { name: 'www-data', password: true },
      { name: 'none', password: false },
    ],
    stdout: [
      'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
      '=',
      'root:x:0:',
      'www-data:x:33:',
      'ssl-cert:x:103:postgres,www-data',
      '=',
      'www-data:*:20410:0:99999:7:::',
      '= 2 0',
      '',
    ].join('\n'),
    facts: [
      present({
        uid: 33,
        gid: 33,
        group: 'www-data',
        comment: 'www-data',
        home: '/var/www',
        shell: '/usr/sbin/nologin',
        groups: ['ssl-cert'],
        password: { hash: null, locked: false },
      }),
      absent,
    ],
  },
})
