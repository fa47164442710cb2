import { Secret } from '../../core/secret.js'
import { WrittenNumber } from '../../core/written-number.js'

/** The names and indexes that lead to a part of a variable's value. */
export type ValuePath = readonly (string | number)[]

/** The path to the first part of a value that the predicate accepts; null: there is none. */
export function pathTo(
  value: unknown,
  isWanted: (part: unknown, path: ValuePath) => boolean,
  path: ValuePath = [],
): ValuePath | null {
  if (isWanted(value, path)) return path
  if (
    typeof value !== 'object' ||
    value === null ||
    value instanceof Secret ||
    value instanceof WrittenNumber
  )
    return null
  const parts = Array.isArray(value) ? value.entries() : Object.entries(value)
  for (const [name, part] of parts) {
    const found = pathTo(part, isWanted, [...path, name])
    if (found !== null) return found
  }
  return null
}

/**
 * The key that represents a value encrypted by ansible-vault in JSON, in Ansible's own programs
 * too.
 */
export const vaultName = '__ansible_vault'

export const vaultSentence = 'is encrypted with ansible-vault, which Fettle does not read'
export const vaultRemedy = 'put the value in .env, and let the task take it with env.secret(…)'

export const isVault = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, vaultName)

/** Whether Ansible would take a text for a Jinja template. */
export const isTemplate = (text: string): boolean =>
  marks.some(([open, close]) => text.includes(open) && text.indexOf(open) < text.lastIndexOf(close))

const marks = [
  ['{{', '}}'],
  ['{%', '%}'],
] as const
