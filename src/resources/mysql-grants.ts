import { z } from 'zod'
import type { Change } from '../core/change.js'
import { nearest } from '../core/nearest.js'
import type { Grant } from '../facts/mysql-grants.js'
import { identifier } from '../facts/mysql.js'
import { all, grantOption, holds, known, nameOf, spelled, type Level } from './mysql-privileges.js'

/**
 * What an account may do: `{ 'app.*': ['SELECT', 'INSERT'] }`. Keys are literal names, `*.*` is the
 * whole server.
 */
export type GrantOptions = Readonly<Record<string, readonly string[]>>

interface Wanted extends Grant {
  readonly on: string
  /** As the user wrote it. */
  readonly key: string
  readonly level: Level
}

/**
 * In GRANT, `_` and `%` in a database's name are wildcards unless escaped; in a table's they are
 * not.
 */
const literally = (database: string): string => identifier(database.replace(/[\\_%]/g, '\\$&'))

/** `app.*` is the database of that name, whatever dots are in it; `app.users` a table. */
function targetOf(key: string): { readonly on: string; readonly level: Level } | null {
  if (key === '*.*') return { on: key, level: 'server' }
  if (key.startsWith('*.')) return null
  const database = /^(.+)\.\*$/.exec(key)?.[1]
  if (database !== undefined) return { on: `${literally(database)}.*`, level: 'database' }
  const [, name, table] = /^([^.]+)\.([^.]+)$/.exec(key) ?? []
  return name === undefined || table === undefined
    ? null
    : { on: `${identifier(name)}.${identifier(table)}`, level: 'table' }
}

function wrongKey(key: string): string | undefined {
  if (/[\0\r\n]/.test(key)) return `${JSON.stringify(key)} must be one line`
  return targetOf(key) === null
    ? `${JSON.stringify(key)} must be 'database.*', 'database.table' or '*.*'`
    : undefined
}

function wrongPrivilege(key: string, privilege: string): string | undefined {
  const level = targetOf(key)?.level ?? 'server'
  const allowed = [...known[level], all, grantOption]
  const name = spelled(privilege)
  if (holds(allowed, name)) return undefined
  if (holds(known.server, name))
    return `${name} cannot be given on ${key}, only on ${holds(known.database, name) ? 'a database or ' : ''}'*.*'`
  const guess = nearest(name, allowed)
  return `${JSON.stringify(privilege)} is no privilege on ${key}${guess === undefined ? '' : `; did you mean ${guess}?`}`
}

export const grantsSchema = z
  .record(z.string(), z.array(z.string()).min(1, 'must name a privilege').readonly())
  .superRefine((grants, context) => {
    for (const [key, privileges] of Object.entries(grants)) {
      const wrong =
        wrongKey(key) ??
        privileges
          .map((privilege) => wrongPrivilege(key, privilege))
          .find((each) => each !== undefined)
      if (wrong !== undefined)
        context.addIssue({
          code: 'custom',
          message: `has a key or privilege that it cannot have: ${wrong}`,
        })
    }
  })

function wantedOf(grants: GrantOptions): readonly Wanted[] {
  return Object.entries(grants).flatMap(([key, privileges]) => {
    const target = targetOf(key)
    return target === null ? [] : [{ ...target, key, privileges: once(privileges.map(spelled)) }]
  })
}

/** Each privilege in its first spelling. */
const once = (privileges: readonly string[]): readonly string[] =>
  privileges.filter(
    (each, index) => privileges.findIndex((other) => nameOf(other) === nameOf(each)) === index,
  )

/** A statement of a grant's change, for an account that the caller binds. */
type Run = (summary: string, statements: readonly string[]) => Change

const granting = (on: string, privileges: readonly string[]): string => {
  const plain = privileges.filter((privilege) => privilege !== grantOption)
  return `GRANT ${plain.length === 0 ? 'USAGE' : plain.join(', ')} ON ${on} TO ?@?${privileges.includes(grantOption) ? ' WITH GRANT OPTION' : ''}`
}

/** `REVOKE ALL PRIVILEGES` leaves the grant option behind, and PROXY takes its own along. */
function revoking({ on, privileges }: Grant): readonly string[] {
  if (on === null) return privileges.map((role) => `REVOKE ${role} FROM ?@?`)
  if (privileges.includes('PROXY')) return [`REVOKE PROXY ON ${on} FROM ?@?`]
  const plain = privileges.filter((privilege) => privilege !== grantOption)
  return [
    ...(plain.length === 0 ? [] : [`REVOKE ${plain.join(', ')} ON ${on} FROM ?@?`]),
    ...(privileges.includes(grantOption) ? [`REVOKE GRANT OPTION ON ${on} FROM ?@?`] : []),
  ]
}

const words = (privileges: readonly string[]): string =>
  privileges
    .map((privilege) => (privilege === all ? 'ALL' : privilege).replaceAll('`', ''))
    .join(', ')

/** What a grant of the server is on, for people. */
function shownTarget(on: string): string {
  const [, database, rest] = /^`((?:[^`]|``)*)`\.(\*)$/.exec(on) ?? []
  if (database === undefined || rest === undefined) return on.replaceAll('`', '')
  const name = database.replaceAll('``', '`')
  return /(?<!\\)[_%]/.test(name)
    ? `every database like ${name}`
    : `${name.replace(/\\([\\_%])/g, '$1')}.${rest}`
}

/**
 * Changes from the grants that an account has to the wanted ones. Without `exact`, what else it has
 * is left alone.
 */
export function grantChanges(
  have: readonly Grant[],
  grants: GrantOptions,
  { exact, foldsCase }: { readonly exact: boolean; readonly foldsCase: boolean },
  run: Run,
): readonly Change[] {
  const fold = (on: string): string => (foldsCase ? on.toLowerCase() : on)
  const wanted = wantedOf(grants)
  const on = (target: string): readonly string[] =>
    have.flatMap((grant) =>
      grant.on !== null && fold(grant.on) === fold(target) ? grant.privileges : [],
    )
  const unwanted = exact
    ? have.filter(
        (grant) =>
          grant.on === null || !wanted.some((each) => fold(each.on) === fold(grant.on ?? '')),
      )
    : []
  return [
    ...wanted.flatMap((each) => changesOn(each, on(each.on), exact, run)),
    ...unwanted.map((grant) => run(taken(grant), revoking(grant))),
  ]
}

const taken = ({ on, privileges }: Grant): string =>
  on === null
    ? `take away role ${words(privileges)}`
    : `revoke ${words(privileges)} on ${shownTarget(on)}`

function changesOn(
  wanted: Wanted,
  have: readonly string[],
  exact: boolean,
  run: Run,
): readonly Change[] {
  const { on, key, privileges, level } = wanted
  const hasAll = have.includes(all)
  const complete =
    privileges.includes(all) || known[level].every((privilege) => holds(privileges, privilege))
  if (exact && hasAll && !complete) return narrowed(wanted, have, run)
  const missing = privileges.filter(
    (privilege) => !holds(have, privilege) && !(hasAll && privilege !== grantOption),
  )
  const extra = exact
    ? have.filter(
        (privilege) => !holds(privileges, privilege) && !(complete && privilege !== grantOption),
      )
    : []
  return [
    ...(missing.length === 0
      ? []
      : [run(`grant ${words(missing)} on ${key}`, [granting(on, missing)])]),
    ...(extra.length === 0
      ? []
      : [run(`revoke ${words(extra)} on ${key}`, revoking({ on, privileges: extra }))]),
  ]
}

/**
 * What ALL holds depends on the server's version, so it is taken away whole and the wanted part
 * given anew.
 */
function narrowed(
  { on, key, privileges }: Wanted,
  have: readonly string[],
  run: Run,
): readonly Change[] {
  const leaves = have.includes(grantOption) && !privileges.includes(grantOption)
  return [
    run(`${key}: ${words(have)} → ${words(privileges)}`, [
      `REVOKE ALL PRIVILEGES ON ${on} FROM ?@?`,
      ...(leaves ? [`REVOKE GRANT OPTION ON ${on} FROM ?@?`] : []),
      granting(on, privileges),
    ]),
  ]
}
