import { z } from 'zod'
import { FettleError } from './errors.js'

/**
 * Permissions: `'0644'`, `0o644`, or chmod(1)'s symbols (`'u=rw,g=r,o='`, `'go-w'`, `'u=rwX'`).
 * Symbols change only the permissions that they name; the others of something new are the defaults.
 * The number `644` is refused: it is decimal and means `01204`.
 */
export type Mode = string | number

const symbolic = /^(?<who>[ugoa]+)(?<changes>(?:[-+=](?:[ugo]|[rwxXst]*))+)$/
const octal = /^[0-7]{3,4}$/
const masks = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 } as const
const permissions = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 } as const
/**
 * Common modes. Their decimal value may itself look like an octal mode, and must be accepted:
 * `0o755` is 493.
 */
const commonModes: ReadonlySet<number> = new Set([
  0o400, 0o440, 0o444, 0o500, 0o550, 0o555, 0o600, 0o640, 0o644, 0o660, 0o664, 0o666, 0o700, 0o711,
  0o750, 0o751, 0o755, 0o770, 0o775, 0o777,
])

/**
 * Whether a mode is a likely one: the owner may read, and no class has a permission that the class
 * before it lacks.
 */
function isPlausible(mode: number): boolean {
  const owner = (mode >> 6) & 7
  const group = (mode >> 3) & 7
  const other = mode & 7
  return owner >= 4 && (group & ~owner) === 0 && (other & ~group) === 0
}

function wrongNumber(mode: number): string | undefined {
  const decimal = String(mode)
  if (octal.test(decimal) && !commonModes.has(mode & 0o777) && isPlausible(parseInt(decimal, 8)))
    return `${decimal} is decimal and means ${modeText(mode & 0o7777)}: write '0${decimal}' or 0o${decimal}`
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return undefined
  return `${decimal} is no mode: write it as '0644' or 0o644`
}

function wrongText(mode: string): string | undefined {
  if (octal.test(mode)) return undefined
  if (mode.split(',').every((clause) => symbolic.test(clause))) return undefined
  return `${JSON.stringify(mode)} is no mode: write it as '0644', 0o644 or 'u=rw,g=r,o='`
}

/** Why a value is not a mode; `undefined` where it is one. */
export const wrongMode = (mode: Mode): string | undefined =>
  typeof mode === 'number' ? wrongNumber(mode) : wrongText(mode)

/** A mode as an option takes it. */
export const mode = z
  .union([z.string(), z.number()], {
    error: "must be a mode such as '0644', 0o644 or 'u=rw,g=r,o='",
  })
  .superRefine((given, context) => {
    const wrong = wrongMode(given)
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
  })

/** `0o644` as `0644`. */
export const modeText = (bits: number): string => bits.toString(8).padStart(4, '0')

/** Whether a mode sets all permissions, instead of changing some. */
export const isAbsoluteMode = (given: Mode): boolean =>
  typeof given === 'number' || octal.test(given)

/**
 * The bits of one clause's letters. `u`, `g` and `o` copy the permissions of that class from
 * `bits`.
 */
function bitsOf(letters: string, bits: number, isDirectory: boolean): number {
  if (letters === 'u' || letters === 'g' || letters === 'o') {
    const shift = { u: 6, g: 3, o: 0 }[letters]
    return ((bits >> shift) & 7) * 0o111
  }
  const isExecutable = isDirectory || (bits & 0o111) !== 0
  let sum = 0
  for (const letter of letters) {
    if (letter !== 'X') sum |= permissions[letter as keyof typeof permissions]
    else if (isExecutable) sum |= permissions.x
  }
  return sum
}

function applyClause(clause: string, bits: number, isDirectory: boolean): number {
  const { who = '', changes = '' } = symbolic.exec(clause)?.groups ?? {}
  let mask = 0
  for (const letter of who) mask |= masks[letter as keyof typeof masks]
  // chmod(1) keeps a directory's setuid and setgid bits under `=` unless `s` is named.
  const replaced = mask & (isDirectory ? 0o1777 : 0o7777)
  let current = bits
  for (const [, operator, letters = ''] of changes.matchAll(/([-+=])([^-+=]*)/g)) {
    const named = bitsOf(letters, current, isDirectory) & mask
    if (operator === '+') current |= named
    else if (operator === '-') current &= ~named
    else current = (current & ~replaced) | named
  }
  return current
}

/**
 * The permissions that a mode leads to. Symbols are applied to `current`, as chmod(1) does.
 * @throws FettleError `option-invalid` for what is no mode
 */
export function resolveMode(given: Mode, current: number, isDirectory = false): number {
  const wrong = wrongMode(given)
  if (wrong !== undefined) throw new FettleError('option-invalid', { message: wrong })
  if (typeof given === 'number') return given
  if (octal.test(given)) return parseInt(given, 8)
  const clauses = given.split(',')
  return clauses.reduce((bits, clause) => applyClause(clause, bits, isDirectory), current)
}
