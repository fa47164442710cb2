import nunjucks from 'nunjucks'
import { FettleError } from './errors.js'
import { nearest } from './nearest.js'
import { scrub } from './secret.js'
import { quote } from './sh.js'
import { jsonText, WrittenNumber } from './written-number.js'

/** What is read of nunjucks' syntax tree, which has no types of its own. */
interface Node {
  readonly typename: string
  readonly lineno: number
  readonly fields: readonly string[]
  readonly [field: string]: unknown
}

// Nunjucks exports its parser, and @types/nunjucks does not say so.
const parser = (nunjucks as unknown as { readonly parser: { parse(text: string, extensions: readonly unknown[], options: object): Node } }).parser
const options = { throwOnUndefined: true, autoescape: false, trimBlocks: true, lstripBlocks: true }

function text(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof WrittenNumber) return String(value)
  throw new TypeError(`a text, number or boolean is needed, and there is ${value === null ? 'null' : typeof value}`)
}

/** Percent-encoding of everything but RFC 3986's unreserved characters. */
const uri = (value: string): string => encodeURIComponent(value).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

const controls: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * One word of a setting in a unit, by systemd.syntax(7) and systemd.unit(5): `%` doubled, since a single one starts a specifier;
 * put into double quotes, with C-style escapes, where anything but letters, digits and `_@%+=:,./-` is in it or it is empty.
 * On `Exec…=` lines a `$` starts a variable too (systemd.service(5)): `| systemd('exec')` doubles it.
 */
function systemdWord(value: string, place?: 'exec'): string {
  if (value.includes('\0')) throw new TypeError('a unit cannot hold a NUL byte')
  const specified = value.replaceAll('%', '%%')
  const expanded = place === 'exec' ? specified.replaceAll('$', '$$$$') : specified
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(expanded)) return expanded
  const escaped = expanded.replace(/[\\"]/g, '\\$&').replace(/[\x01-\x1f\x7f]/g, (letter) => controls[letter] ?? `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `"${escaped}"`
}

function json(value: unknown, indent?: number): string {
  const text = jsonText(value, indent)
  if (text === undefined) throw new TypeError('there is no value')
  return text
}

const environment = new nunjucks.Environment([], options)
environment.addFilter('json', json)
environment.addFilter('uri', (value: unknown) => uri(text(value)))
environment.addFilter('shell', (value: unknown) => quote(text(value)))
environment.addFilter('systemd', (value: unknown, place?: 'exec') => systemdWord(text(value), place))

/** Names that every template knows. Nunjucks keeps them here, and @types/nunjucks does not say so. */
const { globals } = environment as unknown as { readonly globals: Readonly<Record<string, unknown>> }
const given: readonly unknown[] = [...Object.keys(globals), 'loop', 'caller']

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'typename' in value

const inner = (node: Node): readonly Node[] =>
  node.fields.map((field) => node[field]).flatMap((child) => (Array.isArray(child) ? (child as readonly unknown[]) : [child])).filter(isNode)

/** Every node, parents before children. */
const walk = (node: Node): readonly Node[] => [node, ...inner(node).flatMap(walk)]

/** Names at the places where a template makes them: loops, `set`, macros and their arguments. */
function boundIn(node: Node): readonly Node[] {
  switch (node.typename) {
    case 'For':
      return walk(node.name as Node)
    case 'Set':
      return node.targets as readonly Node[]
    case 'Macro':
    case 'Caller':
      return [node.name as Node, ...inner(node.args as Node).flatMap((argument) => (argument.typename === 'KeywordArgs' ? inner(argument).map((pair) => pair.key as Node) : [argument]))].filter(isNode)
    default:
      return []
  }
}

/** Names that are no variables: a filter's, a test's, a keyword's, and what stands before `is defined` or `default()`, the ways to ask. */
function exemptIn(node: Node): readonly Node[] {
  switch (node.typename) {
    case 'Filter': {
      const name = node.name as Node
      const asked = name.value === 'default' || name.value === 'd' ? inner(node.args as Node).slice(0, 1) : []
      return [name, ...asked]
    }
    case 'Is':
      return [node.right as Node, ...walk(node.right as Node).filter((part) => part.typename === 'Symbol'), ...(testName(node) === 'defined' || testName(node) === 'undefined' ? [node.left as Node] : [])]
    case 'Pair':
      return [node.key as Node]
    case 'Block':
      return [node.name as Node]
    default:
      return []
  }
}

const testName = (node: Node): unknown => (node.right as Node).value ?? ((node.right as Node).name as Node | undefined)?.value

const standsAlone: readonly string[] = ['Include', 'Extends', 'Import', 'FromImport']

interface Place {
  readonly name: string
  readonly text: string
}

function failed({ name }: Place, line: number | undefined, what: string, cause?: unknown): FettleError {
  const place = line === undefined ? name : `${name}:${String(line)}`
  return new FettleError('template-failed', { address: place, message: `template ${place}: ${scrub(what)}`, ...(cause === undefined ? {} : { cause }) })
}

/** A template that has been read. */
interface Readied {
  readonly template: nunjucks.Template
  /** Where it names what must be given, in branches that would not be taken too. */
  readonly wanted: readonly Node[]
}

/** By their texts: reading one takes a hundred times as long as rendering it, and each host has the same. */
const readied = new Map<string, Readied>()

/** Reads a template, and refuses one that reaches outside itself. */
function ready(place: Place): Readied {
  const before = readied.get(place.text)
  if (before !== undefined) return before
  const nodes = walk(parser.parse(place.text, [], options))
  const outside = nodes.find((node) => standsAlone.includes(node.typename))
  if (outside !== undefined) throw failed(place, outside.lineno + 1, `a template stands alone: ${outside.typename.replace('FromImport', 'Import').toLowerCase()} cannot be used`)
  const known = new Set([...given, ...nodes.flatMap(boundIn).map((node) => node.value)])
  const exempt = new Set(nodes.flatMap(exemptIn))
  const wanted = nodes.filter((node) => node.typename === 'Symbol' && !exempt.has(node) && !known.has(node.value))
  const made = { template: new nunjucks.Template(place.text, environment), wanted }
  readied.set(place.text, made)
  return made
}

/** Refuses names that were not given. */
function check(place: Place, wanted: readonly Node[], vars: Readonly<Record<string, unknown>>): void {
  const missing = wanted.find((node) => !Object.hasOwn(vars, String(node.value)))
  if (missing === undefined) return
  const guess = nearest(String(missing.value), Object.keys(vars))
  throw failed(place, missing.lineno + 1, `the variable ${String(missing.value)} is not given${guess === undefined ? '' : `; did you mean ${guess}?`}`)
}

/** The expression that nunjucks' message points at: it names the column in the line, counted from 1, of an expression's end. */
function expressionAt(line: string, column: number): string {
  const expressions = [...line.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/g)]
  return expressions.find((found) => found.index + found[0].length >= column)?.[1] ?? line.trim()
}

/** Where the parser stopped; it does not know for a block that is never closed. */
function lineOf(error: unknown): number | undefined {
  const line = error instanceof Error && 'lineno' in error ? error.lineno : undefined
  return typeof line === 'number' ? line : undefined
}

/** nunjucks' message without its repetition, and with the expression that it leaves out. */
function explained(place: Place, error: unknown): FettleError {
  const message = error instanceof Error ? error.message : String(error)
  const at = /\[Line (\d+), Column (\d+)\]/.exec(message)
  const line = at === null ? lineOf(error) : Number(at[1])
  const what = message.split('\n').at(-1)?.trim().replace(/^(?:\w*Error: )+/, '') ?? message
  if (!what.includes('null or undefined value')) return failed(place, line, what, error)
  return failed(place, line, `${expressionAt(place.text.split('\n')[(line ?? 1) - 1] ?? '', Number(at?.[2] ?? 0))} has no value`, error)
}

/**
 * Renders a Nunjucks template (Jinja's syntax). Nothing is escaped for HTML; a name that is not given is an error wherever it stands, unless the
 * template asks (`is defined`, `default(…)`). Filters besides Nunjucks' own: `json` (optionally with an indent), `uri` (RFC 3986), `shell` (one
 * word of POSIX shell) and `systemd` (one word of a unit's setting). A line that holds only a block tag leaves nothing behind.
 *
 * Templates are code of the project: never render one from elsewhere.
 * @throws FettleError `template-failed` with the template, the line and the variable
 */
export function render(name: string, template: string, vars: Readonly<Record<string, unknown>>): string {
  const place: Place = { name, text: template }
  try {
    const { template: made, wanted } = ready(place)
    check(place, wanted, vars)
    return made.render(vars)
  } catch (error) {
    throw error instanceof FettleError ? error : explained(place, error)
  }
}
