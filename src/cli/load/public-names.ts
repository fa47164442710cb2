import { definitionsIn } from '../../core/definition.js'
import { guardOf, withKnownNames, type Names } from '../../core/names/known-names.js'
import { ExampleNames } from '../../core/names/example-names.js'

/** The modules with which a definition's text about Ansible begins, without their collections. */
function modulesIn(ansible = ''): readonly string[] {
  const [list = ''] = /^(?:`[\w.]+`(?:, )?)+/.exec(ansible) ?? []
  return list.match(/\w+(?=`)/g) ?? []
}

/** What resources offer for the modules of Ansible, by their names there where ours differ. */
export function insteadOfModules(exports: object): ReadonlyMap<string, string> {
  const definitions = definitionsIn(exports)
  const ours = new Set(definitions.map(({ type }) => type))
  const found = definitions.flatMap(({ type, ansible }) =>
    modulesIn(ansible).map((module) => [module, type] as const),
  )
  return new Map(found.filter(([module]) => !ours.has(module)))
}

/**
 * Ansible modules that edit parts of a file. Fettle has no counterpart, because it manages whole
 * files.
 */
const partsOfFiles: ReadonlySet<string> = new Set([
  'blockinfile',
  'ini_file',
  'lineinfile',
  'replace',
])

function alternativeTo(name: string, exports: object): string | null {
  const module = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  if (partsOfFiles.has(module))
    return `for Ansible's ${module} there is file(…), which manages the whole file, with content or template`
  const found = insteadOfModules(exports).get(module)
  return found === undefined ? null : `what Ansible's ${module} does is ${found}(…)`
}

const remedy = 'import what there is: docs/resources.md lists it, with what Ansible calls it'

/** The names of a group of functions, such as `apt`, or of a module's exports. */
const namesIn = (made: object, path: string, exports: object): Names =>
  Object.assign(new ExampleNames(() => [made], path, remedy), {
    instead: (name: string) => alternativeTo(name, exports),
  })

/** Fettle's own modules, by the names that the project's files import them with. */
export interface OwnModules {
  readonly fettle: object
  readonly 'fettle/kit': object
}

export const isOwnModule = (name: string): name is keyof OwnModules =>
  name === 'fettle' || name === 'fettle/kit'

/**
 * A module as the project's files import it: all exports, with an error for an unknown name that
 * points to the line using it. `__esModule` makes `import fettle` and `import * as fettle` work,
 * too.
 */
export function publicModule(module: string, exports: object): object {
  const groups = Object.entries(exports).map(
    ([name, value]: readonly [string, unknown]) =>
      [name, withNameErrors(`${module}.${name}`, value, exports)] as const,
  )
  const made = Object.fromEntries(groups)
  Object.setPrototypeOf(made, guardOf(namesIn(made, module, exports), made))
  return Object.defineProperties(made, { __esModule: { value: true }, default: { value: made } })
}

const withNameErrors = (path: string, value: unknown, exports: object): unknown =>
  isGroup(value) ? withKnownNames(value, namesIn(value, path, exports)) : value

/** Groups of functions, such as `apt` and `git`. */
const isGroup = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((member) => typeof member === 'function')
