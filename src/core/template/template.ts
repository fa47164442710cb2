import { FettleError } from '../errors.js'
import { messageOf } from '../error-message.js'
import { suggestion } from '../names/nearest.js'
import type { Node } from './nunjucks-parts.js'
import { scrub } from '../scrub/scrub.js'
import { codeOf, type Code } from './code.js'
import { withSeparators, limits, Meter, NeedsWatch, timed } from './limits.js'
import { TemplateRefusal } from './refusal.js'
import { NoValue, Rendering } from './runtime.js'
import { boundIn, inner, parse, walk } from './syntax.js'

const options = { trimBlocks: true, lstripBlocks: true }

/** Names that every template can use. */
const known: readonly unknown[] = ['range', 'cycler', 'joiner', 'loop', 'caller']

/**
 * Symbols that need not be defined: names of filters, tests and keywords, and operands of
 * `is defined` and `default()`, which ask whether something is.
 */
function exemptIn(node: Node): readonly Node[] {
  switch (node.typename) {
    case 'Filter': {
      const name = node.name as Node
      if (name.value !== 'default' && name.value !== 'd') return [name]
      return [name, ...inner(node.args as Node).slice(0, 1)]
    }
    case 'Is': {
      const test = node.right as Node
      const names = [test, ...walk(test).filter((part) => part.typename === 'Symbol')]
      const name = testName(node)
      if (name !== 'defined' && name !== 'undefined') return names
      return [...names, node.left as Node]
    }
    case 'Pair':
      return [node.key as Node]
    case 'Block':
      return [node.name as Node]
    default:
      return []
  }
}

const testName = (node: Node): unknown =>
  (node.right as Node).value ?? ((node.right as Node).name as Node | undefined)?.value

interface TemplateText {
  readonly name: string
  readonly text: string
}

function failed(
  { name }: TemplateText,
  line: number | undefined,
  what: string,
  details: { readonly cause?: unknown; readonly remedy?: string } = {},
): FettleError {
  const place = line === undefined ? name : `${name}:${String(line)}`
  return new FettleError('template-failed', {
    address: place,
    message: `template ${place}: ${scrub(what)}`,
    ...details,
  })
}

/** A parsed and compiled template. */
interface CompiledTemplate extends Code {
  /**
   * The symbols that must be given as variables, also those in branches that would not be taken.
   */
  readonly required: readonly Node[]
}

/**
 * Memoised by text: compiling takes a hundred times as long as rendering, and all hosts have the
 * same templates.
 */
const compiledTemplates = new Map<string, CompiledTemplate>()

/** Compiles a template, and refuses one that accesses more than its data. */
function compile(text: string): CompiledTemplate {
  const before = compiledTemplates.get(text)
  if (before !== undefined) return before
  const made = timed(() => {
    const syntax = parse(text, options)
    const bound = new Set([...known, ...syntax.nodes.flatMap(boundIn).map((node) => node.value)])
    const exempt = new Set(syntax.nodes.flatMap(exemptIn))
    const required = syntax.nodes.filter(
      (node) => node.typename === 'Symbol' && !exempt.has(node) && !bound.has(node.value),
    )
    return { ...codeOf(syntax), required }
  })
  compiledTemplates.set(text, made)
  return made
}

/** Refuses variables that were not given. */
function checkVariables(
  place: TemplateText,
  required: readonly Node[],
  vars: Readonly<Record<string, unknown>>,
): void {
  const missing = required.find((node) => !Object.hasOwn(vars, String(node.value)))
  if (missing === undefined) return
  const name = String(missing.value)
  const hint = suggestion(name, Object.keys(vars))
  throw failed(place, missing.lineno + 1, `the variable ${name} is not given${hint}`)
}

/**
 * Renders without a time limit first, because most renderings take less time than the watchdog
 * needs to start. A long one is restarted with it; rendering has no side effects.
 */
function rendered(
  { root, blocks }: CompiledTemplate,
  vars: Readonly<Record<string, unknown>>,
): string {
  try {
    return new Rendering(vars, new Meter(false), blocks).run(root)
  } catch (error) {
    if (!(error instanceof NeedsWatch)) throw error
  }
  const watched = new Rendering(vars, new Meter(true), blocks)
  try {
    return timed(() => watched.run(root))
  } catch (error) {
    throw watched.placed(error)
  }
}

/** The expression that ends at a column (from 1) of a line. */
function expressionAt(line: string, column: number): string {
  const expressions = [...line.matchAll(/\{\{-?(.*?)-?\}\}/g)]
  const found = expressions.find(({ 0: whole, index }) => index + whole.length >= column)
  return found?.[1]?.trim() ?? line.trim()
}

/** The line where the parser stopped. It gives none for a block that is never closed. */
function lineOf(error: unknown): number | undefined {
  const line = error instanceof Error && 'lineno' in error ? error.lineno : undefined
  return typeof line === 'number' ? line : undefined
}

/** Errors of V8 in the words of a template's author. */
const v8Errors: ReadonlyMap<string, string> = new Map([
  ['Maximum call stack size exceeded', 'it is nested too deeply'],
  [
    'Invalid string length',
    `it makes a text of more than ${withSeparators(limits.characters)} characters`,
  ],
])

/** The error of a template, with its place. */
function explained(place: TemplateText, error: unknown): FettleError {
  if (error instanceof TemplateRefusal)
    return failed(place, error.line, error.message, { remedy: error.remedy })
  if (error instanceof NoValue) {
    const line = place.text.split('\n')[error.line - 1] ?? ''
    return failed(place, error.line, `${expressionAt(line, error.column)} has no value`)
  }
  const message = messageOf(error)
  return failed(
    place,
    lineOf(error),
    v8Errors.get(message) ?? message.split('\n').at(-1) ?? message,
    {
      cause: error,
    },
  )
}

/**
 * Renders a Nunjucks template (Jinja's syntax). Nothing is escaped for HTML. A name that is not
 * given is an error wherever it stands, unless the template asks for it (`is defined`,
 * `default(…)`). Filters besides Nunjucks' own: `json` (optionally with an indent), `uri` (RFC
 * 3986), `shell` (one word of POSIX shell) and `systemd` (one word of a unit's setting). A line
 * with only a block tag leaves nothing behind.
 *
 * A template reads data: own members of plain objects, lists and texts, and methods that change
 * nothing. It can call its macros, `range`, `cycler` and `joiner`, but no function of JavaScript or
 * of the project. What it makes is limited (`limits`).
 * @throws FettleError `template-failed` with the template, the line and the variable
 */
export function render(
  name: string,
  template: string,
  vars: Readonly<Record<string, unknown>>,
): string {
  const place: TemplateText = { name, text: template }
  try {
    const made = compile(template)
    checkVariables(place, made.required, vars)
    return rendered(made, vars)
  } catch (error) {
    if (error instanceof FettleError) throw error
    throw explained(place, error)
  }
}
