import { compiler, type AnyFunction, type Node } from './nunjucks-parts.js'
import type { Root } from './runtime.js'
import { inner } from './syntax.js'

const statements: readonly string[] = ['Output', 'For', 'If', 'Set', 'Switch']

/**
 * The called expression as error messages show it. It becomes part of the generated code, so it
 * consists of plain names only.
 */
function callee(node: Node): string {
  if (node.typename === 'Symbol') return String(node.value)
  if (node.typename !== 'LookupVal') return '(…)'
  const { value } = node.val as Node
  const isName = typeof value === 'string' && /^\w+$/.test(value)
  const member = isName ? `.${value}` : '[…]'
  return `${callee(node.target as Node)}${member}`
}

/** For expressions that make something: the method of `Rendering` that counts it. */
const counting: Readonly<Record<string, string>> = {
  Add: 'made',
  Concat: 'made',
  Array: 'composite',
  Dict: 'composite',
}

/**
 * Nunjucks' compiler, extended by calls of the `Rendering`: at each line, around expressions that
 * make something, and around what loops iterate over.
 */
class GuardedCompiler extends compiler.Compiler {
  readonly #loops: ReadonlyMap<unknown, Node>

  constructor(nodes: readonly Node[]) {
    super('template', true)
    this.#loops = new Map(
      nodes.filter(({ typename }) => typename === 'For').map((loop) => [loop.arr, loop]),
    )
  }

  override compile(node: Node, frame?: unknown): void {
    if (statements.includes(node.typename))
      this._emit(`runtime.line = ${String(node.lineno + 1)};\n`)
    if (node.typename === 'Output') this._emit(`runtime.wrote(${String(writtenIn(node))});\n`)
    const loop = this.#loops.get(node)
    const method = counting[node.typename]
    if (loop !== undefined) this._emit('runtime.loop(')
    if (method !== undefined) this._emit(`runtime.${method}(`)
    super.compile(node, frame)
    if (method !== undefined) this._emit(')')
    if (loop !== undefined) this._emit(`, ${String(namesOf(loop))})`)
  }

  override _getNodeName(node: Node): string {
    return callee(node)
  }
}

function writtenIn(output: Node): number {
  const texts = inner(output).filter(({ typename }) => typename === 'TemplateData')
  return texts.reduce((sum, { value }) => sum + String(value).length, 0)
}

function namesOf(loop: Node): number {
  const name = loop.name as Node
  return name.typename === 'Array' ? inner(name).length : 1
}

/** A template compiled to functions. */
export interface Code {
  readonly root: Root
  readonly blocks: ReadonlyMap<string, Root>
}

/** Compiles a syntax tree that `parse` has accepted. */
export function codeOf({
  root,
  nodes,
}: {
  readonly root: Node
  readonly nodes: readonly Node[]
}): Code {
  const guarded = new GuardedCompiler(nodes)
  guarded.compile(root)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- nunjucks renders no other way; GuardedCompiler wrote the code
  const made = (new Function(guarded.getCode()) as AnyFunction)() as Readonly<Record<string, Root>>
  const { root: whole, ...blocks } = made
  if (whole === undefined) throw new TypeError('nunjucks made no code')
  return {
    root: whole,
    blocks: new Map(
      Object.entries(blocks).map(([name, block]) => [name.slice('b_'.length), block]),
    ),
  }
}
