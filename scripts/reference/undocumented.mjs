// What has no doc comment.
import { relative } from 'node:path'
import ts from 'typescript'
import { splitDefault } from './options.mjs'
import { homeOf, isResource } from './public-api.mjs'

/**
 * The options that have no doc comment, or one about their default alone, as sentences with their
 * places: those of every public function, and of the objects in them.
 */
export function undocumentedOptions(root, api) {
  const found = new Set()
  const lacking = []

  const visit = (type, path) => {
    for (const member of type.getProperties()) {
      const [declaration] = member.declarations
      if (found.has(declaration)) continue
      found.add(declaration)
      const home = homeOf(member).name
      const name = `${home === '__type' ? path : home}.${member.name}`
      if (splitDefault(api.commentOf(member)).meaning === '')
        lacking.push(
          `${placeOf(root, declaration)}: ${name} has no doc comment that says what it does`,
        )
      for (const node of objectsIn(declaration.type, api)) visit(api.typeOf(node), name)
    }
  }

  const optionTypes = [...api.functions.values()].map(({ options }) => options)
  for (const type of [api.typeNamed('CommonOptions'), ...optionTypes])
    if (type !== undefined) visit(type, type.symbol.name)
  return lacking
}

/** The objects in a type: in lists, unions and parameters of other types, but not in functions. */
function objectsIn(node, api) {
  if (node === undefined || ts.isFunctionTypeNode(node)) return []
  if (ts.isTypeLiteralNode(node)) return [node]
  const below = []
  if (ts.isTypeReferenceNode(node)) below.push(...referredBy(node, api))
  node.forEachChild((child) => void below.push(...objectsIn(child, api)))
  return below
}

/** The objects behind the name of a type. */
function referredBy(node, api) {
  const declaration = api.declarationOf(node.typeName)
  if (!api.isOurs(declaration.symbol)) return []
  if (ts.isTypeAliasDeclaration(declaration)) return objectsIn(declaration.type, api)
  return ts.isInterfaceDeclaration(declaration) && !isResource(api.typeOf(node)) ? [node] : []
}

function placeOf(root, node) {
  const file = node.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(node.getStart())
  return `${relative(root, file.fileName)}:${line + 1}`
}
