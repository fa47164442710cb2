import { isSpecifier, meets } from './pep440.js'

/** A distribution as it is installed. */
export interface Distribution {
  readonly name: string
  readonly version: string
}

/** One line of a requirements file that can be judged from names and versions alone. */
export interface Requirement {
  /** As it was written. */
  readonly text: string
  /** Normalised by PEP 503. */
  readonly name: string
  /** PEP 440: `>=1.0,<2`; empty for any version. */
  readonly specifier: string
}

/** What a requirements file asks for. */
export interface Requirements {
  readonly simple: readonly Requirement[]
  /** Lines that only Python can judge: markers and other files. */
  readonly forPip: readonly string[]
  /**
   * Lines that nobody can judge without building something: URLs, paths, editable ones, and what is
   * no requirement.
   */
  readonly unclear: readonly string[]
}

/** PEP 503. */
export const normalName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase()

/** Each part begins where the one before it cannot go on, so that a long line is read once. */
const requirement =
  /^(?=[A-Za-z0-9])([A-Za-z0-9._-]+)(?<=[A-Za-z0-9])(?![A-Za-z0-9._-])\s*(?:\[[^\]]*\]\s*)?(?:\(([^()]*)\)|([^()\s][^()]*)?)$/

/**
 * Lines as pip reads them: continued ones joined, comments and hashes (which say nothing about what
 * is installed) gone.
 */
const logicalLines = (text: string): readonly string[] =>
  text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(^|\s)#[^]*$/, '')
        .replace(/\s--hash[=\s]\S+/g, '')
        .trim(),
    )
    .filter((line) => line !== '')

type Judged = readonly ['simple', Requirement] | readonly ['forPip' | 'unclear', string] | null

function judged(line: string): Judged {
  if (/^(?:-r|--requirement|-c|--constraint)\b/.test(line)) return ['forPip', line]
  if (/^(?:-e|--editable)\b/.test(line)) return ['unclear', line]
  // Where packages come from says nothing about what must be there.
  if (line.startsWith('-')) return null
  if (/:\/\/|\s@\s|^[./]/.test(line)) return ['unclear', line]
  if (line.includes(';')) return ['forPip', line]
  const [, name, inBraces, plain] = requirement.exec(line) ?? []
  const specifier = (inBraces ?? plain ?? '').trim()
  if (name === undefined || (specifier !== '' && !isSpecifier(specifier))) return ['unclear', line]
  return ['simple', { text: line, name: normalName(name), specifier }]
}

/** Reads a requirements file (pip's "Requirements File Format"). */
export function parseRequirements(text: string): Requirements {
  const lines = logicalLines(text)
    .map(judged)
    .filter((line) => line !== null)
  const of = (what: 'forPip' | 'unclear'): readonly string[] =>
    lines.flatMap((line) => (line[0] === what ? [line[1]] : []))
  return {
    simple: lines.flatMap((line) => (line[0] === 'simple' ? [line[1]] : [])),
    forPip: of('forPip'),
    unclear: of('unclear'),
  }
}

/** Requirements that are not met, each with what is installed instead. */
export function unmet(
  wanted: readonly Requirement[],
  installed: readonly Distribution[],
): readonly string[] {
  const versions = new Map(installed.map(({ name, version }) => [normalName(name), version]))
  return wanted.flatMap(({ text, name, specifier }) => {
    const version = versions.get(name)
    if (version === undefined) return [text]
    if (specifier === '' || meets(version, specifier)) return []
    return [`${text} (${version} is installed)`]
  })
}
