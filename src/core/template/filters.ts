import { ownFilters, ownTests, type AnyFunction } from './nunjucks-parts.js'
import { isPlain } from '../plain-object.js'
import { quote } from '../sh.js'
import { isRegExp, kindOf, member, textIn } from './data.js'
import type { Meter } from './limits.js'
import { outOfReach } from './refusal.js'
import { jsonText, WrittenNumber } from '../written-number.js'

function text(value: unknown): string {
  const found = textIn(value)
  if (found !== null) return found
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof WrittenNumber)
    return String(value)
  const kind = value === null ? 'null' : typeof value
  throw new TypeError(`a text, number or boolean is needed, and there is ${kind}`)
}

/** Percent-encoding of everything but RFC 3986's unreserved characters. */
const uri = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const controls: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * One word of a setting in a unit, by systemd.syntax(7) and systemd.unit(5). `%` is doubled,
 * because a single one starts a specifier. Words that are empty or have anything but letters,
 * digits and `_@%+=:,./-` are put into double quotes, with C-style escapes. On `Exec…=` lines a `$`
 * also starts a variable (systemd.service(5)): `| systemd('exec')` doubles it.
 */
function systemdWord(value: string, place: unknown): string {
  if (value.includes('\0')) throw new TypeError('a unit cannot hold a NUL byte')
  const specified = value.replaceAll('%', '%%')
  const expanded = place === 'exec' ? specified.replaceAll('$', '$$$$') : specified
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(expanded)) return expanded
  const escaped = expanded.replace(/[\\"]/g, '\\$&').replace(/[\x01-\x1f\x7f]/g, escapedControl)
  return `"${escaped}"`
}

function escapedControl(letter: string): string {
  const code = letter.charCodeAt(0).toString(16).padStart(2, '0')
  return controls[letter] ?? `\\x${code}`
}

function json(value: unknown, indent: unknown): string {
  const isIndent = typeof indent === 'number' || typeof indent === 'string'
  const text = jsonText(value, isIndent ? indent : undefined)
  if (text === undefined) throw new TypeError('there is no value')
  return text
}

/** A filter. `context` is what nunjucks' own filters expect as `this`. */
type Filter = (given: readonly unknown[], meter: Meter, context: object) => unknown

/** Fettle's own filters. They read no members of values. */
const added: Readonly<Record<string, AnyFunction>> = {
  json,
  uri: (value) => uri(text(value)),
  shell: (value) => quote(text(value)),
  systemd: (value, place) => systemdWord(text(value), place),
}

/** Filters that return or print any value. */
const takeAnything: readonly string[] = ['default', 'd', 'dump']

const takeLists: readonly string[] = [
  'batch',
  'first',
  'groupby',
  'join',
  'last',
  'random',
  'reject',
  'rejectattr',
  'reverse',
  'select',
  'selectattr',
  'slice',
  'sort',
  'sum',
]

/**
 * Refuses values that nunjucks' filters would call or iterate over: functions, and objects that
 * imitate lists or strings by their properties.
 */
function checkGiven(name: string, value: unknown, meter: Meter): void {
  if (typeof value !== 'object' && typeof value !== 'function') {
    if (typeof value === 'string') meter.input(value.length)
    return
  }
  if (
    value === null ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof WrittenNumber
  )
    return
  if (Array.isArray(value)) return meter.input(value.length)
  if (isRegExp(value)) return meter.needWatch()
  const text = textIn(value)
  if (text !== null) return meter.input(text.length)
  if (!isPlain(value)) throw outOfReach(`the filter ${name} was given ${kindOf(value)}`)
  if (Object.values(value).some((each) => typeof each === 'function'))
    throw outOfReach(`the filter ${name} was given an object that holds a function`)
}

/** Refuses an object instead of a list: nunjucks would trust its `length`. */
function checkList(name: string, list: unknown): void {
  if (typeof list === 'object' && list !== null && !Array.isArray(list) && textIn(list) === null)
    throw outOfReach(`the filter ${name} takes a list, and was given ${kindOf(list)}`)
}

/** How much a filter makes out of a number. */
const sizes: Readonly<
  Record<string, (given: readonly unknown[], size: number, meter: Meter) => void>
> = {
  center: (_, size, meter) => meter.text(size),
  indent: ([value], size, meter) => meter.text(size * text(value ?? '').split('\n').length),
  batch: (_, size, meter) => meter.list(size),
  slice: (_, size, meter) => meter.list(size),
}

function checkSize(name: string, given: readonly unknown[], meter: Meter): void {
  const size = given[1] instanceof WrittenNumber ? given[1].value : given[1]
  if (size === undefined || size === null) return
  if (typeof size === 'object')
    throw outOfReach(`the filter ${name} takes a number, and was given ${kindOf(size)}`)
  sizes[name]?.(given, Number(size), meter)
}

/** The member at a path such as `address.port`. */
const follow = (item: unknown, path: unknown, meter: Meter): unknown =>
  text(path)
    .split('.')
    .reduce((value: unknown, name) => member(value, name, meter), item)

const each = (list: unknown, change: (item: unknown) => unknown): unknown =>
  Array.isArray(list) ? list.map(change) : list

function groupBy(list: unknown, path: unknown, meter: Meter): object {
  const groups: Record<string, unknown[]> = Object.create(null) as Record<string, unknown[]>
  each(list, (item) => {
    const key = follow(item, path, meter)
    if (key === undefined)
      throw new TypeError(`groupby: attribute "${text(path)}" resolved to undefined`)
    const name = textIn(key) ?? JSON.stringify(key)
    ;(groups[name] ??= []).push(item)
  })
  return groups
}

const chosenBy =
  (wanted: boolean): Filter =>
  ([list, name], meter) => {
    if (!Array.isArray(list)) return list
    const items: readonly unknown[] = list
    return items.filter((item) => Boolean(member(item, name, meter)) === wanted)
  }

/** A list, or the members with one name of all its items. */
function membersOf(list: unknown, name: unknown, meter: Meter): unknown {
  if (name === undefined) return list
  return each(list, (item) => member(item, name, meter))
}

/** The attribute that `sort` is given, by position or by keyword. */
function sortedBy(given: readonly unknown[]): unknown {
  const last = given.at(-1)
  if (isPlain(last) && last['__keywords'] === true) return last['attribute']
  return given[3]
}

/** Filters that read members. They replace nunjucks' own, which read any member. */
const reading: Readonly<Record<string, (own: AnyFunction) => Filter>> = {
  groupby:
    () =>
    ([list, path], meter) =>
      groupBy(list, path, meter),
  selectattr: () => chosenBy(true),
  rejectattr: () => chosenBy(false),
  join:
    (own) =>
    ([list, between, name], meter) =>
      own(membersOf(list, name, meter), between),
  sum:
    (own) =>
    ([list, name, start], meter) =>
      own(membersOf(list, name, meter), undefined, start),
  sort: (own) => (given, meter, context) => {
    const path = sortedBy(given)
    if (path !== undefined) each(given[0], (item) => follow(item, path, meter))
    return Reflect.apply(own, context, given)
  },
}

function guarded(name: string, own: AnyFunction): Filter {
  const apply = reading[name]?.(own) ?? ((given, _, context) => Reflect.apply(own, context, given))
  const takesAnything = takeAnything.includes(name)
  const takesList = takeLists.includes(name)
  const takesSize = name in sizes
  return (given, meter, context) => {
    if (!takesAnything) for (const value of given) checkGiven(name, value, meter)
    if (takesList) checkList(name, given[0])
    if (takesSize) checkSize(name, given, meter)
    return apply(given, meter, context)
  }
}

const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...[...ownFilters].map(([name, own]) => [name, guarded(name, own)] as const),
  ...Object.entries(added).map(
    ([name, own]) => [name, (given: readonly unknown[]) => own(...given)] as const,
  ),
])

/** @throws Error when there is no filter of that name */
export function filterOf(name: string): Filter {
  const found = filters.get(name)
  if (found === undefined) throw new Error(`filter not found: ${name}`)
  return found
}

const tests: ReadonlyMap<unknown, AnyFunction> = new Map(
  [...ownTests].map(([name, own]): readonly [string, AnyFunction] => [
    name,
    ['upper', 'lower'].includes(name) ? (value) => own(text(value)) : own,
  ]),
)

/** @throws Error when there is no test of that name */
export function testOf(name: unknown): AnyFunction {
  const found = tests.get(name)
  if (found === undefined) throw new Error(`test not found: ${textIn(name) ?? kindOf(name)}`)
  return found
}
