// The tables of options.
import ts from 'typescript'
import { oneLine, table } from './markdown.mjs'
import { homeOf, isResource } from './public-api.mjs'

/** Types that are shown with their parameters. */
const generic = ['Record', 'Value', 'Later']

/** Describes types and their members with the help of `api`, a PublicApi. */
export class Options {
  #api

  constructor(api) {
    this.#api = api
  }

  table(type) {
    return table(['option', 'type', 'meaning', 'default'], this.#rows(type, ''))
  }

  /**
   * A type as a reader wants it: without `readonly`, and with types that are not exported spelled
   * out.
   */
  typeText(node) {
    if (ts.isTypeOperatorNode(node)) return this.typeText(node.type)
    if (ts.isUnionTypeNode(node)) return this.#list(node.types, ' | ')
    if (ts.isArrayTypeNode(node)) return `${this.typeText(node.elementType)}[]`
    if (ts.isTypeLiteralNode(node)) return `{ ${this.#memberTexts(node).join(', ')} }`
    if (ts.isFunctionTypeNode(node)) return this.#functionText(node)
    if (ts.isTypeReferenceNode(node)) return this.#referenceText(node)
    return oneLine(node.getText())
  }

  #list(nodes, separator) {
    return nodes.map((each) => this.typeText(each)).join(separator)
  }

  #memberTexts({ members }) {
    return members.map(({ name, type }) => `${name.getText()}: ${this.typeText(type)}`)
  }

  #functionText({ parameters, type }) {
    const names = parameters.map(({ name }) => name.getText())
    return `(${names.join(', ')}) => ${this.typeText(type)}`
  }

  /** The text of a type that is referred to by name. */
  #referenceText(node) {
    const name = node.typeName.getText()
    const parameters = node.typeArguments ?? []
    if (name === 'Readonly') return this.typeText(parameters[0])
    if (generic.includes(name)) return `${name}<${this.#list(parameters, ', ')}>`
    const declaration = this.#api.declarationOf(node.typeName)
    if (ts.isTypeParameterDeclaration(declaration))
      return (declaration.default ?? declaration.constraint).getText()
    if (ts.isTypeAliasDeclaration(declaration) && this.#api.isOurs(declaration.symbol))
      return isReturned(declaration) ? name : this.typeText(declaration.type)
    const isShown = this.#nestedIn(node) === null || this.#api.exported.has(name)
    return isShown ? name : 'object'
  }

  /**
   * The interface behind a type, or a list of it: its members are shown as options of the option.
   * Null for all other types, and for what functions make.
   */
  #nestedIn(node) {
    if (ts.isTypeOperatorNode(node)) return this.#nestedIn(node.type)
    if (ts.isArrayTypeNode(node)) return this.#nestedIn(node.elementType)
    if (!ts.isTypeReferenceNode(node)) return null
    if (!ts.isInterfaceDeclaration(this.#api.declarationOf(node.typeName))) return null
    const type = this.#api.typeOf(node)
    const isMade = isResource(type) || type.symbol.name === 'Task'
    return isMade || !this.#api.isOurs(type.symbol) ? null : type
  }

  /** The rows of a type's members, inherited ones first. */
  #rows(type, prefix) {
    const members = type.getProperties().filter((member) => isShown(member, type))
    const own = members.filter((member) => homeOf(member) === type.symbol)
    const inherited = members.filter((member) => homeOf(member) !== type.symbol)
    return [...inherited, ...own].flatMap((member) => this.#memberRows(member, prefix))
  }

  /** The row of one option, and those of its own options. */
  #memberRows(member, prefix) {
    const [{ type: node, questionToken }] = member.declarations
    const { meaning, fallback } = splitDefault(this.#api.commentOf(member))
    const name = `${prefix}${member.name}`
    const text = this.typeText(node)
    const whenLeftOut = questionToken === undefined ? '**required**' : fallback
    const row = [`\`${name}\``, `\`${text}\``, meaning, whenLeftOut]
    const nested = this.#nestedIn(node)
    if (nested === null) return [row]
    return [row, ...this.#rows(nested, text.endsWith('[]') ? `${name}[].` : `${name}.`)]
  }
}

/** Whether a type is what a resource's function returns: `SshKey`. */
const isReturned = ({ type }) =>
  ts.isTypeReferenceNode(type) && type.typeName.getText() === 'ReturnType'

/** The options of every resource have a chapter of their own. */
const isShown = (member, type) =>
  homeOf(member).name !== 'CommonOptions' || type.symbol.name === 'CommonOptions'

/** What a sentence says about leaving an option out; undefined if it is about something else. */
const fallbackOf = (sentence) => /^(?:Default:?|Left out:) (.*?)\.?$/.exec(sentence)?.[1]

/** Separates the sentences about leaving an option out from the others. */
export function splitDefault(comment) {
  const sentences = oneLine(comment).split(/(?<=[.!?]) (?=[A-Z`])/)
  const fallbacks = sentences.map(fallbackOf).filter((fallback) => fallback !== undefined)
  return {
    meaning: sentences.filter((sentence) => fallbackOf(sentence) === undefined).join(' '),
    fallback: fallbacks.join('; ').replace(/(?<!`)\b(?:true|false)\b(?!`)/g, '`$&`'),
  }
}
