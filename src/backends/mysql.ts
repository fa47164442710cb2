import type { Connection, ConnectionOptions, QueryError } from 'mysql2'
import type { MysqlAction, MysqlConnection, MysqlLoginAction } from '../core/change.js'
import { FettleError } from '../core/errors.js'
import { reveal, scrub, Secret } from '../core/secret.js'
import { defaultSocket, sessionSettings, withoutHashes } from '../facts/mysql.js'
import type { ForwardTarget, Session } from '../ssh/session.js'

/** Performs MySQL's actions through a host's SSH connection. */
export interface MysqlBackend {
  /** @throws FettleError `mysql-failed`, with the server's own message */
  perform(action: MysqlAction | MysqlLoginAction): Promise<void>
  /** Statements and logins so far. */
  readonly exchanges: number
  close(): Promise<void>
}

/** Seconds for connecting, and for each statement. A server that hangs (SIGSTOP) accepts connections and never answers. */
export interface MysqlLimits {
  readonly connect: number
  readonly statement: number
}

const usualLimits: MysqlLimits = { connect: 30, statement: 60 }

/** One administrator's connection for each server and account, opened when first needed, and one for each login test. */
export async function openMysql(session: Pick<Session, 'forward'>, limits: MysqlLimits = usualLimits): Promise<MysqlBackend> {
  const { createConnection } = await import('mysql2')
  const open = new Map<string, Link>()
  let exchanges = 0
  const connect = async (connection: MysqlConnection, limit = limits): Promise<Link> => {
    const stream = await session.forward(targetOf(connection))
    const options: ConnectionOptions = { stream, user: userOf(connection), charset: 'utf8mb4', connectTimeout: limit.connect * 1000, ...(connection.password === undefined ? {} : { password: reveal(connection.password) }) }
    return Link.open(createConnection(options), describe(connection), limit)
  }
  const administrator = async (connection: MysqlConnection): Promise<Link> => {
    const name = nameOf(connection)
    const ready = open.get(name)
    if (ready?.alive === true) return ready
    const link = await connect(connection)
    exchanges += 1
    await link.run(sessionSettings)
    open.set(name, link)
    return link
  }
  return {
    get exchanges() {
      return exchanges
    },
    async perform(action) {
      if (action.on === 'mysql-login') {
        exchanges += 1
        await login(() => connect(action.connection), action.connection)
        return
      }
      const link = await administrator(action.connection)
      exchanges += 1
      await link.run(action.sql, action.values)
    },
    async close() {
      await Promise.all([...open.values()].map((link) => link.end()))
      open.clear()
    },
  }
}

const targetOf = ({ socket, host, port }: MysqlConnection): ForwardTarget => (host === undefined ? { socket: socket ?? defaultSocket } : { host, port: port ?? 3306 })
const userOf = ({ user }: MysqlConnection): string => user ?? 'root'
const placeOf = (connection: MysqlConnection): string => {
  const target = targetOf(connection)
  return 'socket' in target ? target.socket : `${target.host}:${String(target.port)}`
}
const describe = (connection: MysqlConnection): string => `MariaDB at ${placeOf(connection)} as ${userOf(connection)}`
const nameOf = (connection: MysqlConnection): string => JSON.stringify([placeOf(connection), userOf(connection), connection.password === undefined ? null : reveal(connection.password)])

async function login(connect: () => Promise<Link>, { user }: MysqlLoginAction['connection']): Promise<void> {
  try {
    await (await connect()).end()
  } catch (error) {
    if (!(error instanceof FettleError) || error.code !== 'mysql-failed') throw error
    const remedy = "look for another account that matches first, such as an anonymous ''@'localhost' (SELECT User, Host FROM mysql.user)"
    throw new FettleError('mysql-failed', { message: `the password of ${user} was set, but a login with it failed: ${error.message}`, remedy })
  }
}

/**
 * A statement with its values in place of each `?` that stands outside quotes and backticks (the driver would replace
 * those inside a database's name too). `sql_mode` is empty, so that escaping by backslash is right.
 */
export function bind(sql: string, values: MysqlAction['values'], escape: (value: string | number) => string): string {
  const rest = [...values]
  const bound = sql.replace(/`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\?/g, (piece) => {
    if (piece !== '?') return piece
    const value = rest.shift()
    if (value === undefined) throw new FettleError('internal', { message: `a statement has more places than values: ${sql}` })
    return escape(value instanceof Secret ? reveal(value) : value)
  })
  if (rest.length > 0) throw new FettleError('internal', { message: `a statement has fewer places than values: ${sql}` })
  return bound
}

/** The driver's error holds the statement with its values, so it is never kept as a cause. */
function failure(where: string, limits: MysqlLimits, error: QueryError): FettleError {
  const said = withoutHashes(scrub(error.message))
  if (error.code === 'ETIMEDOUT') return new FettleError('mysql-failed', { message: `${where} did not answer within ${String(limits.connect)} s`, remedy: 'look at the server: journalctl -u mariadb.service' })
  if (error.code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
    return new FettleError('mysql-failed', { message: `${where} did not finish a statement within ${String(limits.statement)} s: its outcome is unknown`, remedy: 'see SHOW PROCESSLIST for what it waits for, then run again' })
  }
  return new FettleError('mysql-failed', { message: `${where}: ${said}` })
}

/** One connection of the driver. */
class Link {
  alive = true

  private constructor(
    readonly connection: Connection,
    readonly where: string,
    readonly limits: MysqlLimits,
  ) {
    // Whatever breaks an idle connection comes here; without a listener it would end the process.
    connection.on('error', () => (this.alive = false))
    connection.on('end', () => (this.alive = false))
  }

  static async open(connection: Connection, where: string, limits: MysqlLimits): Promise<Link> {
    const link = new Link(connection, where, limits)
    await new Promise<void>((resolve, reject) => {
      connection.once('error', (error: QueryError) => {
        connection.destroy()
        reject(failure(where, limits, error))
      })
      connection.once('connect', () => resolve())
    })
    return link
  }

  async run(sql: string, values: MysqlAction['values'] = []): Promise<void> {
    const text = bind(sql, values, (value) => this.connection.escape(value))
    await new Promise<void>((resolve, reject) => {
      this.connection.query({ sql: text, timeout: this.limits.statement * 1000 }, (error) => {
        if (error === null) return resolve()
        if (error.fatal || error.code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
          this.alive = false
          this.connection.destroy()
        }
        reject(failure(this.where, this.limits, error))
      })
    })
  }

  /** Says goodbye; a server that is gone or hangs is not waited for. */
  async end(): Promise<void> {
    if (!this.alive) return this.connection.destroy()
    this.alive = false
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, 2000)
      this.connection.end(() => {
        clearTimeout(late)
        resolve()
      })
    })
    this.connection.destroy()
  }
}
