// The exports of src/index.ts, as TypeScript's compiler sees them.
import { join } from 'node:path'
import ts from 'typescript'
import { definitionOf, memberOf, textIn } from './definitions.mjs'

/** Answers the pages' questions about the sources, with TypeScript's compiler. */
export class PublicApi {
  #root
  #checker
  /** The compiler's program. */
  program
  /** Types and values by their names. */
  exported
  /** Every function, by the name that users write, such as `mysql.user`; see `#functionOf`. */
  functions = new Map()

  constructor(root) {
    this.#root = root
    this.program = ts.createProgram([join(root, 'src/index.ts')], compilerOptions(root))
    this.#checker = this.program.getTypeChecker()
    const index = this.#checker.getSymbolAtLocation(this.sourceFile('src/index.ts'))
    const symbols = this.#checker.getExportsOfModule(index)
    this.exported = new Map(symbols.map((symbol) => [symbol.name, this.#real(symbol)]))
    for (const [name, symbol] of this.exported) {
      const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0
      if (isValue && this.isOurs(symbol)) this.#collect(name, symbol)
    }
  }

  sourceFile(path) {
    return this.program.getSourceFile(join(this.#root, path))
  }

  /** Whether something is declared in src/, and not by a library. */
  isOurs(symbol) {
    const file = symbol.declarations?.[0].getSourceFile().fileName
    return file?.startsWith(join(this.#root, 'src/')) === true
  }

  typeOf(node) {
    return this.#checker.getTypeAtLocation(node)
  }

  typeNamed(name) {
    return this.#checker.getDeclaredTypeOfSymbol(this.exported.get(name))
  }

  /** The declaration that an identifier refers to. */
  declarationOf(name) {
    return this.#real(this.#checker.getSymbolAtLocation(name)).declarations[0]
  }

  /** The doc comment of a symbol or a signature. */
  commentOf(documented) {
    return ts.displayPartsToString(documented.getDocumentationComment(this.#checker))
  }

  /** Resolves an import or a re-export. */
  #real(symbol) {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
    return isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol
  }

  /** Records a function, and those that are its members. */
  #collect(name, symbol) {
    const type = this.#checker.getTypeOfSymbol(symbol)
    if (type.getConstructSignatures().length > 0) return
    const made = this.#functionOf(symbol, type.getCallSignatures())
    if (made !== null) this.functions.set(name, made)
    if (made?.isResource === true) return
    for (const member of type.getProperties()) this.#collect(`${name}.${member.name}`, member)
  }

  /**
   * What the reference says of a function: its chapter, what Ansible has, its parameters, the type
   * of its options, its texts, and the values that it offers.
   */
  #functionOf(symbol, signatures) {
    const [signature] = signatures
    if (signature === undefined) return null
    const declaration = this.#constantOf(symbol)
    const definition = definitionOf(declaration)
    if (definition !== null) return this.#resourceOf(declaration, definition, signature)
    const tags = signature.getJsDocTags()
    const tagged = (name) => textOf(tags.find((tag) => tag.name === name))
    return {
      isResource: false,
      chapter: tagged('chapter'),
      ansible: tagged('ansible') ?? '',
      calls: signatures.map(({ declaration: { parameters } }) => parametersOf(parameters)),
      texts: signatures.flatMap((each) => [this.commentOf(each), ...failuresOf(each)]),
      example: tagged('example'),
      options: optionsOf(signature.declaration, (node) => this.#shapeOf(node)),
      offers: [],
      declaration: signature.declaration,
    }
  }

  /** The type of a parameter; of a generic one what it extends. */
  #shapeOf(node) {
    const type = this.#checker.getNonNullableType(this.typeOf(node))
    return this.#checker.getBaseConstraintOfType(type) ?? type
  }

  /** The same of a resource, from its definition. */
  #resourceOf(declaration, definition, signature) {
    const options = this.typeOf(memberOf(definition, 'options').typeArguments[0])
    const labels = memberOf(definition, 'arguments')?.typeArguments[0].elements ?? []
    const isOptional = options.getProperties().every(({ flags }) => flags & ts.SymbolFlags.Optional)
    const symbol = this.#checker.getSymbolAtLocation(declaration.name)
    return {
      isResource: true,
      chapter: textIn(definition, 'chapter'),
      ansible: textIn(definition, 'ansible') ?? '',
      calls: [[...labels.map(({ name }) => name.text), isOptional ? 'options?' : 'options']],
      texts: [this.commentOf(symbol), ...failuresOf(symbol)],
      options: options.symbol.name === 'CommonOptions' ? undefined : options,
      offers: this.#offersOf(signature.getReturnType()),
      declaration,
    }
  }

  /** The values that a resource offers to other resources: `.publicKey`. */
  #offersOf(type) {
    const own = type.getProperties().filter((member) => homeOf(member).name !== 'Resource')
    return own.map((member) => ({
      name: member.name,
      type: this.#checker.typeToString(this.#checker.getTypeOfSymbol(member)),
      text: this.commentOf(member),
    }))
  }

  /** The declaration behind a name, also where an object holds it: `{ packages: aptPackages }`. */
  #constantOf({ valueDeclaration }) {
    if (valueDeclaration === undefined || !ts.isPropertyAssignment(valueDeclaration))
      return valueDeclaration
    const { initializer } = valueDeclaration
    return ts.isIdentifier(initializer) ? this.declarationOf(initializer) : valueDeclaration
  }
}

const textOf = (tag) => tag && ts.displayPartsToString(tag.text)

const failuresOf = (documented) =>
  documented
    .getJsDocTags()
    .filter((tag) => tag.name === 'throws')
    .map((tag) => `Fails with ${textOf(tag).replace('FettleError ', '')}.`)

/** How a function is called: the names of its parameters, or that it is a tag. */
function parametersOf(parameters) {
  if (parameters[0].type.getText() === 'TemplateStringsArray') return null
  return parameters.map(parameterText)
}

function parameterText({ name, questionToken, initializer }) {
  const isOptional = questionToken !== undefined || initializer !== undefined
  const shown = ts.isIdentifier(name) ? name.text : 'options'
  return isOptional ? `${shown}?` : shown
}

function optionsOf({ parameters }, typeOf) {
  const options = parameters.find((each) => parameterText(each).startsWith('options'))
  return options && typeOf(options)
}

function compilerOptions(root) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined }
  return ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), {}, host).options
}

/** The interface that a member is declared in. */
export const homeOf = (member) => member.declarations[0].parent.symbol

/** Whether a type is a resource. */
export const isResource = (type) => type.getProperty('reads') !== undefined
