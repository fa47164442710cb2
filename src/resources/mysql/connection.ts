import { z } from 'zod'
import { findLaters, Later, type Value } from '../../core/later.js'
import { line, secret, value } from '../../core/schemas.js'
import type { Secret } from '../../core/secret.js'
import type { OnServer } from '../../facts/mysql/client.js'

/** How the host reaches the server. Default: through its socket, as root. */
export interface MysqlConnectionOptions {
  /** The server's socket on the host. Default `/run/mysqld/mysqld.sock`, unless `host` is given. */
  readonly socket?: string
  /** A server reached by TCP, as seen from the host. */
  readonly host?: string
  /** Its port. Default 3306. */
  readonly port?: number
  /** An account with the necessary privileges. Default `root`. */
  readonly user?: string
  /**
   * The account's password, a Secret. It may not be a value that only the host knows: facts are
   * read with it.
   */
  readonly password?: Value<Secret>
}

const knownTooLate = 'must be known before anything connects, as env.secret(…) is'

export const connectionSchema = z
  .strictObject({
    socket: line.regex(/^\//, 'must be an absolute path').optional(),
    host: line.optional(),
    port: z.number().int().min(1).max(65535).optional(),
    user: line.optional(),
    password: value(secret)
      .refine((given) => !(given instanceof Later) || given.isEarly, knownTooLate)
      .optional(),
  })
  .refine(
    ({ socket, host }) => socket === undefined || host === undefined,
    'has both socket and host: give one',
  )

/** The key of a fact, with the server to read it from. */
export function onServer<K extends object>(
  connection: MysqlConnectionOptions,
  key: K,
): (K & OnServer) | Later<K & OnServer> {
  const whole = { ...key, connection }
  return (findLaters(whole).length === 0 ? whole : Later.all(whole)) as
    | (K & OnServer)
    | Later<K & OnServer>
}
