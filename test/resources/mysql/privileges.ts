const table = [
  'ALTER',
  'CREATE',
  'CREATE VIEW',
  'DELETE',
  'DELETE HISTORY',
  'DROP',
  'INDEX',
  'INSERT',
  'REFERENCES',
  'SELECT',
  'SHOW VIEW',
  'TRIGGER',
  'UPDATE',
]
const database = [
  'ALTER ROUTINE',
  'CREATE ROUTINE',
  'CREATE TEMPORARY TABLES',
  'EVENT',
  'EXECUTE',
  'LOCK TABLES',
]
const server = [
  'BINLOG ADMIN',
  'BINLOG MONITOR',
  'BINLOG REPLAY',
  'CONNECTION ADMIN',
  'CREATE TABLESPACE',
  'CREATE USER',
  'FEDERATED ADMIN',
  'FILE',
  'PROCESS',
  'READ_ONLY ADMIN',
  'RELOAD',
  'REPLICATION MASTER ADMIN',
  'REPLICATION SLAVE',
  'REPLICATION SLAVE ADMIN',
  'SET USER',
  'SHOW DATABASES',
  'SHUTDOWN',
  'SLAVE MONITOR',
  'SUPER',
]

/**
 * What can be given on nothing smaller than a table, a database or the server, as MariaDB 10.11
 * groups it (TABLE_ACLS, DB_ACLS and GLOBAL_ACLS of its sql/privilege.h).
 */
export const privileges = { table, database, server } as const
