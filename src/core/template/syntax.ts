import { parser, type Node } from './nunjucks-parts.js'
import { outOfReach } from './refusal.js'

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'typename' in value

/**
 * The nodes directly in a node. Nunjucks counts the block of `{% set x %}…{% endset %}` not among
 * its `fields`.
 */
export function inner(node: Node): readonly Node[] {
  const fields = node.typename === 'Set' ? [...node.fields, 'body'] : node.fields
  return fields
    .map((field) => node[field])
    .flatMap((child) => (Array.isArray(child) ? (child as readonly unknown[]) : [child]))
    .filter(isNode)
}

/** Every node, parents before children. */
export const walk = (node: Node): readonly Node[] => [node, ...inner(node).flatMap(walk)]

/** Names at the places where a template makes them: loops, `set`, macros and their arguments. */
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

/** Nodes that a template may be made of. What is not among them is not written as code. */
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
 * A name as JavaScript has it: nunjucks takes quotes and backslashes for letters too, and puts
 * names into its code as they are.
 */
const isName = ({ typename, value }: Node): boolean =>
  typename === 'Symbol' &&
  typeof value === 'string' &&
  /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(value)

/** What every object has. */
export const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

const shown = ({ value, typename }: Node): string =>
  typeof value === 'string' ? JSON.stringify(value) : `what stands there (${typename})`

/** What is wrong with one node; undefined: nothing. */
function faultIn(node: Node): string | undefined {
  const { typename } = node
  if (outside.includes(typename))
    return `a template stands alone: ${typename.replace('FromImport', 'Import').toLowerCase()} cannot be used`
  if (!known.has(typename)) return `${typename} cannot be used`
  // Each turn of a loop writes into what is named `loop`.
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
 * A test is a name (or `null`) with one argument at most: nunjucks writes several without a comma
 * between them, as parts of one expression.
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
 * Reads a template. Nunjucks' compiler trusts the tree that its parser makes, so what it would
 * write into its code unchanged is refused here.
 * @returns the root, and every node below it
 * @throws Refusal for what a template may not hold, or what the parser throws
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
