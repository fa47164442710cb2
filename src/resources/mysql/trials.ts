import { trial, type Trial } from '../../core/trial.js'
import type { Thing } from '../../core/thing.js'
import type { MysqlConnection } from '../../facts/mysql/backend.js'
import { literal, serverAt } from '../../facts/mysql/client.js'
import type { Grant } from '../../facts/mysql/grants.js'
import { mysqlTrialFact, type MysqlTrial } from '../../facts/mysql/trial.js'
import { all } from './privileges.js'

/** What another version or configuration of the server comes with. */
const serverThings: readonly Thing[] = ['package:mariadb-server', 'unit:mariadb.service']

/** A statement of a trial, and what it must say where the change would fail. */
interface Question {
  readonly sql: string
  readonly needs: readonly Thing[]
  /** The server's words, or others, where it would fail; null where it would not. */
  readonly failure: (answer: MysqlTrial) => string | null
  readonly remedy: string
}

/** A trial that asks the server. The sentence begins as that of an apply that fails. */
const ask = (connection: MysqlConnection, { sql, needs, failure, remedy }: Question): Trial =>
  trial(
    { kind: mysqlTrialFact, key: { connection, sql } },
    (answer) => {
      const words = answer === null ? null : failure(answer)
      return words === null ? null : { refused: `${serverAt(connection)}: ${words}`, remedy }
    },
    { needs },
  )

/** The server's words for one of these errors. */
const errorOf =
  (...numbers: readonly number[]): Question['failure'] =>
  ({ error }) =>
    error !== null && numbers.includes(error.number) ? error.words : null

/** Errors by their numbers in the server's messages. */
const unknownCharset = 1115
const unknownCollation = 1273
const mismatch = 1253
const syntaxError = 1064
const noSuchTable = 1146

/** Whether the server has a character set and a collation, and whether they belong together. */
export function defaultsTrials(
  connection: MysqlConnection,
  { charset, collation }: { readonly charset?: string; readonly collation?: string },
): readonly Trial[] {
  if (charset === undefined && collation === undefined) return []
  const collate = collation === undefined ? '' : ` COLLATE ${collation}`
  // A collation alone may belong to any character set.
  const numbers =
    charset === undefined ? [unknownCollation] : [unknownCharset, unknownCollation, mismatch]
  return [
    ask(connection, {
      sql: `SELECT CONVERT('' USING ${charset ?? 'utf8mb4'})${collate}`,
      needs: serverThings,
      failure: errorOf(...numbers),
      remedy: 'see which ones the server has: SHOW CHARACTER SET, SHOW COLLATION',
    }),
  ]
}

/** Whether a plugin for logging in is active. */
export const pluginTrial = (connection: MysqlConnection, plugin: string): Trial =>
  ask(connection, {
    sql: `SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = ${literal(plugin)} AND PLUGIN_STATUS = 'ACTIVE'`,
    needs: serverThings,
    failure: ({ rows, error }) =>
      error === null && rows.length === 0 ? `Plugin '${plugin}' is not loaded` : null,
    remedy: `load it: INSTALL SONAME 'auth_socket', or see SHOW PLUGINS`,
  })

/** Whether the server takes the hash of a password, which its rules for passwords cannot judge. */
export const hashTrial = (connection: MysqlConnection): Trial =>
  ask(connection, {
    sql: "SELECT PLUGIN_NAME FROM information_schema.PLUGINS WHERE PLUGIN_TYPE = 'PASSWORD VALIDATION' AND PLUGIN_STATUS = 'ACTIVE' AND @@strict_password_validation",
    needs: serverThings,
    failure: ({ rows: [row] }) =>
      row === undefined
        ? null
        : `it runs with --strict-password-validation and ${row[0] ?? 'a plugin'}, so it takes no hash of a password`,
    remedy: 'set strict_password_validation=OFF in the configuration of the server',
  })

/** The database of a table: `` `app`.`users` `` → `app`; null for any other object. */
function databaseOfTable(on: string): string | null {
  const quoted = /^`((?:[^`]|``)*)`\.`/.exec(on)?.[1]
  return quoted?.replaceAll('``', '`') ?? null
}

/** Whether the server knows the privileges, and has the table that they are granted on. */
export function grantTrials(
  connection: MysqlConnection,
  statements: readonly string[],
  { on, privileges }: Grant,
): readonly Trial[] {
  const known = statements.map((sql) =>
    ask(connection, {
      // Preparing a statement only parses it.
      sql: `PREPARE fettle_trial FROM ${literal(sql.replace('TO ?@?', "TO 'x'@'localhost'"))}`,
      needs: serverThings,
      failure: errorOf(syntaxError),
      remedy: 'see which privileges this server knows: SHOW PRIVILEGES',
    }),
  )
  const database = on === null ? null : databaseOfTable(on)
  // A grant that lets the account make the table does not need it.
  if (on === null || database === null || ['CREATE', all].some((one) => privileges.includes(one)))
    return known
  const exists = ask(connection, {
    sql: `SELECT 1 FROM ${on} LIMIT 0`,
    needs: [`database:${database}`],
    failure: errorOf(noSuchTable),
    remedy: 'make the table before this, or grant on the whole database',
  })
  return [...known, exists]
}
