import { FettleError } from '../errors.js'
import { suggestion } from './nearest.js'
import { isPlain, registerGuard } from '../plain-object.js'
import { callerOf } from '../user-stack.js'

/**
 * Which names may be read from the objects at one place in some data, and from the objects below
 * them.
 */
export interface Names {
  /** What such an object is called in an error: `vars.db`, `vars.members[]`. */
  readonly path: string
  /** The remedy of the error for an unknown name. */
  readonly remedy: string
  /** A hint for an unknown name, as a clause. Default: the nearest known name. */
  readonly instead?: (name: string) => string | null
  /** Names that may be read although an object lacks them; null: any name. */
  readonly known: ReadonlySet<string> | null
  /**
   * The names of the object below a name; null where they are not known, or it is not an object.
   */
  member(name: string): Names | null
  /** The names of the objects in a list, a Map or a Set. */
  items(): Names | null
}

/**
 * Names that JavaScript itself reads from any object: to see whether it is a promise, has a
 * `toJSON`, is a module.
 */
const probedNames: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  '__esModule',
  '__proto__',
  'toString',
  'valueOf',
  'constructor',
])

/**
 * Copies data so that reading an unknown name throws on the line that reads it. Only the project's
 * own code gets the error, because packages probe for optional names. The check is a prototype:
 * known names are read at full speed, and `in`, spread, JSON, printing and structuredClone see an
 * ordinary object. A Proxy around the object would slow down each read and could not be cloned.
 */
export function withKnownNames<T>(data: T, names: Names): T
export function withKnownNames(data: unknown, names: Names): unknown {
  const made = copied(data, names)
  return made !== data && Object.isFrozen(data) ? Object.freeze(made) : made
}

function copied(data: unknown, names: Names): unknown {
  const inner = (name: string, value: unknown): unknown => below(value, names.member(name))
  const item = (value: unknown): unknown => below(value, names.items())
  // V8 no longer treats an array with such a prototype as one (Object.prototype.toString).
  if (Array.isArray(data)) return data.map(item)
  if (data instanceof Map) {
    const made = new Map([...data].map(([key, value]) => [key, item(value)]))
    return Object.setPrototypeOf(made, guardOf(names, data))
  }
  if (data instanceof Set)
    return Object.setPrototypeOf(new Set([...data].map(item)), guardOf(names, data))
  if (!isPlain(data)) return data
  const made = Object.create(guardOf(names, data)) as object
  for (const [name, value] of Object.entries(data))
    Object.defineProperty(made, name, {
      value: inner(name, value),
      writable: true,
      enumerable: true,
      configurable: true,
    })
  return made
}

function below(value: unknown, names: Names | null): unknown {
  if (names === null || typeof value !== 'object' || value === null) return value
  return withKnownNames(value, names)
}

/** One prototype for all objects at one place, so that V8 sees a single shape for all hosts. */
const guardsOf = new WeakMap<Names, Map<object | null, object>>()

/** The prototype that checks names for an object; it inherits from the object's own prototype. */
export function guardOf(names: Names, data: object): object {
  const base = Object.getPrototypeOf(data) as object | null
  const before = guardsOf.get(names) ?? new Map<object | null, object>()
  guardsOf.set(names, before)
  const known = before.get(base) ?? guard(names, base)
  before.set(base, known)
  return known
}

function guard(names: Names, base: object | null): object {
  const holder = Object.create(base ?? Object.prototype) as object
  const isInherited = (name: PropertyKey): boolean => base !== null && name in base
  const get = (_: object, name: PropertyKey, reader: unknown): unknown => {
    if (isInherited(name)) return Reflect.get(holder, name, reader)
    if (typeof name === 'string' && isUnknown(name, names) && callerOf(get) !== null)
      throw unknownName(name, names, reader)
    return undefined
  }
  const made = new Proxy(holder, { get, has: (_, name) => isInherited(name) })
  if (base === null || base === Object.prototype) registerGuard(made)
  return made
}

/** Whether reading a name that an object lacks is an error. */
const isUnknown = (name: string, { known }: Names): boolean =>
  known !== null && !known.has(name) && !probedNames.has(name)

function unknownName(
  name: string,
  { path, known, remedy, instead }: Names,
  reader: unknown,
): FettleError {
  const own = typeof reader === 'object' && reader !== null ? Object.keys(reader) : []
  const there = new Set([...own, ...(known ?? [])])
  const advice = instead?.(name) ?? null
  const hint = advice === null ? suggestion(name, [...there]) : `; ${advice}`
  return new FettleError('name-unknown', {
    address: `${path}.${name}`,
    message: `${path} has no ${name}${hint}`,
    remedy,
  })
}
