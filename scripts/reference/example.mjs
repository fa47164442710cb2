// The documented example of a resource, from its table of cases.
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { memberOf } from './definitions.mjs'

/** Columns of a line of code. */
const width = 110

/**
 * The example of a table of cases as a user would write it: with public names, preceded by the
 * resources that it uses, and with constants replaced by their values. A Secret becomes the one of
 * that name in the environment. Null where there is no table.
 * @param publicNames by the names of the functions in their own files
 */
export function exampleOf(file, publicNames) {
  if (!existsSync(file)) return null
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const constants = constantsOf(source)
  const call = exampleCall(file, constants)
  const writer = new ExampleWriter(source, constants, publicNames)
  const text = writer.call(call)
  return [...writer.resources.values(), text].join('')
}

/** The initial values of a file's constants by their names. */
function constantsOf(source) {
  const declared = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
  return new Map(declared.map(({ name, initializer }) => [name.getText(), initializer]))
}

/** The call in the row that is marked as the example. */
function exampleCall(file, constants) {
  const row = constants
    .get('cases')
    .elements.filter(ts.isObjectLiteralExpression)
    .find((each) => memberOf(each, 'example') !== undefined)
  const given = memberOf(row, 'resource')
  const made = ts.isIdentifier(given) ? constants.get(given.text) : given
  if (made.body === undefined)
    throw new Error(`${file}: write the example's resource in its row, not as ${given.getText()}`)
  return made.body
}

/** Writes nodes of a table of cases as a user would. */
class ExampleWriter {
  #source
  #constants
  #publicNames
  /** The statements that create the resources used, by their names. */
  resources = new Map()

  constructor(source, constants, publicNames) {
    this.#source = source
    this.#constants = constants
    this.#publicNames = publicNames
  }

  /** A call, with one option a line if it is long. */
  call(node) {
    const text = this.#write(node)
    const options = node.arguments.at(-1)
    if (text.length <= width || !ts.isObjectLiteralExpression(options)) return text
    const first = node.arguments.slice(0, -1).map((each) => `${this.#write(each)}, `)
    const rows = options.properties.map((each) => `  ${this.#write(each)},\n`)
    return [this.#write(node.expression), '(', ...first, '{\n', ...rows, '})'].join('')
  }

  #write(node) {
    if (ts.isIdentifier(node) && !isNameOfMember(node)) return this.#name(node.text)
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node.name.text)
    if (ts.isNewExpression(node) && node.expression.getText() === 'Secret')
      return `env.secret(${node.arguments[0].getText()})`
    return this.#children(node)
  }

  /** `{ a }`, or `{ a: value }` if `a` is replaced by another text. */
  #shorthand(name) {
    const value = this.#name(name)
    return value === name ? name : `${name}: ${value}`
  }

  /** A node's own text, with its children rewritten. */
  #children(node) {
    let text = ''
    let end = node.getStart()
    node.forEachChild((child) => {
      text += this.#source.text.slice(end, child.getStart()) + this.#write(child)
      end = child.getEnd()
    })
    return text + this.#source.text.slice(end, node.getEnd())
  }

  #name(name) {
    const constant = this.#constants.get(name)
    if (constant === undefined) return this.#publicNames.get(name) ?? name
    const isResource =
      ts.isCallExpression(constant) && this.#publicNames.has(constant.expression.getText())
    if (!isResource) return this.#write(constant)
    this.resources.set(name, `const ${name} = ${this.#write(constant)}\n`)
    return name
  }
}

/**
 * Whether an identifier is a member's name (`a` in `{ a: 1 }` and in `b.a`), and not a variable.
 */
function isNameOfMember(node) {
  const { parent } = node
  const hasName = ts.isPropertyAssignment(parent) || ts.isPropertyAccessExpression(parent)
  return hasName && parent.name === node
}
