// src/resources/index.ts: all resources by the names that users write.
import { join } from 'node:path'
import { definingFiles, listed, moduleOf } from './definitions.mjs'

const head = `// Made by \`npm run docs\` from the definitions in this folder: change it there.
/** All resources, by the names that users write. */`

/** The text of the file: `group` is exported as it is, `apt.packages` as a member of `apt`. */
export function resourcesIndex(root) {
  const files = definingFiles(join(root, 'src/resources'))
  const members = files.flatMap(({ path, resources }) =>
    resources
      .filter(({ type }) => type.includes('.'))
      .map((made) => ({ ...made, from: moduleOf(path) })),
  )
  const imports = members.map(({ name, from }) => `import { ${name} } from '${from}'`)
  const families = [...new Set(members.map(familyOf))].map((name) =>
    family(
      name,
      members.filter((each) => familyOf(each) === name),
    ),
  )
  const lines = [head, ...imports, '', ...files.flatMap(reexport), '', ...families]
  return `${lines.join('\n')}\n`
}

const familyOf = ({ type }) => type.split('.')[0]

function reexport({ path, resources, types }) {
  const own = resources.filter(({ type }) => !type.includes('.'))
  const odd = own.find(({ name, type }) => name !== type)
  if (odd !== undefined)
    throw new Error(`${path}: ${odd.name} defines ${odd.type}; both must have one name`)
  const after = `} from '${moduleOf(path)}'`
  if (own.length === 0) return types.length === 0 ? [] : [listed('export type {', types, after)]
  const names = [...own.map(({ name }) => name), ...types.map((name) => `type ${name}`)]
  return [listed('export {', names, after)]
}

function family(name, members) {
  const chapters = [...new Set(members.map(({ chapter }) => chapter))].join(', ')
  const shown = members.map(({ name: constant, type }) => `${type.split('.')[1]}: ${constant}`)
  return `/** ${chapters}. */\n${listed(`export const ${name} = {`, shown, '} as const')}`
}
