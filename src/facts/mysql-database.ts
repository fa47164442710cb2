import { absent, present, type Fact, type ShellFactKind } from '../core/fact.js'
import { askServers, byServer, notUnderstood, serverAnswers, type OnServer } from './mysql.js'

export interface DatabaseKey extends OnServer {
  readonly name: string
}

/** What new tables of a database get. */
export interface DatabaseDefaults {
  readonly charset: string
  readonly collation: string
}

/** All databases at once: whether the server folds case is only known there, so names are compared here. */
const sql = `SELECT 'server', @@lower_case_table_names;
SELECT 'database', SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA;
SELECT 'end';`

/** A database's defaults, from `information_schema.SCHEMATA`. */
export const databaseFact: ShellFactKind<DatabaseKey, DatabaseDefaults> = {
  backend: 'shell',
  name: 'mysql.database',
  asSession: true,
  script: (keys) => askServers(byServer(keys).map(({ connection }) => ({ connection, sql }))),
  parse(output, keys): readonly Fact<DatabaseDefaults>[] {
    const servers = byServer(keys)
    const facts = new Map<number, Fact<DatabaseDefaults>>()
    serverAnswers(output, servers.length).forEach((answer, server) => {
      for (const { key, index } of servers[server]?.members ?? []) facts.set(index, 'problem' in answer ? answer.problem : find(answer.rows, key.name) ?? notUnderstood(answer.said))
    })
    return keys.map((_, index) => facts.get(index) ?? notUnderstood(''))
  },
}

function find(rows: readonly (readonly string[])[], wanted: string): Fact<DatabaseDefaults> | null {
  const folds = rows.find(([what]) => what === 'server')?.[1]
  const whole = rows.at(-1)?.[0] === 'end' && folds !== undefined && rows.every((row) => row[0] !== 'database' || row.length === 4)
  if (!whole) return null
  const same = folds === '0' ? (name: string | undefined) => name === wanted : (name: string | undefined) => name?.toLowerCase() === wanted.toLowerCase()
  const row = rows.find(([what, name]) => what === 'database' && same(name))
  return row === undefined ? absent : present({ charset: row[2] ?? '', collation: row[3] ?? '' })
}
