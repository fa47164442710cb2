import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  visit,
  type Node,
  type ParsedNode,
  type YAMLError,
} from 'yaml'
import { indentFlow } from './yaml-flow-lines.js'
import { jsonOptions, yamlOptions } from './yaml-scalars.js'

/** An error in a text, and its offset. */
export interface YamlProblem {
  readonly message: string
  readonly offset: number
}

/** A parsed YAML document; with a problem, as far as it could be parsed. */
export interface YamlText {
  readonly root: Node | null
  readonly problem: YamlProblem | null
}

/**
 * Parses a text as PyYAML does, which Ansible uses. The `yaml` package follows YAML 1.2; this works
 * around its differences: brackets and quotes whose lines are indented less than their name, a
 * comment right after a bracket, and a block scalar that ends without a line break.
 */
export function parseYaml(text: string, form: 'yaml' | 'json' = 'yaml'): YamlText {
  const parsed = parsedOnce(text, form)
  if (parsed.problem === null || !isOfIndentation(parsed.problem)) return parsed
  const indented = indentFlow(text)
  const again = parsedOnce(indented.text, form)
  if (again.problem !== null) return parsed
  const shift = (_: unknown, node: Node): void => {
    if (node.range)
      node.range = [
        indented.original(node.range[0]),
        indented.original(node.range[1]),
        indented.original(node.range[2]),
      ]
  }
  if (again.root !== null) visit(again.root, { Node: shift })
  return again
}

function parsedOnce(text: string, form: 'yaml' | 'json'): YamlText {
  const options = form === 'json' ? jsonOptions : yamlOptions
  const { contents, errors, warnings } = parseDocument(text, options)
  const found = [...errors, ...warnings].find((error) => !isAcceptedByPyYaml(error))
  if (contents !== null && !/\n[ \t]*$/.test(text)) endWithoutBreak(contents, text.length)
  if (found === undefined) return { root: contents, problem: null }
  return { root: contents, problem: { message: found.message, offset: found.pos[0] } }
}

/**
 * Whether PyYAML accepts what the parser reports: a `#` without a space before it starts a comment
 * after brackets and quotes, and a closing bracket may stand at the margin.
 */
const isAcceptedByPyYaml = ({ message }: YAMLError): boolean =>
  message.startsWith('Comments must be separated') ||
  message.startsWith('Flow end indicator should be more indented')

const isOfIndentation = ({ message }: YamlProblem): boolean =>
  /^Missing closing ["']quote|must be sufficiently indented/.test(message)

/** Removes the line break that the parser adds to a block scalar at the end of a file. */
function endWithoutBreak(root: ParsedNode, end: number): void {
  const last = lastOf(root)
  if (!isScalar<string>(last) || last.range?.[1] !== end) return
  if (last.type !== Scalar.BLOCK_LITERAL && last.type !== Scalar.BLOCK_FOLDED) return
  last.value = last.value.replace(/\n$/, '')
  if (last.source !== undefined) last.source = last.source.replace(/\n$/, '')
}

function lastOf(node: Node): Node {
  if (!isMap(node) && !isSeq(node)) return node
  const item: unknown = node.items.at(-1)
  const inner = isPair(item) ? (item.value ?? item.key) : item
  return isNode(inner) ? lastOf(inner) : node
}
