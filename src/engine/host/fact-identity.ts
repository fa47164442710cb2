import { createHash } from 'node:crypto'
import { reveal, Secret } from '../../core/secret.js'

/**
 * The cache key of a fact. JSON would not distinguish Secrets and regular expressions in the key,
 * so these are replaced by something distinct.
 */
export const identityOf = (reader: string, kind: string, key: unknown): string =>
  [reader, kind, JSON.stringify(key, distinguishable)].join('\0')

function distinguishable(
  this: Readonly<Record<string, unknown>>,
  name: string,
  shown: unknown,
): unknown {
  const value = this[name]
  if (value instanceof Secret)
    return { secret: createHash('sha256').update(reveal(value)).digest('hex') }
  if (value instanceof Uint8Array)
    return { bytes: createHash('sha256').update(value).digest('hex') }
  return value instanceof RegExp ? { pattern: String(value) } : shown
}
