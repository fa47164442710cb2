import type { Duplex } from 'node:stream'
import type { Connection, ConnectionOptions, QueryError } from 'mysql2'
import type { MysqlAction, MysqlConnection, MysqlLoginAction } from '../core/change.js'
import { FettleError, isCode } from '../core/errors.js'
import { scrub } from '../core/scrub.js'
import { reveal, Secret } from '../core/secret.js'
import { remedyOf } from '../facts/mysql-errors.js'
import { defaultSocket, sessionSettings, withoutHashes } from '../facts/mysql.js'
import type { ForwardTarget, Session } from '../ssh/session.js'
import { TooLate, within } from './deadline.js'
import { forwarded, lossOf } from './forwarded.js'

/** Performs MySQL's actions through a host's SSH connection. */
export interface MysqlBackend {
  /** @throws FettleError `mysql-failed`, with the server's own message, or `connection-lost` */
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
export async function openMysql(session: Pick<Session, 'forward' | 'exchange'>, limits: MysqlLimits = usualLimits): Promise<MysqlBackend> {
  const { createConnection } = await import('mysql2')
  const open = new Map<string, Link>()
  let exchanges = 0
  const connect = (connection: MysqlConnection): Promise<Link> => {
    const where = describe(connection)
    const options = { user: userOf(connection), charset: 'utf8mb4', ...(connection.password === undefined ? {} : { password: reveal(connection.password) }), ...noTimer }
    return within(limits.connect, async (limit) => {
      const stream = await forwarded(session, targetOf(connection), limit)
      return Link.open(createConnection({ ...options, stream }), stream, where, limits.statement, limit)
    }).catch((error: unknown) => {
      throw error instanceof TooLate ? new NoVerdict('mysql-failed', { message: `${where} did not answer within ${String(limits.connect)} s`, remedy: 'look at the server: systemctl status mariadb.service, journalctl -u mariadb.service' }) : error
    })
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
  const attempt = async (action: MysqlAction | MysqlLoginAction): Promise<void> => {
    if (action.on === 'mysql-login') {
      exchanges += 1
      await (await connect(action.connection)).end()
      return
    }
    const link = await administrator(action.connection)
    exchanges += 1
    await link.run(action.sql, action.values)
  }
  return {
    get exchanges() {
      return exchanges
    },
    async perform(action) {
      try {
        await attempt(action)
      } catch (error) {
        const heard = isCode(error, 'mysql-failed') && !(error instanceof NoVerdict)
        const lost = heard ? null : await lossOf(session)
        throw lost ?? (action.on === 'mysql-login' ? loginFailure(action, error) : error)
      }
    },
    async close() {
      await Promise.all([...open.values()].map((link) => link.end()))
      open.clear()
    },
  }
}

/** The driver's own timers go on after a connection is lost, and keep the process alive. */
const noTimer: ConnectionOptions = { connectTimeout: 0 }

/** A failure in which the server has not said anything: the link to its host may be lost. */
class NoVerdict extends FettleError {}

const targetOf = ({ socket, host, port }: MysqlConnection): ForwardTarget => (host === undefined ? { socket: socket ?? defaultSocket } : { host, port: port ?? 3306 })
const userOf = ({ user }: MysqlConnection): string => user ?? 'root'
const placeOf = (connection: MysqlConnection): string => {
  const target = targetOf(connection)
  return 'socket' in target ? target.socket : `${target.host}:${String(target.port)}`
}
const describe = (connection: MysqlConnection): string => `MariaDB at ${placeOf(connection)} as ${userOf(connection)}`
const nameOf = (connection: MysqlConnection): string => JSON.stringify([placeOf(connection), userOf(connection), connection.password === undefined ? null : reveal(connection.password)])

function loginFailure({ connection }: MysqlLoginAction, error: unknown): unknown {
  if (!isCode(error, 'mysql-failed')) return error
  const remedy = "look for another account that matches first, such as an anonymous ''@'localhost' (SELECT User, Host FROM mysql.user)"
  return new FettleError('mysql-failed', { message: `the password of ${connection.user} was set, but a login with it failed: ${error.message}`, remedy })
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
function failure(where: string, error: QueryError): FettleError {
  const message = `${where}: ${withoutHashes(scrub(error.message))}`
  if (!('sqlMessage' in error)) return new NoVerdict('mysql-failed', { message })
  const remedy = remedyOf(error.errno ?? 0)
  return new FettleError('mysql-failed', { message, ...(remedy === null ? {} : { remedy }) })
}

/** One connection of the driver. */
class Link {
  alive = true

  private constructor(
    readonly connection: Connection,
    readonly stream: Duplex,
    readonly where: string,
    /** Seconds for a statement. */
    readonly limit: number,
  ) {
    // Whatever breaks an idle connection comes here; without a listener it would end the process.
    connection.on('error', () => (this.alive = false))
    connection.on('end', () => (this.alive = false))
  }

  static async open(connection: Connection, stream: Duplex, where: string, seconds: number, limit: AbortSignal): Promise<Link> {
    const link = new Link(connection, stream, where, seconds)
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void => {
        link.#break()
        reject(error)
      }
      limit.addEventListener('abort', () => refuse(limit.reason as Error))
      connection.once('error', (error: QueryError) => refuse(failure(where, error)))
      connection.once('connect', () => resolve())
    })
    return link
  }

  async run(sql: string, values: MysqlAction['values'] = []): Promise<void> {
    const text = bind(sql, values, (value) => this.connection.escape(value))
    await within(this.limit, (limit) => new Promise<void>((resolve, reject) => {
      limit.addEventListener('abort', () => {
        this.#break()
        reject(new NoVerdict('mysql-failed', { message: `${this.where} did not finish a statement within ${String(this.limit)} s: its outcome is unknown`, remedy: 'see SHOW PROCESSLIST for what it waits for, then run again' }))
      })
      this.connection.query(text, (error) => {
        if (error === null) return resolve()
        if (error.fatal) this.#break()
        reject(failure(this.where, error))
      })
    }))
  }

  /** Says goodbye; a server that is gone or hangs is not waited for. */
  async end(): Promise<void> {
    if (this.alive) {
      this.alive = false
      await within(2, (limit) => new Promise<void>((resolve) => {
        limit.addEventListener('abort', () => resolve())
        this.connection.end(() => resolve())
      }))
    }
    this.#break()
  }

  #break(): void {
    this.alive = false
    this.connection.destroy()
    this.stream.destroy()
  }
}
