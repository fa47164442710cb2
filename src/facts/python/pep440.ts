import { compareVersions, parseVersion, type Version } from './pep440-version.js'

const sameBase = (a: Version, b: Version): boolean =>
  a.epoch === b.epoch && startsWith(a.release, b.release) && startsWith(b.release, a.release)

/** Whether a release starts with another one, padded with zeros. */
const startsWith = (release: readonly number[], beginning: readonly number[]): boolean =>
  beginning.every((part, index) => (release[index] ?? 0) === part)

const hasPrefix = (version: Version, prefix: string, length?: number): boolean => {
  const wanted = parseVersion(prefix)
  return (
    wanted !== null &&
    version.epoch === wanted.epoch &&
    startsWith(version.release, wanted.release.slice(0, length ?? wanted.release.length))
  )
}

const isPreRelease = ({ pre, dev }: Version): boolean => pre !== null || dev !== null

/** Whether a valid version meets one clause such as `>=1.0`. */
function meetsClause(text: string, version: Version, operator: string, wanted: string): boolean {
  if (operator === '===') return text === wanted
  if (wanted.endsWith('.*')) return hasPrefix(version, wanted.slice(0, -2)) === (operator === '==')
  const target = parseVersion(wanted)
  if (target === null) return false
  // A local label (1.0+debian1) is ignored unless the clause has one.
  const comparable = target.local === null ? { ...version, local: null } : version
  const order = compareVersions(comparable, target)
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
      return (
        order > 0 && (target.post !== null || version.post === null || !sameBase(version, target))
      )
    case '<':
      return (
        order < 0 && (isPreRelease(target) || !isPreRelease(version) || !sameBase(version, target))
      )
    case '~=':
      return order >= 0 && hasPrefix(version, wanted, target.release.length - 1)
    default:
      return false
  }
}

type Clause = readonly [operator: string, version: string]

/** The clauses of a specifier, which may end with a comma; null where one is malformed. */
function clauses(specifier: string): readonly Clause[] | null {
  const found: Clause[] = []
  for (const part of specifier.replace(/,\s*$/, '').split(',')) {
    const [, operator, version] = /^\s*(===|==|!=|~=|>=|<=|>|<)\s*(\S+)\s*$/.exec(part) ?? []
    if (operator === undefined || version === undefined) return null
    found.push([operator, version])
  }
  return found
}

const isRelease = ({ pre, post, dev, local }: Version): boolean =>
  [pre, post, dev, local].every((part) => part === null)

/**
 * Whether an operator is valid for a version: `.*` only for equality and behind a release, `~=` only
 * for releases of at least two parts.
 */
function isClause(operator: string, wanted: string): boolean {
  if (operator === '===') return true
  const isEquality = operator === '==' || operator === '!='
  const isPrefix = isEquality && wanted.endsWith('.*')
  const version = parseVersion(isPrefix ? wanted.slice(0, -2) : wanted)
  if (version === null || (operator === '~=' && version.release.length < 2)) return false
  if (isPrefix) return isRelease(version)
  return isEquality || version.local === null
}

/** Whether a text is a version specifier of PEP 440. */
export const isSpecifier = (specifier: string): boolean =>
  clauses(specifier)?.every(([operator, wanted]) => isClause(operator, wanted)) ?? false

/** Whether an installed version meets a specifier. As for pip, installed pre-releases count. */
export function meets(text: string, specifier: string): boolean {
  const version = parseVersion(text)
  return (clauses(specifier) ?? []).every(([operator, wanted]) => {
    if (version === null) return operator === '===' && text === wanted
    return meetsClause(text, version, operator, wanted)
  })
}
