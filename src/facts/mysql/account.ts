import { z } from 'zod'
import { absent, present, unknown, type Fact } from '../../core/fact.js'
import { parseGrant, type Grant } from './grants.js'
import { literal, notUnderstood, withoutHashes, type OnServer, type Rows } from './client.js'

export interface AccountKey extends OnServer {
  readonly name: string
  readonly host: string
}

/** One way to log in; an account may have several, joined by OR. */
export interface LoginMethod {
  /** `mysql_native_password`, `unix_socket`, `ed25519` … */
  readonly plugin: string
  /** What the plugin keeps, such as the password's hash: never shown. */
  readonly kept: string
}

export interface Account {
  readonly ways: readonly LoginMethod[]
  /** What `REQUIRE` asks for. */
  readonly requires: 'nothing' | 'tls' | 'certificate'
  readonly grants: readonly Grant[]
  /**
   * Whether the server takes names of databases and tables for equal when only their case differs.
   */
  readonly foldsCase: boolean
}

const plugin = z.string().regex(/^\w+$/)
const way = z.object({ plugin: plugin.optional(), authentication_string: z.string().optional() })
/**
 * The parts of `mysql.global_priv.Priv` that matter. An empty member of `auth_or` stands for the
 * way at the top.
 */
const priv = way.extend({
  auth_or: z.array(way).optional(),
  ssl_type: z.number().int().min(0).max(3).optional(),
  is_role: z.boolean().optional(),
})

const requirements = ['nothing', 'tls', 'certificate', 'certificate'] as const

/**
 * An account, in the place that it has among those that are asked about. The plugin column of
 * `mysql.user` does not tell of a second way (Debian's root:
 * `mysql_native_password OR unix_socket`), so `mysql.global_priv` is read, which MariaDB has since
 * 10.4.
 */
export function accountQuestion({ name, host }: AccountKey, place: number): string {
  const user = literal(name)
  const from = literal(host)
  return `SELECT 'account', ${String(place)};
SELECT 'kept', Priv AS priv FROM mysql.global_priv WHERE User = ${user} AND Host = ${from};
SHOW GRANTS FOR ${user}@${from};`
}

/** An account with its ways to log in and its grants. */
export function accountOf(rows: Rows, place: number, said: string): Fact<Account> {
  const [server] = rows
  if (server?.[0] !== 'server' || server.length !== 3 || rows.at(-1)?.[0] !== 'end')
    return notUnderstood(said)
  const version = server[1] ?? ''
  if (!/mariadb/i.test(version))
    return unknown(
      `the server is not MariaDB but says ${version}`,
      'mysql.user manages accounts of MariaDB 10.4 and later',
    )
  const from = rows.findIndex(([what, index]) => what === 'account' && index === String(place))
  if (from === -1) return notUnderstood(said)
  const rest = rows.slice(from + 1)
  const end = rest.findIndex(([what]) => what === 'account' || what === 'end')
  const own = rest.slice(0, end)
  const [kept, ...grantRows] = own
  // The client says that there is no such grant, and goes on.
  if (kept === undefined) return absentUnlessRefused(said)
  const account = kept[0] === 'kept' ? priv.safeParse(json(kept[1])) : null
  const grants = grantRows.map(([line, ...more]) =>
    line === undefined || more.length > 0 ? null : parseGrant(line),
  )
  // Every account has at least its line of USAGE.
  if (account?.success !== true || account.data.is_role === true || grants.length === 0)
    return notUnderstood(said)
  const strange = grantRows[grants.indexOf(null)]
  if (strange !== undefined)
    return unknown(
      `SHOW GRANTS has a line that cannot be understood: ${withoutHashes(strange.join(' '))}`,
      'report this line',
    )
  return present({
    ways: waysOf(account.data),
    requires: requirements[account.data.ssl_type ?? 0] ?? 'nothing',
    grants: grants
      .filter((grant) => grant !== null && grant !== 'nothing')
      .filter((grant) => grant.privileges.length > 0),
    foldsCase: server[2] !== '0',
  })
}

/** No row is knowledge only if the question was allowed. */
const absentUnlessRefused = (said: string): Fact<never> =>
  /ERROR (?!1141 )\d+ /.test(said) ? notUnderstood(said) : absent

function waysOf(kept: z.output<typeof priv>): readonly LoginMethod[] {
  const top = { plugin: kept.plugin, authentication_string: kept.authentication_string }
  const ways = kept.auth_or?.map((each) => (each.plugin === undefined ? top : each)) ?? [top]
  return ways.map((each) => ({
    plugin: each.plugin ?? 'mysql_native_password',
    kept: each.authentication_string ?? '',
  }))
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
