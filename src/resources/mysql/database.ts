import { z } from 'zod'
import { change, fine, type Change } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { line, state } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { mysql, type MysqlAction } from '../../facts/mysql/backend.js'
import type { DatabaseDefaults } from '../../facts/mysql/database.js'
import { databaseFact } from '../../facts/mysql/server.js'
import { identifier } from '../../facts/mysql/client.js'
import { connectionSchema, onServer, type MysqlConnectionOptions } from './connection.js'
import { defaultsTrials } from './trials.js'
import { databaseState, undoOfDatabase } from './server-state.js'

export interface MysqlDatabaseOptions extends CommonOptions {
  /**
   * The default character set of new tables, such as `utf8mb4`. Default: the server's for a new
   * database; an existing one keeps its own.
   */
  readonly charset?: string
  /**
   * The default collation of new tables, such as `utf8mb4_unicode_ci`. Default: the character set's
   * own if that is changed, else not managed.
   */
  readonly collation?: string
  /** Default `present`. `absent` drops the database with everything in it. */
  readonly state?: 'present' | 'absent'
  /** How the host reaches the server. Default: through its socket, as root. */
  readonly connection?: MysqlConnectionOptions
}

const systemDatabases = ['mysql', 'information_schema', 'performance_schema', 'sys']
const setName = z.string().regex(/^[a-z0-9_]+$/, 'must be a name such as utf8mb4')
const databaseName = line
  .max(64, 'must not be longer than 64 characters')
  .regex(/\S$/, 'must not end with a space')

/** MariaDB 10.6 and later call `utf8mb3` what was called `utf8` before. */
const sameName = (given: string): string => given.replace(/^utf8(?=_|$)/, 'utf8mb3')

/**
 * A database of MariaDB or MySQL, managed with CREATE, ALTER and DROP DATABASE.
 *
 * Character set and collation are the defaults of *new tables*: changing them leaves existing
 * tables as they are, and the plan says so.
 *
 * Taken back, a database has the defaults that it had, and a new one goes if nothing is in it.
 */
export const mysqlDatabase = resource({
  type: 'mysql.database',
  undo: [databaseState],
  chapter: 'Databases',
  ansible: '`community.mysql.mysql_db`',
  arguments: args<[name: string]>(databaseName),
  options: options<MysqlDatabaseOptions>({
    charset: setName.optional(),
    collation: setName.optional(),
    state: state.optional(),
    connection: connectionSchema.optional(),
  }),
  conflict(name, { charset, collation, state }) {
    if (state === 'absent' && systemDatabases.includes(name.toLowerCase()))
      return 'is a database of the server itself and is not dropped'
    const mixed =
      charset !== undefined &&
      collation !== undefined &&
      collation !== charset &&
      !sameName(collation).startsWith(`${sameName(charset)}_`)
    if (mixed) return `the collation ${collation} does not belong to the character set ${charset}`
    return undefined
  },
  build(name, options) {
    const { charset, collation, state, connection = {} } = options
    return desired({
      reads: { database: request(databaseFact, onServer(connection, { name })) },
      values: { connection },
      brings: [`database:${name}`],
      plan({ database }, { connection }) {
        const run = (summary: string, sql: string, more: Partial<Change> = {}): Change => {
          const action: MysqlAction = { on: mysql, connection, sql, values: [] }
          const undo = undoOfDatabase(connection, name)
          const trials = defaultsTrials(connection, omitUndefined({ charset, collation }))
          return change(summary, [action], { trials, ...undo, ...more })
        }
        if (state === 'absent') {
          if (database === null) return fine('there is no such database')
          const summary = `drop database ${name} with everything in it`
          const final = 'its tables and rows are lost'
          const more = { effect: 'remove', final, undo: [], trials: [] } as const
          return [run(summary, `DROP DATABASE ${identifier(name)}`, more)]
        }
        if (database === null) {
          const given = [charset, collation].filter((each) => each !== undefined)
          const shown = given.length === 0 ? '' : ` (${given.join(', ')})`
          const sql = `CREATE DATABASE ${identifier(name)}${defaults(options)}`
          return [run(`create database ${name}${shown}`, sql, { effect: 'create' })]
        }
        const differing = differences(options, database)
        if (differing.length === 0) return fine(`${database.charset}, ${database.collation}`)
        const summary = `${differing.join(', ')} for new tables; existing tables stay as they are`
        return [run(summary, `ALTER DATABASE ${identifier(name)}${defaults(options)}`)]
      },
    })
  },
})

/** The options as clauses of CREATE and ALTER DATABASE. */
function defaults({ charset, collation }: MysqlDatabaseOptions): string {
  const characterSet = charset === undefined ? '' : ` CHARACTER SET ${charset}`
  const collate = collation === undefined ? '' : ` COLLATE ${collation}`
  return `${characterSet}${collate}`
}

function differences(
  { charset, collation }: MysqlDatabaseOptions,
  database: DatabaseDefaults,
): readonly string[] {
  const found: string[] = []
  if (charset !== undefined && sameName(charset) !== sameName(database.charset))
    found.push(`charset ${database.charset} → ${charset}`)
  if (collation !== undefined && sameName(collation) !== sameName(database.collation))
    found.push(`collation ${database.collation} → ${collation}`)
  return found
}
