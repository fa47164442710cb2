import { z } from 'zod'
import { absent, present, unknown, type Fact } from '../../core/fact.js'
import { parseGrant, type Grant } from './grants.js'
import { literal, notUnderstood, withoutHashes, type OnServer, type Rows } from './client.js'

export interface AccountKey extends OnServer {
  readonly name: string
  readonly host: string
}

/** One way to log in. An account may have several, joined by OR. */
export interface LoginMethod {
  /** `mysql_native_password`, `unix_socket`, `ed25519` … */
  readonly plugin: string
  /** What the server stores for the plugin, such as a password's hash. Never shown. */
  readonly kept: string
}

export interface Account {
  readonly ways: readonly LoginMethod[]
  /** The requirement of `REQUIRE`. */
  readonly requires: 'nothing' | 'tls' | 'certificate'
  readonly grants: readonly Grant[]
  /** Whether the server ignores case in names of databases and tables. */
  readonly foldsCase: boolean
}

const plugin = z.string().regex(/^\w+$/)
const way = z.object({ plugin: plugin.optional(), authentication_string: z.string().optional() })
/**
 * The relevant parts of `mysql.global_priv.Priv`. An empty member of `auth_or` stands for the
 * top-level login method.
 */
const priv = way.extend({
  auth_or: z.array(way).optional(),
  ssl_type: z.number().int().min(0).max(3).optional(),
  is_role: z.boolean().optional(),
})

const requirements = ['nothing', 'tls', 'certificate', 'certificate'] as const

/**
 * The question about an account; its answer is found by its place among all accounts. It reads
 * `mysql.global_priv`, which MariaDB has since 10.4, because the plugin column of `mysql.user` does
 * not show a second login method (Debian's root has `mysql_native_password OR unix_socket`).
 */
export function accountQuestion({ name, host }: AccountKey, place: number): string {
  const user = literal(name)
  const from = literal(host)
  return `SELECT 'account', ${String(place)};
SELECT 'kept', Priv AS priv FROM mysql.global_priv WHERE User = ${user} AND Host = ${from};
SHOW GRANTS FOR ${user}@${from};`
}

/** Parses an account with its login methods and grants. */
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
  // For an unknown account the client prints an error and continues.
  if (kept === undefined) return absentUnlessRefused(said)
  const account = kept[0] === 'kept' ? priv.safeParse(json(kept[1])) : null
  const grants = grantRows.map(([line, ...more]) =>
    line === undefined || more.length > 0 ? null : parseGrant(line),
  )
  // Every account has at least a line with USAGE.
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

/** Without a row the account is absent only if the server did not refuse the question. */
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
