import { absent, present, type Fact } from '../../core/fact.js'
import { notUnderstood, type OnServer, type Rows } from './client.js'

export interface DatabaseKey extends OnServer {
  readonly name: string
}

/** The defaults for new tables of a database. */
export interface DatabaseDefaults {
  readonly charset: string
  readonly collation: string
}

/**
 * Reads all databases. Only the server's answer says whether it ignores case, so names are compared
 * here.
 */
export const databasesQuestion =
  "SELECT 'database', SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA;"

/** Parses a database's defaults from `information_schema.SCHEMATA`. */
export function databaseOf(rows: Rows, wanted: string, said: string): Fact<DatabaseDefaults> {
  const folds = rows.find(([what]) => what === 'server')?.[2]
  const whole =
    rows.at(-1)?.[0] === 'end' &&
    folds !== undefined &&
    rows.every((row) => row[0] !== 'database' || row.length === 4)
  // Every server has databases of its own.
  if (!whole || !rows.some(([what]) => what === 'database')) return notUnderstood(said)
  const fold = (name: string): string => (folds === '0' ? name : name.toLowerCase())
  const row = rows.find(
    ([what, name]) => what === 'database' && name !== undefined && fold(name) === fold(wanted),
  )
  if (row === undefined) return absent
  const [, , charset = '', collation = ''] = row
  return present({ charset, collation })
}
