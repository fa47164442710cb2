// The definitions of resources in src/resources: `export const group = resource({ … })`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A member of an object literal, by its name; undefined where there is none. */
export const memberOf = (object, name) =>
  object.properties.find((each) => each.name?.getText() === name)?.initializer

/** The object that defines what a constant holds; null for all other constants. */
export function definitionOf(declaration) {
  if (!ts.isVariableDeclaration(declaration)) return null
  const { initializer } = declaration
  if (initializer === undefined || !ts.isCallExpression(initializer)) return null
  const isResource = initializer.expression.getText() === 'resource'
  return isResource ? initializer.arguments[0] : null
}

/** The text of a string in a definition; undefined where there is none. */
export function textIn(definition, name) {
  const value = memberOf(definition, name)
  const hasIt = definition.properties.some((each) => each.name?.getText() === name)
  if (!hasIt) return undefined
  if (value !== undefined && ts.isStringLiteralLike(value)) return value.text
  throw new Error(`${definition.getSourceFile().fileName}: ${name} must be a string as it stands`)
}

/** Every file of a folder that defines resources: `{ path, constants, types }`, by its path. */
export function definingFiles(folder) {
  const paths = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.ts'))
  return paths
    .sort()
    .map((path) => ({ path, ...exportsOf(parse(join(folder, path))) }))
    .filter(({ constants }) => constants.length > 0)
}

const parse = (file) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)

/** The resources that a file exports, `{ name, type, chapter }`, and the names of its types. */
function exportsOf({ statements }) {
  const exported = statements.filter((each) =>
    each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  )
  const declared = exported
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
  const isType = (each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)
  const passedOn = statements.filter((each) => ts.isExportDeclaration(each) && each.isTypeOnly)
  return {
    constants: declared.flatMap((each) => {
      const definition = definitionOf(each)
      if (definition === null) return []
      const [type, chapter] = [textIn(definition, 'type'), textIn(definition, 'chapter')]
      return [{ name: each.name.getText(), type, chapter }]
    }),
    types: [...exported.filter(isType), ...passedOn.flatMap((each) => each.exportClause.elements)]
      .map(({ name }) => name.text)
      .sort(),
  }
}
