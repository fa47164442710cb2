import { types } from 'node:util'
import { Later, type FactRequest } from '../../core/later.js'
import { isPlain } from '../../core/plain-object.js'
import { isResource } from '../../core/resource.js'
import { reveal, Secret } from '../../core/secret.js'

/** Results of a comparison, from equal to different. */
const ranks = [
  'equal',
  /**
   * The names are in another order, or a member is present as `undefined`. That matters where a
   * template loops over them.
   */
  'reordered',
  /** Laters of the same facts with different functions: their values must be compared. */
  'later',
  /** Functions, getters or class instances, which cannot be compared. */
  'opaque',
  'different',
] as const

export interface Comparison {
  readonly is: (typeof ranks)[number]
  /** The path to the greatest difference: `['env', 'PASSWORD']`. */
  readonly at: readonly string[]
}

const alike = (is: Comparison['is']): Comparison => ({ is, at: [] })
const rankOf = ({ is }: Comparison): number => ranks.indexOf(is)
function leastAlike(all: readonly Comparison[]): Comparison {
  let worst = alike('equal')
  for (const each of all) {
    if (rankOf(each) > rankOf(worst)) worst = each
  }
  return worst
}
const under = (name: PropertyKey, { is, at }: Comparison): Comparison => ({
  is,
  at: [String(name), ...at],
})

/**
 * Compares the options of two resources. `equal` is only what is certainly equal: plain data by
 * value, Secrets by their text, triggers by address, functions by identity.
 */
export const compareOptions = (a: unknown, b: unknown): Comparison => compare(a, b, new Map())

/** Whether two values are equal, in any order of their names. */
export function sameOptions(a: unknown, b: unknown): boolean {
  const { is } = compareOptions(a, b)
  return is === 'equal' || is === 'reordered'
}

/** Pairs of objects that were compared or are being compared, for circular values. */
type ComparedPairs = Map<object, Set<object>>

function compare(a: unknown, b: unknown, seen: ComparedPairs): Comparison {
  if (a === b || Object.is(a, b)) return alike('equal')
  if (typeof a === 'function' && typeof b === 'function') return alike('opaque')
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return alike('different')
  const others = seen.get(a) ?? new Set<object>()
  if (others.has(b)) return alike('equal')
  others.add(b)
  seen.set(a, others)
  return compareObjects(a, b, seen)
}

function compareObjects(a: object, b: object, seen: ComparedPairs): Comparison {
  const equalIf = (same: boolean): Comparison => alike(same ? 'equal' : 'different')
  if (a instanceof Secret && b instanceof Secret) return equalIf(reveal(a) === reveal(b))
  if (a instanceof Later && b instanceof Later) return compareLaters(a, b, seen)
  if (types.isRegExp(a) && types.isRegExp(b))
    return equalIf(a.source === b.source && a.flags === b.flags)
  if (types.isDate(a) && types.isDate(b)) return equalIf(Object.is(a.getTime(), b.getTime()))
  if (types.isUint8Array(a) && types.isUint8Array(b)) return equalIf(Buffer.compare(a, b) === 0)
  if (types.isMap(a) && types.isMap(b)) return compareLists([...a], [...b], seen)
  if (types.isSet(a) && types.isSet(b)) return compareLists([...a], [...b], seen)
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b, seen)
  // A trigger is looked up by its address only.
  if (isResource(a) && isResource(b)) return equalIf(a.address === b.address)
  if (isPlain(a) && isPlain(b)) return compareRecords(a, b, seen)
  if (isPlain(a) || isPlain(b) || kindOf(a) !== kindOf(b)) return alike('different')
  return alike('opaque')
}

/** The kind of an object: objects of two kinds are never equal. Fettle's own classes are kinds. */
function kindOf(value: object): string {
  if (value instanceof Secret) return 'Secret'
  if (value instanceof Later) return 'Later'
  return Object.prototype.toString.call(value)
}

function compareLists(
  a: readonly unknown[],
  b: readonly unknown[],
  seen: ComparedPairs,
): Comparison {
  if (a.length !== b.length) return alike('different')
  return leastAlike(a.map((item, index) => under(index, compare(item, b[index], seen))))
}

function compareRecords(a: object, b: object, seen: ComparedPairs): Comparison {
  const left = Object.getOwnPropertyDescriptors(a)
  const right = Object.getOwnPropertyDescriptors(b)
  const names = Reflect.ownKeys(left)
  const others = Reflect.ownKeys(right)
  const inOrder =
    names.length === others.length && names.every((name, index) => name === others[index])
  const distinct = [...new Set([...names, ...others])]
  const each = distinct.map((name) =>
    under(name, compareProperties(property(left, name), property(right, name), seen)),
  )
  return leastAlike([alike(inOrder ? 'equal' : 'reordered'), ...each])
}

type Descriptors = Readonly<Record<PropertyKey, PropertyDescriptor>>

/** A member that is `undefined` counts as left out. */
function property(of: Descriptors, name: PropertyKey): PropertyDescriptor {
  const own = Object.hasOwn(of, name) ? of[name] : undefined
  return own ?? {}
}

/** A getter may return another value each time. */
function compareProperties(
  a: PropertyDescriptor,
  b: PropertyDescriptor,
  seen: ComparedPairs,
): Comparison {
  if (a.get !== undefined || b.get !== undefined) return alike('opaque')
  return compare(a.value, b.value, seen)
}

function compareLaters(a: Later<unknown>, b: Later<unknown>, seen: ComparedPairs): Comparison {
  if (!holdsAll(a.requests, b.requests) || !holdsAll(b.requests, a.requests))
    return alike('different')
  const one = a.derivation
  const other = b.derivation
  if (one.by === 'fact' && other.by === 'fact') return alike('equal')
  if (one.by === 'values' && other.by === 'values')
    return ofLater(compare(one.values, other.values, seen))
  if (one.by !== 'map' || other.by !== 'map' || one.change !== other.change) return alike('later')
  const of = compare(one.of, other.of, seen)
  const given = compare(one.given, other.given, seen)
  return ofLater(leastAlike([of, given]))
}

/**
 * Functions and objects inside a Later show in its value. Names inside it are not the user's, so
 * the path ends there.
 */
const ofLater = ({ is }: Comparison): Comparison => alike(is === 'opaque' ? 'later' : is)

type Requests = readonly FactRequest<unknown>[]

const holdsAll = (some: Requests, wanted: Requests): boolean =>
  wanted.every((one) => some.some((other) => sameRequest(one, other)))

const sameRequest = (one: FactRequest<unknown>, other: FactRequest<unknown>): boolean =>
  one.kind.backend === other.kind.backend &&
  one.kind.name === other.kind.name &&
  sameOptions(one.key, other.key) &&
  sameOptions(one.read, other.read)
