import { parser, type Node } from './nunjucks-parts.js'
import { outOfReach } from './refusal.js'

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'typename' in value

/**
 * The direct children of a node. The block of `{% set x %}…{% endset %}` is missing in nunjucks'
 * `fields`.
 */
export function inner(node: Node): readonly Node[] {
  const fields = node.typename === 'Set' ? [...node.fields, 'body'] : node.fields
  return fields
    .map((field) => node[field])
    .flatMap((child) => (Array.isArray(child) ? (child as readonly unknown[]) : [child]))
    .filter(isNode)
}

/** A node and all nodes below it, parents first. */
export const walk = (node: Node): readonly Node[] => [node, ...inner(node).flatMap(walk)]

/** The names that a node defines: in loops, `set`, macros and their parameters. */
export function boundIn(node: Node): readonly Node[] {
  switch (node.typename) {
    case 'For': {
      const name = node.name as Node
      return name.typename === 'Array' ? inner(name) : [name]
    }
    case 'Set':
      return node.targets as readonly Node[]
    case 'Macro':
    case 'Caller':
      return [node.name as Node, ...inner(node.args as Node).flatMap(argumentNames)]
    default:
      return []
  }
}

function argumentNames(argument: Node): readonly Node[] {
  if (argument.typename !== 'KeywordArgs') return [argument]
  return inner(argument).map((pair) => pair.key as Node)
}

/** Allowed types of nodes. All others are refused, not compiled. */
const known: ReadonlySet<string> = new Set([
  'Root',
  'NodeList',
  'Output',
  'TemplateData',
  'Capture',
  'Block',
  'If',
  'For',
  'Set',
  'Switch',
  'Case',
  'Macro',
  'Caller',
  'Literal',
  'Symbol',
  'Group',
  'Array',
  'Dict',
  'Pair',
  'KeywordArgs',
  'LookupVal',
  'FunCall',
  'Filter',
  'Is',
  'In',
  'InlineIf',
  'Or',
  'And',
  'Not',
  'Compare',
  'CompareOperand',
  'Concat',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'FloorDiv',
  'Mod',
  'Pow',
  'Neg',
  'Pos',
])
const outside: readonly string[] = ['Include', 'Extends', 'Import', 'FromImport']

/**
 * Whether a node is an identifier of JavaScript. Nunjucks also accepts quotes and backslashes, and
 * writes names into its code unescaped.
 */
const isName = ({ typename, value }: Node): boolean =>
  typename === 'Symbol' &&
  typeof value === 'string' &&
  /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(value)

/** The names that every object inherits. */
export const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

const shown = ({ value, typename }: Node): string =>
  typeof value === 'string' ? JSON.stringify(value) : `what stands there (${typename})`

/** What is wrong with one node; undefined where nothing is. */
function faultIn(node: Node): string | undefined {
  const { typename } = node
  if (outside.includes(typename))
    return `a template stands alone: ${typename.replace('FromImport', 'Import').toLowerCase()} cannot be used`
  if (!known.has(typename)) return `${typename} cannot be used`
  // The generated code of a loop writes into the variable `loop`.
  const unfit = boundIn(node).find(
    (name) => !isName(name) || name.value === 'loop' || inherited.has(String(name.value)),
  )
  if (unfit !== undefined) return `${shown(unfit)} cannot be the name of a variable`
  if (typename === 'Symbol') return isName(node) ? undefined : `${shown(node)} is not a name`
  if (typename === 'Is') return faultInTest(node.right as Node)
  if (typename !== 'Dict' && typename !== 'KeywordArgs') return undefined
  const key = inner(node)
    .map((pair) => pair.key as Node)
    .find(({ value }) => typeof value !== 'string' || inherited.has(value) || value === 'toJSON')
  return key === undefined ? undefined : `${shown(key)} cannot be a key`
}

/**
 * A test is a name (or `null`) with one argument at most: nunjucks writes several arguments without
 * commas, so that they become one expression.
 */
function faultInTest(test: Node): string | undefined {
  const isCall = test.typename === 'FunCall'
  const name = isCall ? (test.name as Node) : test
  if (!isName(name) && !(name.typename === 'Literal' && name.value === null))
    return `${shown(name)} is not the name of a test`
  if (!isCall || inner(test.args as Node).length <= 1) return undefined
  return `the test ${String(name.value)} takes one argument`
}

/**
 * Parses and checks a template. Nunjucks' compiler trusts its parser and writes some parts of the
 * tree into its code unescaped, so whatever could inject code is refused here.
 * @returns the root, and every node below it
 * @throws Refusal for what a template may not contain, or what the parser throws
 */
export function parse(
  text: string,
  options: object,
): { readonly root: Node; readonly nodes: readonly Node[] } {
  const root = parser.parse(text, [], options)
  const nodes = walk(root)
  for (const node of nodes) {
    const fault = faultIn(node)
    if (fault !== undefined)
      throw outOfReach(fault, typeof node.lineno === 'number' ? node.lineno + 1 : undefined)
  }
  return { root, nodes }
}
