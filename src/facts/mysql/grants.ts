/** Privileges on one object, as `SHOW GRANTS` prints them. */
export interface Grant {
  /** The object as SQL: `*.*`, `` `my\_app`.* ``, `` PROCEDURE `app`.`p` ``; null for a role. */
  readonly on: string | null
  /**
   * `SELECT`, `` UPDATE (`name`) ``, `ALL PRIVILEGES`, `GRANT OPTION`; for a role its quoted name.
   * `USAGE`, which means none, is left out.
   */
  readonly privileges: readonly string[]
}

// The lookahead makes these unambiguous. Without it a hostile line with many quotes would cause
// exponential backtracking.
const quotedName = '`(?:[^`]|``)*`(?!`)'
const quotedText = "'(?:[^']|'')*'(?!')"
const account = `(?:${quotedName}|${quotedText})(?:@(?:${quotedName}|${quotedText}))?`
const privilege = `[A-Z][A-Z_ ]*[A-Z](?: \\((?:${quotedName}|[^()\`])*\\))?`
const target = `(?:(?:PROCEDURE|FUNCTION|PACKAGE|PACKAGE BODY) )?(?:\\*|${quotedName})\\.(?:\\*|${quotedName})|${account}`
const onSomething = new RegExp(
  `^GRANT (${privilege}(?:, ${privilege})*) ON (${target}) TO ${account}(.*)$`,
)
const ofRole = new RegExp(`^GRANT (${quotedName}) TO ${account}(?: WITH ADMIN OPTION)?$`)
const eachPrivilege = new RegExp(privilege, 'g')

/**
 * Parses one line of `SHOW GRANTS`: a grant; `nothing` for a line that grants nothing
 * (`SET DEFAULT ROLE`); null where it cannot be understood. What follows the account (its hash,
 * REQUIRE, limits) is dropped.
 */
export function parseGrant(line: string): Grant | 'nothing' | null {
  if (line.startsWith('SET DEFAULT ROLE ')) return 'nothing'
  const role = ofRole.exec(line)?.[1]
  if (role !== undefined) return { on: null, privileges: [role] }
  const [, privileges, on, rest] = onSomething.exec(line) ?? []
  if (privileges === undefined || on === undefined || rest === undefined) return null
  const given = (privileges.match(eachPrivilege) ?? []).filter((name) => name !== 'USAGE')
  if (/ WITH (?:\S+ \d+ )*GRANT OPTION\b/.test(withoutQuoted(rest))) given.push('GRANT OPTION')
  return { on, privileges: given }
}

const withoutQuoted = (text: string): string =>
  text.replace(/'(?:[^'\\]|''|\\[^])*(?:'|\\?$)/g, "''")
