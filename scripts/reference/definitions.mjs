// What the files of a folder export, and the definitions of resources among it:
// `export const group = resource({ … })`.
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

/** Every file of a folder that defines resources: `{ path, resources, types }`, by its path. */
export const definingFiles = (folder) =>
  filesIn(folder)
    .map(({ path, constants, types, passedOn }) => ({
      path,
      resources: constants.flatMap(defined),
      types: [...types, ...passedOn].map(({ name }) => name.text).sort(),
    }))
    .filter(({ resources }) => resources.length > 0)

/** The resource that a constant defines, `{ name, type, chapter }`, in a list. */
function defined(constant) {
  const definition = definitionOf(constant)
  if (definition === null) return []
  const [type, chapter] = [textIn(definition, 'type'), textIn(definition, 'chapter')]
  return [{ name: constant.name.getText(), type, chapter }]
}

/**
 * Every file of a folder by its path, with the declarations of the constants and types that it
 * exports, and the types of others that it passes on.
 */
export const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path, ...exportsOf(parse(join(folder, path))) }))

const parse = (file) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)

function exportsOf({ statements }) {
  const exported = statements.filter((each) =>
    each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  )
  const isType = (each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)
  const passing = statements.filter((each) => ts.isExportDeclaration(each) && each.isTypeOnly)
  return {
    constants: exported
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations),
    types: exported.filter(isType),
    passedOn: passing.flatMap(({ exportClause }) => exportClause.elements),
  }
}

/** How an index imports a file beside it. */
export const moduleOf = (path) => `./${path.replace(/\.ts$/, '.js')}`

/** A list on one line, or on a line each, as the formatter would have it. */
export function listed(before, items, after) {
  const line = `${before} ${items.join(', ')} ${after}`
  return line.length <= 100
    ? line
    : [before, ...items.map((item) => `  ${item},`), after].join('\n')
}
