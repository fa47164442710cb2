import { z } from 'zod'
import { address } from '../../core/address.js'
import { type Blocked, blocked, type Change, change, fine } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request, type Value } from '../../core/later.js'
import { invalidOption } from '../../core/options.js'
import { line, secret, state, value } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { reveal, type Secret } from '../../core/secret.js'
import type { Account } from '../../facts/mysql/account.js'
import type { Grant } from '../../facts/mysql/grants.js'
import { mysql } from '../../facts/mysql/backend.js'
import { accountFact } from '../../facts/mysql/server.js'
import { connectionSchema, type MysqlConnectionOptions, onServer } from './connection.js'
import { grantChanges, type GrantOptions, grantsSchema } from './grants.js'
import { type DesiredLogin, loginChanges, native, socketPlugin } from './login.js'
import { grantTrials } from './trials.js'
import { accountState, undoOfAccount } from './server-state.js'

export interface MysqlUserOptions extends CommonOptions {
  /**
   * From where the account may log in: `localhost` (the socket, and TCP from the host itself), `%`,
   * `10.0.0.%`. Default `localhost`. It is part of the account's name.
   */
  readonly host?: string
  /**
   * The password (`mysql_native_password`): a Secret of printable ASCII. MariaDB gets only its
   * hash. Left out: not managed. Other ways to log in, such as the socket, remain unless `plugin`
   * closes them. A new account needs a password or a plugin.
   */
  readonly password?: Value<Secret>
  /**
   * `unix_socket`: the host's user of the same name can log in through the socket.
   * `mysql_native_password`: `password` is the only way to log in. Left out: not managed.
   */
  readonly plugin?: 'unix_socket' | 'mysql_native_password'
  /**
   * Privileges by object: `{ 'app.*': ['SELECT', 'INSERT'] }`. Names are literal: `my_app.*` never
   * matches `myXapp`. `ALL` and `GRANT OPTION` are possible. All spellings of a privilege are
   * equal, such as `REPLICATION CLIENT` and `BINLOG MONITOR`.
   */
  readonly grants?: GrantOptions
  /**
   * Revoke everything that `grants` does not list, including roles and privileges on other objects.
   * Default false: `grants` only adds.
   */
  readonly exactGrants?: boolean
  /**
   * `true`: connections without TLS are refused, which also closes the socket. `false`: TLS is not
   * required. Left out: not managed.
   */
  readonly requireTls?: boolean
  /** `absent` drops the account. Default `present`. */
  readonly state?: 'present' | 'absent'
  /** How the host reaches the server. Default: through its socket, as root. */
  readonly connection?: MysqlConnectionOptions
}

function wrongPassword(password: Secret): string | undefined {
  const text = reveal(password)
  if (text === '') return 'password must not be empty: anybody could log in'
  if (/^[\x20-\x7e]*$/.test(text)) return undefined
  return 'password must be printable ASCII: others arrive differently from different clients (PyMySQL sends latin1, this one UTF-8)'
}

const passwordSchema = secret.superRefine((given, context) => {
  const wrong = wrongPassword(given)
  if (wrong !== undefined)
    context.addIssue({ code: 'custom', message: wrong.replace(/^password /, '') })
})

const defaultHost = 'localhost'

/**
 * An account of MariaDB 10.4 or later, with its ways to log in and its grants, managed with CREATE
 * USER, ALTER USER, GRANT, REVOKE and DROP USER.
 *
 * An existing account can be granted privileges, or lose them, without giving its password. After a
 * password was set, a login tests it, if the account may log in from the host itself. Where another
 * account of the same name would match that login, or the server refuses it for another reason than
 * the password, the stored hash decides.
 *
 * Taken back, an account has the ways to log in and the grants that it had, and a new one goes.
 * Where the connection has a password, nothing is taken back: no host keeps it.
 */
export const mysqlUser = resource({
  type: 'mysql.user',
  undo: [accountState],
  chapter: 'Databases',
  ansible: '`community.mysql.mysql_user`',
  arguments: args<[name: string]>(line.max(80, 'must not be longer than 80 characters')),
  options: options<MysqlUserOptions>({
    host: z
      .string()
      .max(255)
      .regex(/^[a-z0-9_.:%/-]+$/, "must be localhost, '%', an address or a name in lower case")
      .optional(),
    password: value(passwordSchema).optional(),
    plugin: z.enum([socketPlugin, native]).optional(),
    grants: grantsSchema.optional(),
    exactGrants: z.boolean().optional(),
    requireTls: z.boolean().optional(),
    state: state.optional(),
    connection: connectionSchema.optional(),
  }),
  identity: (name, { host = defaultHost }) => `${name}@${host}`,
  conflict(_, { password, plugin, grants, exactGrants, state }) {
    if (exactGrants === true && grants === undefined)
      return 'exactGrants needs grants (an empty one takes everything away)'
    if (state !== 'absent' && plugin === native && password === undefined)
      return `plugin ${native} needs a password: anybody could log in without`
    return undefined
  },
  build(name, options) {
    const { host = defaultHost, password, connection = {} } = options
    const user = `${name}@${host}`
    return desired({
      reads: { account: request(accountFact, onServer(connection, { name, host })) },
      values: { password, connection },
      // It may be the account that others ask the server with.
      brings: [`user:${user}`, 'server:mysql'],
      plan({ account }, { password, connection }) {
        const undo = undoOfAccount(connection, name, host)
        const run = (summary: string, statements: readonly string[], grants?: Grant): Change =>
          change(
            summary,
            statements.map((sql) => ({ on: mysql, connection, sql, values: [name, host] })),
            {
              ...undo,
              trials: grants === undefined ? [] : grantTrials(connection, statements, grants),
            },
          )
        if (options.state === 'absent') {
          if (account === null) return fine('there is no such account')
          return [{ ...run(`remove user ${user}`, ['DROP USER ?@?']), effect: 'remove' }]
        }
        const wrong = password === undefined ? undefined : wrongPassword(password)
        if (wrong !== undefined) throw invalidOption(address('mysql.user', user), wrong)
        const login = { name, host, password, options, connection }
        const obstacle = cannotBe(account, login)
        if (obstacle !== null) return obstacle
        const rules = {
          exact: options.exactGrants === true,
          foldsCase: account?.foldsCase ?? false,
        }
        const changes = [
          ...loginChanges(account, login).map((each) => ({ ...each, ...undo })),
          ...grantChanges(account?.grants ?? [], options.grants ?? {}, rules, run),
        ]
        return changes.length === 0 ? fine(`${user} logs in and may do as desired`) : changes
      },
    })
  },
})

/** Why an account cannot be created or changed as desired. */
function cannotBe(
  account: Account | null,
  { name, host, password, options, connection }: DesiredLogin,
): Blocked | null {
  const user = `${name}@${host}`
  if (account === null) {
    if (password !== undefined || options.plugin !== undefined) return null
    return blocked(
      `there is no account ${user}, and it cannot be made without a password or plugin: anybody could log in`,
      'give a password or plugin, or make the account before this resource',
      { lacks: [`user:${user}`] },
    )
  }
  if (options.plugin === native) {
    const isAsking =
      host === 'localhost' &&
      name === (connection.user ?? 'root') &&
      connection.host === undefined &&
      connection.password === undefined
    if (!isAsking || !account.ways.some((way) => way.plugin === socketPlugin)) return null
    return blocked(
      `${user} is the account that MariaDB is asked with, through the socket: without that way nothing could be asked any more`,
      "give its password to the connection too (connection: { password }), or another administrator's account",
      { lacks: [`user:${user}`] },
    )
  }
  if (password === undefined) return null
  const foreign = account.ways.find((way) => way.plugin !== native && way.plugin !== socketPlugin)
  if (foreign === undefined) return null
  return blocked(
    `${user} logs in by ${foreign.plugin}, whose passwords cannot be compared`,
    `give plugin: '${native}', which closes every other way, or leave password out`,
    { lacks: [`user:${user}`] },
  )
}
