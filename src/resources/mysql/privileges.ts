/** The levels at which a privilege can be granted. */
export type PrivilegeLevel = 'server' | 'database' | 'table'

/**
 * Privileges as MariaDB's `SHOW GRANTS` writes them. They cannot be bound as values, so only these
 * become part of a statement.
 */
const onTables = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'CREATE VIEW',
  'SHOW VIEW',
  'TRIGGER',
  'DELETE HISTORY',
] as const
const onDatabases = [
  ...onTables,
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EVENT',
] as const
const onServer = [
  ...onDatabases,
  'RELOAD',
  'SHUTDOWN',
  'PROCESS',
  'FILE',
  'SHOW DATABASES',
  'SUPER',
  'CREATE USER',
  'CREATE TABLESPACE',
  'REPLICATION SLAVE',
  'BINLOG MONITOR',
  'BINLOG ADMIN',
  'BINLOG REPLAY',
  'SLAVE MONITOR',
  'REPLICATION SLAVE ADMIN',
  'REPLICATION MASTER ADMIN',
  'SET USER',
  'FEDERATED ADMIN',
  'CONNECTION ADMIN',
  'READ_ONLY ADMIN',
] as const

/** All privileges of each level. Together they are `ALL PRIVILEGES`. */
export const known: Readonly<Record<PrivilegeLevel, readonly string[]>> = {
  server: onServer,
  database: onDatabases,
  table: onTables,
}

export const all = 'ALL PRIVILEGES'
export const grantOption = 'GRANT OPTION'

/**
 * Other spellings that MariaDB accepts in GRANT. `SHOW GRANTS` writes the one in `known`; older
 * servers write these.
 */
const aliases: Readonly<Record<string, string>> = {
  'REPLICATION CLIENT': 'BINLOG MONITOR',
  'REPLICATION REPLICA': 'REPLICATION SLAVE',
  'REPLICATION REPLICA ADMIN': 'REPLICATION SLAVE ADMIN',
  'REPLICA MONITOR': 'SLAVE MONITOR',
  'READ ONLY ADMIN': 'READ_ONLY ADMIN',
}

/** Spellings that MariaDB does not accept: those of MySQL, and of MariaDB before 10.3.5. */
const foreign: Readonly<Record<string, string>> = {
  'DELETE VERSIONING ROWS': 'DELETE HISTORY',
  BINLOG_ADMIN: 'BINLOG ADMIN',
  CONNECTION_ADMIN: 'CONNECTION ADMIN',
  REPLICATION_SLAVE_ADMIN: 'REPLICATION SLAVE ADMIN',
  ALL: all,
}

/** A privilege in a spelling that MariaDB accepts: the user's own if possible. */
export function spelled(privilege: string): string {
  const upper = privilege.trim().toUpperCase().replace(/\s+/g, ' ')
  return foreign[upper] ?? upper
}

/** The canonical name of a privilege; equal for all its spellings. */
export function nameOf(privilege: string): string {
  const written = foreign[privilege] ?? privilege
  return aliases[written] ?? written
}

/** Whether a privilege is in a list, in any spelling. */
export const holds = (privileges: readonly string[], wanted: string): boolean =>
  privileges.some((each) => nameOf(each) === nameOf(wanted))
