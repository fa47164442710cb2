import { z } from 'zod'
import type { Change } from '../../core/change.js'
import { suggestion } from '../../core/names/nearest.js'
import type { Grant } from '../../facts/mysql/grants.js'
import { identifier } from '../../facts/mysql/client.js'
import {
  all,
  grantOption,
  holds,
  known,
  nameOf,
  spelled,
  type PrivilegeLevel,
} from './privileges.js'

/**
 * The privileges of an account: `{ 'app.*': ['SELECT', 'INSERT'] }`. Keys are literal names; `*.*`
 * is the whole server.
 */
export type GrantOptions = Readonly<Record<string, readonly string[]>>

interface WantedGrant extends Grant {
  readonly on: string
  /** The key as the user wrote it. */
  readonly key: string
  readonly level: PrivilegeLevel
}

/**
 * Quotes the name of a database for GRANT, where `_` and `%` are wildcards unless escaped. In the
 * name of a table they are not.
 */
const quotedDatabase = (database: string): string => identifier(database.replace(/[\\_%]/g, '\\$&'))

/**
 * What a key refers to. `app.*` is the database of that name, even if it contains dots; `app.users`
 * is a table.
 */
function targetOf(key: string): { readonly on: string; readonly level: PrivilegeLevel } | null {
  if (key === '*.*') return { on: key, level: 'server' }
  if (key.startsWith('*.')) return null
  const database = /^(.+)\.\*$/.exec(key)?.[1]
  if (database !== undefined) return { on: `${quotedDatabase(database)}.*`, level: 'database' }
  const [, name, table] = /^([^.]+)\.([^.]+)$/.exec(key) ?? []
  if (name === undefined || table === undefined) return null
  return { on: `${identifier(name)}.${identifier(table)}`, level: 'table' }
}

function wrongKey(key: string): string | undefined {
  if (/[\0\r\n]/.test(key)) return `${JSON.stringify(key)} must be one line`
  if (targetOf(key) !== null) return undefined
  return `${JSON.stringify(key)} must be 'database.*', 'database.table' or '*.*'`
}

function wrongPrivilege(key: string, privilege: string): string | undefined {
  const level = targetOf(key)?.level ?? 'server'
  const allowed = [...known[level], all, grantOption]
  const name = spelled(privilege)
  if (holds(allowed, name)) return undefined
  if (holds(known.server, name)) {
    const places = holds(known.database, name) ? "a database or '*.*'" : "'*.*'"
    return `${name} cannot be given on ${key}, only on ${places}`
  }
  return `${JSON.stringify(privilege)} is no privilege on ${key}${suggestion(name, allowed)}`
}

/** The first error in a key and its privileges. */
function wrongGrant(key: string, privileges: readonly string[]): string | undefined {
  const wrong = wrongKey(key)
  if (wrong !== undefined) return wrong
  return privileges
    .map((privilege) => wrongPrivilege(key, privilege))
    .find((each) => each !== undefined)
}

export const grantsSchema = z
  .record(z.string(), z.array(z.string()).min(1, 'must name a privilege').readonly())
  .superRefine((grants, context) => {
    for (const [key, privileges] of Object.entries(grants)) {
      const wrong = wrongGrant(key, privileges)
      if (wrong !== undefined)
        context.addIssue({
          code: 'custom',
          message: `has a key or privilege that it cannot have: ${wrong}`,
        })
    }
  })

function wantedOf(grants: GrantOptions): readonly WantedGrant[] {
  return Object.entries(grants).flatMap(([key, privileges]) => {
    const target = targetOf(key)
    return target === null ? [] : [{ ...target, key, privileges: once(privileges.map(spelled)) }]
  })
}

/** Removes duplicates; of several spellings of a privilege the first is kept. */
const once = (privileges: readonly string[]): readonly string[] =>
  privileges.filter(
    (each, index) => privileges.findIndex((other) => nameOf(other) === nameOf(each)) === index,
  )

/** Makes a change from statements, which may grant something; the caller binds the account to them. */
type StatementChange = (summary: string, statements: readonly string[], grants?: Grant) => Change

const granting = (on: string, privileges: readonly string[]): string => {
  const plain = privileges.filter((privilege) => privilege !== grantOption)
  const list = plain.length === 0 ? 'USAGE' : plain.join(', ')
  const statement = `GRANT ${list} ON ${on} TO ?@?`
  return privileges.includes(grantOption) ? `${statement} WITH GRANT OPTION` : statement
}

/**
 * Statements that revoke a grant. `REVOKE ALL PRIVILEGES` does not revoke the grant option, and
 * `REVOKE PROXY` does.
 */
function revoking({ on, privileges }: Grant): readonly string[] {
  if (on === null) return privileges.map((role) => `REVOKE ${role} FROM ?@?`)
  if (privileges.includes('PROXY')) return [`REVOKE PROXY ON ${on} FROM ?@?`]
  const plain = privileges.filter((privilege) => privilege !== grantOption)
  const statements: string[] = []
  if (plain.length > 0) statements.push(`REVOKE ${plain.join(', ')} ON ${on} FROM ?@?`)
  if (privileges.includes(grantOption)) statements.push(`REVOKE GRANT OPTION ON ${on} FROM ?@?`)
  return statements
}

const words = (privileges: readonly string[]): string =>
  privileges
    .map((privilege) => (privilege === all ? 'ALL' : privilege).replaceAll('`', ''))
    .join(', ')

/** The object of a grant, for people. */
function shownTarget(on: string): string {
  const [, database, rest] = /^`((?:[^`]|``)*)`\.(\*)$/.exec(on) ?? []
  if (database === undefined || rest === undefined) return on.replaceAll('`', '')
  const name = database.replaceAll('``', '`')
  if (/(?<!\\)[_%]/.test(name)) return `every database like ${name}`
  return `${name.replace(/\\([\\_%])/g, '$1')}.${rest}`
}

/**
 * The changes from an account's present grants to the desired ones. Without `exact` its other
 * grants are kept.
 */
export function grantChanges(
  have: readonly Grant[],
  grants: GrantOptions,
  { exact, foldsCase }: { readonly exact: boolean; readonly foldsCase: boolean },
  run: StatementChange,
): readonly Change[] {
  const fold = (on: string): string => (foldsCase ? on.toLowerCase() : on)
  const isOn = ({ on }: Grant, target: string): boolean => on !== null && fold(on) === fold(target)
  const wanted = wantedOf(grants)
  const changes = wanted.flatMap((each) => {
    const present = have.filter((grant) => isOn(grant, each.on))
    const privileges = present.flatMap((grant) => grant.privileges)
    return changesOn(each, privileges, exact, run)
  })
  if (!exact) return changes
  const unwanted = have.filter((grant) => !wanted.some((each) => isOn(grant, each.on)))
  return [...changes, ...unwanted.map((grant) => run(revocation(grant), revoking(grant)))]
}

const revocation = ({ on, privileges }: Grant): string =>
  on === null
    ? `take away role ${words(privileges)}`
    : `revoke ${words(privileges)} on ${shownTarget(on)}`

function changesOn(
  wanted: WantedGrant,
  have: readonly string[],
  exact: boolean,
  run: StatementChange,
): readonly Change[] {
  const { on, key, privileges, level } = wanted
  const hasAll = have.includes(all)
  const complete =
    privileges.includes(all) || known[level].every((privilege) => holds(privileges, privilege))
  if (exact && hasAll && !complete) return reducedFromAll(wanted, have, run)
  const missing = privileges.filter(
    (privilege) => !holds(have, privilege) && !(hasAll && privilege !== grantOption),
  )
  const extra = have.filter(
    (privilege) => !holds(privileges, privilege) && !(complete && privilege !== grantOption),
  )
  const changes: Change[] = []
  if (missing.length > 0)
    changes.push(
      run(`grant ${words(missing)} on ${key}`, [granting(on, missing)], {
        on,
        privileges: missing,
      }),
    )
  if (exact && extra.length > 0) {
    const statements = revoking({ on, privileges: extra })
    changes.push(run(`revoke ${words(extra)} on ${key}`, statements))
  }
  return changes
}

/**
 * Reduces ALL to the desired privileges. What ALL includes depends on the server's version, so it
 * is revoked completely, and the desired part granted again.
 */
function reducedFromAll(
  { on, key, privileges }: WantedGrant,
  have: readonly string[],
  run: StatementChange,
): readonly Change[] {
  const leaves = have.includes(grantOption) && !privileges.includes(grantOption)
  const statements = [`REVOKE ALL PRIVILEGES ON ${on} FROM ?@?`]
  if (leaves) statements.push(`REVOKE GRANT OPTION ON ${on} FROM ?@?`)
  statements.push(granting(on, privileges))
  return [run(`${key}: ${words(have)} → ${words(privileges)}`, statements)]
}
