import type { Change } from '../../core/change.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { keeps, type Kept, type UndoKind } from '../../core/undo.js'
import refuseText from '../../core/refuse.sh.js'
import type { MysqlConnection } from '../../facts/mysql/backend.js'
import { identifier, literal, openClient, type OpenConnection } from '../../facts/mysql/client.js'
import serverStateText from './server-state.sh.js'

/** A database, and how the host reaches its server. */
export interface DatabaseStateKey {
  readonly name: string
  readonly connection: OpenConnection
}

/** An account, and how the host reaches its server. */
export interface AccountStateKey extends DatabaseStateKey {
  readonly host: string
}

const functions = lines([shellFunctions(refuseText), shellFunctions(serverStateText)])

/** SQL: whether a column holds the name of a database, as the server compares names. */
const isNamed = (column: string, name: string): string =>
  `IF(@@lower_case_table_names = 0, BINARY ${column} = ${literal(name)}, LOWER(${column}) = LOWER(${literal(name)}))`

const counting = (table: string, column: string, name: string): string =>
  `(SELECT COUNT(*) FROM information_schema.${table} WHERE ${isNamed(column, name)})`

/** SQL that counts what would be lost with a database. */
const contentsOf = (name: string): string =>
  `SELECT ${counting('TABLES', 'TABLE_SCHEMA', name)} + ${counting('ROUTINES', 'ROUTINE_SCHEMA', name)} + ${counting('EVENTS', 'EVENT_SCHEMA', name)}`

/** The defaults of a database, or that there is none. One with something in it is not dropped. */
export const databaseState: UndoKind<DatabaseStateKey> = {
  name: 'mysql-database',
  keep({ name, connection }) {
    const sql = `SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE ${isNamed('SCHEMA_NAME', name)}`
    return sh`${functions}( fettle_keep_database ${sql} ${openClient(connection)} )`
  },
  takeBack({ name, connection }) {
    const words = [identifier(name), name, contentsOf(name)]
    return sh`${functions}( fettle_take_back_database ${words} ${openClient(connection)} )`
  },
}

/** An account with its ways to log in and its grants, or that there is none. */
export const accountState: UndoKind<AccountStateKey> = {
  name: 'mysql-account',
  keep({ name, host, connection }) {
    const [user, from] = [literal(name), literal(host)]
    const found = `SELECT COUNT(*) FROM mysql.global_priv WHERE User = ${user} AND Host = ${from}`
    const made = `SHOW CREATE USER ${user}@${from}; SHOW GRANTS FOR ${user}@${from}`
    return sh`${functions}( fettle_keep_account ${found} ${made} ${openClient(connection)} )`
  },
  takeBack({ name, host, connection }) {
    const removing = `DROP USER IF EXISTS ${literal(name)}@${literal(host)}`
    return sh`${functions}( fettle_take_back_account ${removing} ${openClient(connection)} )`
  },
}

/** How the changes of a thing on a server are taken back. */
export type ServerUndo = Pick<Change, 'undo' | 'final'>

/** Only the host asks the server on the way back, and it keeps no password. */
function keptBy(
  { socket, host, port, user, password }: MysqlConnection,
  kept: (connection: OpenConnection) => Kept,
): ServerUndo {
  if (password === undefined) return { undo: [kept(omitUndefined({ socket, host, port, user }))] }
  return {
    undo: [],
    final: 'taking it back would need the password of its connection, which no host keeps',
  }
}

export const undoOfDatabase = (connection: MysqlConnection, name: string): ServerUndo =>
  keptBy(connection, (open) => keeps(databaseState, { name, connection: open }))

/** The account that the server is asked with would take away its own privileges. */
export function undoOfAccount(connection: MysqlConnection, name: string, host: string): ServerUndo {
  if (name === (connection.user ?? 'root'))
    return { undo: [], final: 'it is the account that MariaDB is asked with' }
  return keptBy(connection, (open) => keeps(accountState, { name, host, connection: open }))
}
