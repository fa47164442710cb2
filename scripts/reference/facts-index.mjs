// src/facts/index.ts: all kinds of facts, for `fettle/kit`.
import { join } from 'node:path'
import ts from 'typescript'
import { filesIn, listed, moduleOf } from './definitions.mjs'

const head = `// Made by \`npm run docs\` from the constants \`…Fact\` in this folder: change it there.
/** All kinds of facts, with the types of their keys and values. */`

/** The text of the file: the kinds of each file, with its types that they name. */
export const factsIndex = (root) =>
  `${[head, ...filesIn(join(root, 'src/facts')).flatMap(reexport)].join('\n')}\n`

function reexport({ path, constants, types }) {
  const kinds = constants.filter(({ name }) => /Fact$/.test(name.getText()))
  if (kinds.length === 0) return []
  const names = kinds.map(({ name }) => name.getText())
  const shown = namedBy(kinds, types).map((name) => `type ${name}`)
  return [listed('export {', [...names, ...shown], `} from '${moduleOf(path)}'`)]
}

/** The types in `shellFact<Key, Value>({ … })` or `… as ShellFactKind<Key, Value>`, and in these types. */
function namedBy(kinds, types) {
  const declarations = new Map(types.map((each) => [each.name.text, each]))
  const found = new Set()
  const visit = (node) => {
    const name = ts.isTypeReferenceNode(node) ? node.typeName.getText() : ''
    if (declarations.has(name) && !found.has(name)) {
      found.add(name)
      visit(declarations.get(name))
    }
    node.forEachChild(visit)
  }
  for (const { initializer } of kinds)
    (initializer.typeArguments ?? initializer.type?.typeArguments ?? []).forEach(visit)
  return [...found].sort()
}
