import type { Duplex } from 'node:stream'
import type { Connection, ConnectionOptions, QueryError } from 'mysql2'
import type { ForwardTarget, HostLink } from '../core/backend.js'
import { FettleError, isCode } from '../core/errors.js'
import { omitUndefined } from '../core/omit-undefined.js'
import { scrub } from '../core/scrub/scrub.js'
import { reveal, Secret } from '../core/secret.js'
import type {
  MysqlClient,
  MysqlConnection,
  MysqlLogin,
  MysqlStatement,
} from '../facts/mysql/backend.js'
import { remedyOf } from '../facts/mysql/errors.js'
import {
  defaultSocket,
  placeOf,
  serverAt,
  sessionSettings,
  withoutHashes,
} from '../facts/mysql/client.js'
import { TooLate, within } from './deadline.js'

/** Performs MySQL actions through a host's SSH connection. */
export interface MysqlBackend extends MysqlClient {
  /** Statements and logins so far. */
  readonly exchanges: number
}

/** Time limits in seconds. A server that hangs (SIGSTOP) accepts connections and never answers. */
export interface MysqlLimits {
  readonly connect: number
  readonly statement: number
}

const usualLimits: MysqlLimits = { connect: 30, statement: 60 }

/**
 * Opens a backend with one administrator's connection for each server and account, opened when
 * first needed, and a new connection for each login test.
 */
export async function openMysql(
  link: HostLink,
  limits: MysqlLimits = usualLimits,
): Promise<MysqlBackend> {
  const { createConnection } = await import('mysql2')
  return new Connections(createConnection, link, limits)
}

type CreateConnection = (options: ConnectionOptions) => Connection

class Connections implements MysqlBackend {
  exchanges = 0
  /** The administrators' connections, by server and account. */
  readonly #open = new Map<string, ServerLink>()

  constructor(
    readonly createConnection: CreateConnection,
    readonly link: HostLink,
    readonly limits: MysqlLimits,
  ) {}

  async perform(work: MysqlStatement | MysqlLogin): Promise<void> {
    try {
      await ('sql' in work ? this.#run(work) : this.#logIn(work))
    } catch (error) {
      const lost = isAnswered(error) ? null : await this.link.lost()
      if (lost !== null) throw lost
      throw 'sql' in work ? error : loginFailure(work, error)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((link) => link.end()))
    this.#open.clear()
  }

  #connect(connection: MysqlConnection): Promise<ServerLink> {
    const where = serverAt(connection)
    const options = {
      user: userOf(connection),
      charset: 'utf8mb4',
      ...omitUndefined({ password: passwordOf(connection) }),
      ...noTimer,
    }
    return within(this.limits.connect, async (limit) => {
      const stream = await this.link.connect(targetOf(connection), limit)
      const driver = this.createConnection({ ...options, stream })
      return ServerLink.open(driver, stream, where, this.limits.statement, limit)
    }).catch((error: unknown) => {
      if (!(error instanceof TooLate)) throw error
      throw new Unanswered('mysql-failed', {
        message: `${where} did not answer within ${String(this.limits.connect)} s`,
        remedy:
          'look at the server: systemctl status mariadb.service, journalctl -u mariadb.service',
      })
    })
  }

  async #administrator(connection: MysqlConnection): Promise<ServerLink> {
    const name = nameOf(connection)
    const ready = this.#open.get(name)
    if (ready?.alive === true) return ready
    const link = await this.#connect(connection)
    this.exchanges += 1
    await link.run(sessionSettings)
    this.#open.set(name, link)
    return link
  }

  async #run({ connection, sql, values }: MysqlStatement): Promise<unknown> {
    const link = await this.#administrator(connection)
    this.exchanges += 1
    return link.run(sql, values)
  }

  async #logIn({ connection, unless }: MysqlLogin): Promise<void> {
    const rows = unless === undefined ? [] : await this.#run(unless)
    if (Array.isArray(rows) && rows.length > 0) return
    this.exchanges += 1
    try {
      const link = await this.#connect(connection)
      await link.end()
    } catch (error) {
      if (!(error instanceof MysqlRefusal) || error.isOfPassword) throw error
    }
  }
}

/** The driver's own timer would outlive a lost connection and keep the process alive. */
const noTimer: ConnectionOptions = { connectTimeout: 0 }

/** A failure in which the server has not answered: the link to its host may be lost. */
class Unanswered extends FettleError {}

/** Whether the failure is an answer of the host or the server. */
const isAnswered = (error: unknown): boolean =>
  isCode(error, 'forward-forbidden') ||
  (isCode(error, 'mysql-failed') && !(error instanceof Unanswered))

/** An error that the server returned. */
class MysqlRefusal extends FettleError {
  constructor(
    readonly number: number,
    message: string,
  ) {
    const remedy = remedyOf(number) ?? undefined
    super('mysql-failed', { message, ...omitUndefined({ remedy }) })
  }

  /**
   * For a login: whether the password was refused, and not the account locked or out of
   * connections.
   */
  get isOfPassword(): boolean {
    return this.number === 1045 || this.number === 1698
  }
}

function targetOf({ socket, host, port }: MysqlConnection): ForwardTarget {
  if (host === undefined) return { socket: socket ?? defaultSocket }
  return { host, port: port ?? 3306 }
}
const userOf = ({ user }: MysqlConnection): string => user ?? 'root'
const passwordOf = ({ password }: MysqlConnection): string | undefined =>
  password === undefined ? undefined : reveal(password)
const nameOf = (connection: MysqlConnection): string =>
  JSON.stringify([placeOf(connection), userOf(connection), passwordOf(connection) ?? null])

function loginFailure({ connection }: MysqlLogin, error: unknown): unknown {
  if (!isCode(error, 'mysql-failed')) return error
  const remedy =
    "look for another account that matches first, such as an anonymous ''@'localhost' (SELECT User, Host FROM mysql.user)"
  return new FettleError('mysql-failed', {
    message: `the password of ${connection.user} was set, but a login with it failed: ${error.message}`,
    remedy,
  })
}

/**
 * Inserts values for each `?` outside of quotes and backticks. The driver would also replace those
 * inside the name of a database. The `sql_mode` of `sessionSettings` makes escaping by backslash
 * correct.
 */
export function bind(
  sql: string,
  values: MysqlStatement['values'],
  escape: (value: string | number) => string,
): string {
  const rest = [...values]
  const bound = sql.replace(/`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\?/g, (piece) => {
    if (piece !== '?') return piece
    const value = rest.shift()
    if (value === undefined)
      throw new FettleError('internal', {
        message: `a statement has more places than values: ${sql}`,
      })
    return escape(value instanceof Secret ? reveal(value) : value)
  })
  if (rest.length > 0)
    throw new FettleError('internal', {
      message: `a statement has fewer places than values: ${sql}`,
    })
  return bound
}

/**
 * The error of a statement. The driver's error is never kept as a cause, because it holds the
 * statement with its values.
 */
function failure(where: string, error: QueryError): FettleError {
  if (isCode(error, 'forward-forbidden')) return error
  const message = `${where}: ${withoutHashes(scrub(error.message))}`
  if ('sqlMessage' in error) return new MysqlRefusal(error.errno ?? 0, message)
  return new Unanswered('mysql-failed', { message })
}

/** One connection of the driver. */
class ServerLink {
  alive = true

  private constructor(
    readonly connection: Connection,
    readonly stream: Duplex,
    readonly where: string,
    /** Seconds for a statement. */
    readonly limit: number,
  ) {
    // Errors of an idle connection are emitted here; without a listener they would end the process.
    connection.on('error', () => (this.alive = false))
    connection.on('end', () => (this.alive = false))
  }

  static async open(
    connection: Connection,
    stream: Duplex,
    where: string,
    seconds: number,
    limit: AbortSignal,
  ): Promise<ServerLink> {
    const link = new ServerLink(connection, stream, where, seconds)
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

  /** Runs a statement and returns the driver's result: a list where it has rows. */
  async run(sql: string, values: MysqlStatement['values'] = []): Promise<unknown> {
    const text = bind(sql, values, (value) => this.connection.escape(value))
    return within(this.limit, (limit) => this.#query(text, limit))
  }

  #query(text: string, limit: AbortSignal): Promise<unknown> {
    return new Promise<unknown>((resolve, reject) => {
      limit.addEventListener('abort', () => {
        this.#break()
        reject(
          new Unanswered('mysql-failed', {
            message: `${this.where} did not finish a statement within ${String(this.limit)} s: its outcome is unknown`,
            remedy: 'see SHOW PROCESSLIST for what it waits for, then run again',
          }),
        )
      })
      this.connection.query(text, (error, result) => {
        if (error === null) return resolve(result)
        if (error.fatal) this.#break()
        reject(failure(this.where, error))
      })
    })
  }

  /** Closes the connection, with at most 2 s for the server to answer. */
  async end(): Promise<void> {
    if (this.alive) {
      this.alive = false
      await within(2, (limit) => this.#quit(limit))
    }
    this.#break()
  }

  #quit(limit: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      limit.addEventListener('abort', () => resolve())
      this.connection.end(() => resolve())
    })
  }

  #break(): void {
    this.alive = false
    this.connection.destroy()
    this.stream.destroy()
  }
}
