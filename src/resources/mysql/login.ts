import { change, type Change } from '../../core/change.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { mysqlHash } from '../../core/scrub/mysql-hash.js'
import { reveal, Secret } from '../../core/secret.js'
import type { Account, LoginMethod } from '../../facts/mysql/account.js'
import type { Trial } from '../../core/trial.js'
import { hashTrial, pluginTrial } from './trials.js'
import {
  mysql,
  type MysqlAction,
  type MysqlConnection,
  type MysqlLoginAction,
} from '../../facts/mysql/backend.js'

export const native = 'mysql_native_password'
export const socketPlugin = 'unix_socket'

/** How an account should be able to log in. */
export interface DesiredLogin {
  readonly name: string
  readonly host: string
  readonly password: Secret | undefined
  readonly options: {
    readonly plugin?: 'unix_socket' | 'mysql_native_password'
    readonly requireTls?: boolean
  }
  readonly connection: MysqlConnection
}

/** The hash that `mysql_native_password` stores: `*SHA1(SHA1(password))`. */
export const nativeHash = (password: Secret): string => `*${mysqlHash(reveal(password))}`

/** Shorter values are words, such as Debian's `invalid` for a password that never matches. */
const shortestHash = 30

/**
 * The clause `IDENTIFIED VIA a USING ? OR b`. Hashes are bound as values and never part of the
 * text.
 */
function identified(ways: readonly LoginMethod[]): {
  readonly sql: string
  readonly values: MysqlAction['values']
} {
  const sql = ways
    .map(({ plugin, kept }) => (kept === '' ? plugin : `${plugin} USING ?`))
    .join(' OR ')
  return {
    sql: `IDENTIFIED VIA ${sql}`,
    values: ways
      .filter(({ kept }) => kept !== '')
      .map(({ kept }) => (kept.length < shortestHash ? kept : new Secret(kept))),
  }
}

function desiredWays(
  have: readonly LoginMethod[],
  { password, options }: DesiredLogin,
): readonly LoginMethod[] {
  const { plugin } = options
  const staying = plugin === native ? [] : have.filter((way) => way.plugin !== native)
  const others =
    password === undefined ? have : [{ plugin: native, kept: nativeHash(password) }, ...staying]
  if (plugin === undefined || isIn(others, plugin)) return others
  return [...others, { plugin, kept: '' }]
}

const isIn = (ways: readonly LoginMethod[], plugin: string): boolean =>
  ways.some((way) => way.plugin === plugin)

/** The changes that create a missing account, or change how an existing one logs in. */
export function loginChanges(account: Account | null, desired: DesiredLogin): readonly Change[] {
  const { name, host, connection, options, password } = desired
  const ways = desiredWays(account?.ways ?? [], desired)
  const differing =
    account === null ? [`create user ${name}@${host}`] : loginDifferences(account.ways, ways)
  const tls = tlsDifference(account?.requires ?? 'nothing', options.requireTls)
  if (differing.length === 0 && tls === undefined) return []
  const auth = differing.length === 0 ? undefined : identified(ways)
  const sql = [
    account === null ? 'CREATE USER ?@?' : 'ALTER USER ?@?',
    auth?.sql,
    tls?.clause,
  ].filter((part) => part !== undefined)
  const set: MysqlAction = {
    on: mysql,
    connection,
    sql: sql.join(' '),
    values: [name, host, ...(auth?.values ?? [])],
  }
  const closed = options.requireTls ?? (account !== null && account.requires !== 'nothing')
  const isProvable =
    auth !== undefined &&
    !closed &&
    connection.host === undefined &&
    (host === 'localhost' || host === '%')
  const proof = isProvable && password !== undefined ? [login(desired, password)] : []
  const sentences = [...differing, tls?.sentence].filter((part) => part !== undefined)
  return [
    change(sentences.join(', '), [set, ...proof], {
      effect: account === null ? 'create' : 'change',
      trials: auth === undefined ? [] : loginTrials(connection, account?.ways ?? [], ways),
    }),
  ]
}

/** The trials of ways to log in that an account does not have yet. */
function loginTrials(
  connection: MysqlConnection,
  have: readonly LoginMethod[],
  wanted: readonly LoginMethod[],
): readonly Trial[] {
  const trials: Trial[] = []
  if (wanted.some(({ kept }) => kept.length >= shortestHash)) trials.push(hashTrial(connection))
  if (isIn(wanted, socketPlugin) && !isIn(have, socketPlugin))
    trials.push(pluginTrial(connection, socketPlugin))
  return trials
}

/**
 * Tests a login through the socket. MariaDB selects the account with the most specific host, so
 * `app@localhost` takes precedence over `app@%`. An anonymous `''@localhost` also does; then the
 * test fails, because nobody wants that.
 */
function login({ name, host, connection }: DesiredLogin, password: Secret): MysqlLoginAction {
  const { socket } = connection
  const proof: MysqlLoginAction = {
    on: mysql,
    connection: { ...omitUndefined({ socket }), user: name, password },
  }
  if (host === 'localhost') return proof
  const sql =
    "SELECT 1 FROM mysql.global_priv WHERE User = ? AND Host <> ? AND 'localhost' LIKE Host LIMIT 1"
  return { ...proof, unless: { connection, sql, values: [name, host] } }
}

function loginDifferences(
  have: readonly LoginMethod[],
  wanted: readonly LoginMethod[],
): readonly string[] {
  const before = have.find((way) => way.plugin === native)
  const after = wanted.find((way) => way.plugin === native)
  const differences: string[] = []
  if (after !== undefined && before === undefined) differences.push('login with a password allowed')
  else if (after !== undefined && before?.kept.toUpperCase() !== after.kept.toUpperCase())
    differences.push('password changed')
  if (isIn(wanted, socketPlugin) && !isIn(have, socketPlugin))
    differences.push('login through the socket allowed')
  for (const { plugin } of have) {
    if (isIn(wanted, plugin)) continue
    const way = plugin === socketPlugin ? 'through the socket' : `by ${plugin}`
    differences.push(`login ${way} closed`)
  }
  return differences
}

/** How to change TLS, as a sentence and a clause; undefined where it is as desired. */
function tlsDifference(
  requires: Account['requires'],
  wanted: boolean | undefined,
): { readonly sentence: string; readonly clause: string } | undefined {
  if (wanted === true && requires === 'nothing')
    return { sentence: 'TLS required', clause: 'REQUIRE SSL' }
  if (wanted === false && requires !== 'nothing')
    return { sentence: 'TLS no longer required', clause: 'REQUIRE NONE' }
  return undefined
}
