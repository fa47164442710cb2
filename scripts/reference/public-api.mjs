// The exports of src/index.ts, as TypeScript's compiler sees them.
import { join } from 'node:path'
import ts from 'typescript'

/** Answers the pages' questions about the sources, with TypeScript's compiler. */
export class PublicApi {
  #root
  #checker
  /** The compiler's program. */
  program
  /** Types and values by their names. */
  exported
  /** The signatures of every function, by the name that users write, such as `mysql.user`. */
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
      if (isValue && this.isOurs(symbol)) this.#collect(name, this.#checker.getTypeOfSymbol(symbol))
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
  #collect(name, type) {
    if (type.getConstructSignatures().length > 0) return
    const signatures = type.getCallSignatures()
    if (signatures.length > 0) this.functions.set(name, signatures)
    for (const member of type.getProperties())
      this.#collect(`${name}.${member.name}`, this.#checker.getTypeOfSymbol(member))
  }
}

function compilerOptions(root) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined }
  return ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), {}, host).options
}

/** The interface that a member is declared in. */
export const homeOf = (member) => member.declarations[0].parent.symbol

/** Whether a type is a resource. */
export const isResource = (type) => type.getProperty('reads') !== undefined
