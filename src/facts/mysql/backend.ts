import { declared, type BackendAction } from '../../core/backend.js'
import type { Secret } from '../../core/secret.js'

/** How to reach a MySQL or MariaDB server, as seen from the host. */
export interface MysqlConnection {
  /** The server's socket on the host. Default `/run/mysqld/mysqld.sock`, unless `host` is given. */
  readonly socket?: string
  readonly host?: string
  /** Default 3306. */
  readonly port?: number
  /** Default `root`. */
  readonly user?: string
  readonly password?: Secret
}

/** One SQL statement; `values` are bound to its `?` by the driver. */
export interface MysqlStatement {
  readonly connection: MysqlConnection
  readonly sql: string
  readonly values: readonly (string | number | Secret)[]
}

/** Proves that an account can log in with a password. */
export interface MysqlLogin {
  readonly connection: MysqlConnection & { readonly user: string; readonly password: Secret }
  /**
   * Run first, as an administrator. A row means that another account would match this login: the
   * test would then prove nothing and is left out.
   */
  readonly unless?: MysqlStatement
}

export type MysqlAction = BackendAction<MysqlStatement>
export type MysqlLoginAction = BackendAction<MysqlLogin>

/** Performs statements and logins through a host's SSH connection. */
export interface MysqlClient {
  /** @throws FettleError `mysql-failed`, with the server's own message, or `connection-lost` */
  perform(work: MysqlStatement | MysqlLogin): Promise<void>
  close(): Promise<void>
}

function describe(work: MysqlStatement | MysqlLogin): string {
  if ('sql' in work) return work.sql
  const unless = work.unless === undefined ? '' : `, unless ${work.unless.sql}`
  return `login ${work.connection.user}${unless}`
}

/** MySQL and MariaDB: performs actions. Facts are read by the server's own client, in shell. */
export const mysql = declared<MysqlClient, MysqlStatement | MysqlLogin>({
  name: 'mysql',
  scope: 'host',
  describe,
})
