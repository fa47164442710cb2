import { runtime, type AnyFunction } from './nunjucks-parts.js'
import { isPlain } from '../plain-object.js'
import { limits, type Meter } from './limits.js'
import { outOfReach } from './refusal.js'
import { inherited } from './syntax.js'
import { WrittenNumber } from '../written-number.js'

/** The functions that a template may call. */
const callables = new WeakSet<AnyFunction>()

export function callable<F extends AnyFunction>(made: F): F {
  callables.add(made)
  return made
}

export const isCallable = (value: unknown): value is AnyFunction =>
  typeof value === 'function' && callables.has(value as AnyFunction)

/** The text of a string or of a macro's result; null for other values. */
export function textIn(value: unknown): string | null {
  if (typeof value === 'string') return value
  return value instanceof runtime.SafeString ? value.toString() : null
}

export const isRegExp = (value: unknown): value is RegExp =>
  value instanceof RegExp && Object.getPrototypeOf(value) === RegExp.prototype

/** The kind of a value in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (textIn(value) !== null) return 'a text'
  if (Array.isArray(value)) return 'a list'
  if (isPlain(value)) return 'an object'
  if (value instanceof WrittenNumber) return 'a number'
  if (typeof value === 'object')
    return `an instance of ${(value.constructor as { readonly name?: string } | undefined)?.name ?? 'a class'}`
  return `a ${typeof value}`
}

/** Methods of JavaScript that change nothing, by the type of value that has them. */
const methods = {
  text: [
    'at',
    'charAt',
    'charCodeAt',
    'codePointAt',
    'concat',
    'endsWith',
    'includes',
    'indexOf',
    'lastIndexOf',
    'match',
    'padEnd',
    'padStart',
    'repeat',
    'replace',
    'replaceAll',
    'search',
    'slice',
    'split',
    'startsWith',
    'substr',
    'substring',
    'toLowerCase',
    'toString',
    'toUpperCase',
    'trim',
    'trimEnd',
    'trimStart',
  ],
  list: ['at', 'concat', 'includes', 'indexOf', 'join', 'lastIndexOf', 'slice', 'toString'],
  number: ['toFixed', 'toPrecision', 'toString'],
  boolean: ['toString'],
  pattern: ['test', 'toString'],
} as const satisfies Readonly<Record<string, readonly string[]>>

type ReceiverType = keyof typeof methods

const prototypes: { readonly [K in ReceiverType]: object } = {
  text: String.prototype,
  list: Array.prototype,
  number: Number.prototype,
  boolean: Boolean.prototype,
  pattern: RegExp.prototype,
}

/** The type of a value that has methods, and the value to call them on; null for other values. */
function receiverOf(
  target: unknown,
): { readonly type: ReceiverType; readonly value: unknown } | null {
  const text = textIn(target)
  if (text !== null) return { type: 'text', value: text }
  if (Array.isArray(target)) return { type: 'list', value: target }
  if (typeof target === 'number') return { type: 'number', value: target }
  if (target instanceof WrittenNumber) return { type: 'number', value: target.value }
  if (typeof target === 'boolean') return { type: 'boolean', value: target }
  return isRegExp(target) ? { type: 'pattern', value: target } : null
}

/** The property name after a dot or in brackets; undefined where the expression has no value. */
function nameOf(key: unknown): string | undefined {
  if (key === null || key === undefined) return undefined
  const text = textIn(key)
  if (text !== null) return text
  if (typeof key === 'number' || typeof key === 'boolean') return String(key)
  if (key instanceof WrittenNumber) return String(key.value)
  throw outOfReach(`a text or a number is needed in brackets, and there is ${kindOf(key)}`)
}

/**
 * Reads a member of a value: an own property of plain data, or a method from the list.
 * @returns undefined where there is none of that name
 * @throws Refusal for members that only JavaScript knows, and for values that are not data
 */
export function member(target: unknown, key: unknown, meter: Meter): unknown {
  if (target === null || target === undefined) return undefined
  const name = typeof key === 'string' ? key : nameOf(key)
  if (name === undefined) return undefined
  if (isPlain(target)) return keyOf(target, name)
  const found = receiverOf(target)
  if (found === null)
    throw outOfReach(
      `${kindOf(target)} has nothing that a template may read, and ${name} is asked for`,
    )
  return memberOf(found.type, found.value, name, meter)
}

function keyOf(target: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.prototype.propertyIsEnumerable.call(target, name)) return allowed(target[name], name)
  if (inherited.has(name)) throw outOfReach(`${name} is no part of the data`)
  return undefined
}

function memberOf(type: ReceiverType, value: unknown, name: string, meter: Meter): unknown {
  const own: unknown = type === 'text' ? String(value) : value
  if (name === 'length' && (typeof own === 'string' || Array.isArray(own))) return own.length
  if (typeof own === 'string' && /^\d+$/.test(name)) return own[Number(name)]
  if (Array.isArray(own) && Object.prototype.propertyIsEnumerable.call(own, name))
    return allowed(Reflect.get(own, name) as unknown, name)
  if ((methods[type] as readonly string[]).includes(name)) return method(type, own, name, meter)
  if (name in prototypes[type])
    throw outOfReach(
      `${kindOf(value)} has no ${name} in a template; there is ${methods[type].join(', ')}`,
    )
  return undefined
}

/** Lets data pass and refuses functions of the project: only the project calls those. */
export function allowed(value: unknown, name: string): unknown {
  if (typeof value !== 'function' || isCallable(value)) return value
  throw outOfReach(`${name} is a function`)
}

function method(type: ReceiverType, target: unknown, name: string, meter: Meter): AnyFunction {
  const native = Reflect.get(prototypes[type], name) as AnyFunction
  return callable((...words) => {
    const given = words.map((word) => argument(type, word, meter))
    if (typeof target === 'string') meter.input(target.length)
    if (type === 'pattern') meter.needWatch()
    if (typeof target === 'string' && name === 'repeat')
      meter.text(target.length * Number(given[0]))
    if (name === 'padStart' || name === 'padEnd') meter.text(Number(given[0]))
    const limited = name === 'split' ? limitedSplit(given) : given
    return meter.value(Reflect.apply(native, target, limited))
  })
}

/**
 * `split` with a limit: otherwise a long text could become a list with an item for each character.
 */
const limitedSplit = ([separator, most]: readonly unknown[]): readonly unknown[] => [
  separator,
  Math.min(Number(most ?? Infinity), limits.items + 1),
]

/**
 * Checks an argument of a method: lists accept any data, all others strings, numbers and patterns.
 */
function argument(type: ReceiverType, word: unknown, meter: Meter): unknown {
  if (typeof word === 'function') throw outOfReach('a method was given a function')
  if (isRegExp(word)) meter.needWatch()
  const text = textIn(word)
  if (text !== null) return text
  if (type === 'list' || typeof word !== 'object' || word === null || isRegExp(word)) return word
  throw outOfReach(`a method was given ${kindOf(word)}`)
}
