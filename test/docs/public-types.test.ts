import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')
const entries = ['src/index.ts', 'src/kit.ts', 'src/testing.ts'].map((file) => join(root, file))
const program = ts.createProgram(entries, {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  types: ['node'],
})
const checker = program.getTypeChecker()

/** What an import or a re-export stands for. */
const real = (symbol: ts.Symbol): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)

const exportsOf = (file: string): readonly ts.Symbol[] => {
  const source = program.getSourceFile(file)
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  return symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(real)
}

/** Whether a type is exported from the file that declares it: others are parts of one signature. */
const isShared = (declaration: ts.Declaration): boolean =>
  (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) !== 0

/** The types of `src` that a declaration names, in its signature and not in its code. */
function typesIn(declaration: ts.Declaration): readonly ts.Symbol[] {
  const found: ts.Symbol[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || (ts.isExpression(node) && !ts.isFunctionLike(node))) return
    if (ts.isTypeReferenceNode(node)) {
      const symbol = checker.getSymbolAtLocation(node.typeName)
      if (symbol !== undefined) found.push(real(symbol))
    }
    ts.forEachChild(node, visit)
  }
  visit(declaration)
  return found.filter(({ declarations = [] }) =>
    declarations.some(
      (each) => isShared(each) && each.getSourceFile().fileName.startsWith(join(root, 'src')),
    ),
  )
}

/** The types that some exports name and nobody can import. */
function lacking(named: readonly ts.Symbol[], offered: ReadonlySet<ts.Symbol>): readonly string[] {
  const found = named.flatMap((symbol) =>
    (symbol.declarations ?? [])
      .flatMap(typesIn)
      .filter((type) => !offered.has(type))
      .map((type) => `${type.name}, which ${symbol.name} names`),
  )
  return [...new Set(found)]
}

test('every type that an export of fettle names can be imported, those of options from fettle itself', () => {
  const [fettle = [], kit = []] = entries.map(exportsOf)
  expect(lacking(fettle, new Set([...fettle, ...kit]))).toEqual([
    // How a Later was made is for the engine alone.
    'Derivation, which Later names',
  ])
  const options = fettle.filter(({ name }) => name.endsWith('Options'))
  expect(options.length).toBeGreaterThan(20)
  expect(lacking(options, new Set(fettle))).toEqual([])
})

test('every type that an export of fettle/kit or fettle/testing names can be imported', () => {
  const all = entries.flatMap(exportsOf)
  expect(lacking(all, new Set(all))).toEqual(['Derivation, which Later names'])
})
