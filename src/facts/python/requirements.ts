import { isSpecifier, meets } from './pep440.js'

/** An installed distribution. */
export interface Distribution {
  readonly name: string
  readonly version: string
}

/** A line of a requirements file that can be evaluated with names and versions alone. */
export interface Requirement {
  /** The line as written. */
  readonly text: string
  /** The normalised name (PEP 503). */
  readonly name: string
  /** A specifier of PEP 440: `>=1.0,<2`; empty for any version. */
  readonly specifier: string
}

/** The lines of a requirements file, by how they can be evaluated. */
export interface Requirements {
  readonly simple: readonly Requirement[]
  /** Lines that need Python: with markers, and other files. */
  readonly forPip: readonly string[]
  /**
   * Lines that cannot be evaluated without building something: URLs, paths, editable ones, and
   * malformed lines.
   */
  readonly unclear: readonly string[]
}

/** Normalises a name (PEP 503). */
export const normalName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase()

/**
 * Each part starts where the one before must end, so that a long line is matched in linear time.
 */
const requirement =
  /^(?=[A-Za-z0-9])([A-Za-z0-9._-]+)(?<=[A-Za-z0-9])(?![A-Za-z0-9._-])\s*(?:\[[^\]]*\]\s*)?(?:\(([^()]*)\)|([^()\s][^()]*)?)$/

/**
 * The logical lines of a file, as pip reads them: continuations joined, comments and hashes removed
 * (they are irrelevant for what is installed).
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

type Classified = readonly ['simple', Requirement] | readonly ['forPip' | 'unclear', string] | null

function classified(line: string): Classified {
  if (/^(?:-r|--requirement|-c|--constraint)\b/.test(line)) return ['forPip', line]
  if (/^(?:-e|--editable)\b/.test(line)) return ['unclear', line]
  // Options for the source of packages do not matter for what is installed.
  if (line.startsWith('-')) return null
  if (/:\/\/|\s@\s|^[./]/.test(line)) return ['unclear', line]
  if (line.includes(';')) return ['forPip', line]
  const [, name, inBraces, plain] = requirement.exec(line) ?? []
  const specifier = (inBraces ?? plain ?? '').trim()
  if (name === undefined || (specifier !== '' && !isSpecifier(specifier))) return ['unclear', line]
  return ['simple', { text: line, name: normalName(name), specifier }]
}

/** Parses a requirements file (pip's "Requirements File Format"). */
export function parseRequirements(text: string): Requirements {
  const lines = logicalLines(text)
    .map(classified)
    .filter((line) => line !== null)
  const of = (what: 'forPip' | 'unclear'): readonly string[] =>
    lines.flatMap((line) => (line[0] === what ? [line[1]] : []))
  return {
    simple: lines.flatMap((line) => (line[0] === 'simple' ? [line[1]] : [])),
    forPip: of('forPip'),
    unclear: of('unclear'),
  }
}

/** Whether a file may say where packages come from: it has options, or other files. */
export const mayNameSources = (text: string): boolean =>
  logicalLines(text).some((line) => line.startsWith('-'))

/** The requirements that are not met, each with the installed version. */
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
