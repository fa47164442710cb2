import { Later } from '../core/fact.js'
import { reveal, Secret } from '../core/secret.js'

/** Whether two resources were given the same: plain data by value, Secrets by their text, Laters by facts and functions. */
export function sameOptions(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (a instanceof Secret || b instanceof Secret) return a instanceof Secret && b instanceof Secret && reveal(a) === reveal(b)
  if (a instanceof Later || b instanceof Later) return a instanceof Later && b instanceof Later && sameLater(a, b)
  if (typeof a === 'function' && typeof b === 'function') return String(a) === String(b)
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = given(a)
  const right = given(b)
  return left.length === right.length && left.every(([name, value]) => Object.hasOwn(b, name) && sameOptions(value, (b as Record<string, unknown>)[name]))
}

/** An option given as undefined is one that was left out. */
const given = (options: object): readonly (readonly [string, unknown])[] => Object.entries(options).filter(([, value]) => value !== undefined)

function sameLater(a: Later<unknown>, b: Later<unknown>): boolean {
  return a.shape === b.shape && a.requests.length === b.requests.length && a.requests.every((wanted, index) => wanted.kind.name === b.requests[index]?.kind.name && sameOptions(wanted.key, b.requests[index].key))
}
