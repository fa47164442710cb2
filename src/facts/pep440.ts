import { compare, explain, validRange } from '@renovatebot/pep440'

type Version = NonNullable<ReturnType<typeof explain>>

const sameBase = (a: Version, b: Version): boolean => a.epoch === b.epoch && startsWith(a.release, b.release) && startsWith(b.release, a.release)

/** Whether a release begins with another, with zeros where it is shorter. */
const startsWith = (release: readonly number[], beginning: readonly number[]): boolean => beginning.every((part, index) => (release[index] ?? 0) === part)

const hasPrefix = (version: Version, prefix: string, length?: number): boolean => {
  const wanted = explain(prefix)
  return wanted !== null && version.epoch === wanted.epoch && startsWith(version.release, wanted.release.slice(0, length ?? wanted.release.length))
}

/** One clause, `>=1.0`, for a version that is known to be one. The package's own `satisfies` differs from pip where releases have unequal lengths or a clause names a pre- or post-release. */
function meetsClause(text: string, version: Version, operator: string, wanted: string): boolean {
  if (operator === '===') return text === wanted
  if (wanted.endsWith('.*')) return hasPrefix(version, wanted.slice(0, -2)) === (operator === '==')
  const target = explain(wanted)
  if (target === null) return false
  // A local label (1.0+debian1) counts only where the clause has one.
  const order = compare(target.local === null ? version.public : text, wanted)
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0 && (target.is_postrelease || !version.is_postrelease || !sameBase(version, target))
    case '<':
      return order < 0 && (target.is_prerelease || !version.is_prerelease || !sameBase(version, target))
    case '~=':
      return order >= 0 && hasPrefix(version, wanted, target.release.length - 1)
    default:
      return false
  }
}

const clauses = (specifier: string): readonly (readonly [operator: string, version: string])[] | null => {
  const parts = specifier.split(',').map((part) => /^\s*(===|==|!=|~=|>=|<=|>|<)\s*(\S+)\s*$/.exec(part))
  return parts.some((part) => part === null) ? null : parts.map((part) => [part?.[1] ?? '', part?.[2] ?? ''])
}

/** Whether a text is a version specifier of PEP 440. */
export const isSpecifier = (specifier: string): boolean => clauses(specifier) !== null && validRange(specifier)

/** Whether an installed version meets a specifier, as pip decides it: a pre-release that is installed counts. */
export function meets(text: string, specifier: string): boolean {
  const version = explain(text)
  return (clauses(specifier) ?? []).every(([operator, wanted]) => (version === null ? operator === '===' && text === wanted : meetsClause(text, version, operator, wanted)))
}
