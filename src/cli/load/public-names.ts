import { guardOf, withKnownNames, type Names } from '../../core/names/known-names.js'
import { ExampleNames } from '../../core/names/example-names.js'

/** What Fettle offers for the modules of Ansible, by their names there. */
export const insteadOfModules: Readonly<Record<string, string>> = {
  apt: 'apt.packages',
  copy: 'file',
  git: 'git.checkout',
  github_deploy_key: 'github.deployKey',
  github_webhook: 'github.webhook',
  known_hosts: 'knownHost',
  mysql_db: 'mysql.database',
  mysql_user: 'mysql.user',
  openssh_keypair: 'sshKey',
  package: 'apt.packages',
  pip: 'python.venv',
  service: 'systemd.service',
  shell: 'command',
  systemd: 'systemd.service',
  systemd_service: 'systemd.service',
  template: 'file',
  uri: 'check.http',
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

function alternativeTo(name: string): string | null {
  const module = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  if (partsOfFiles.has(module))
    return `for Ansible's ${module} there is file(…), which manages the whole file, with content or template`
  const found = Object.hasOwn(insteadOfModules, module) ? insteadOfModules[module] : undefined
  return found === undefined ? null : `what Ansible's ${module} does is ${found}(…)`
}

const remedy = 'import what there is: docs/resources.md lists it, with what Ansible calls it'

/** The names of a group of functions, such as `apt`, and of the module's exports. */
const namesIn = (made: object, path: string): Names =>
  Object.assign(new ExampleNames(() => [made], path, remedy), { instead: alternativeTo })

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
      [name, withNameErrors(`${module}.${name}`, value)] as const,
  )
  const made = Object.fromEntries(groups)
  Object.setPrototypeOf(made, guardOf(namesIn(made, module), made))
  return Object.defineProperties(made, { __esModule: { value: true }, default: { value: made } })
}

const withNameErrors = (path: string, value: unknown): unknown =>
  isGroup(value) ? withKnownNames(value, namesIn(value, path)) : value

/** Groups of functions, such as `apt` and `git`. */
const isGroup = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((member) => typeof member === 'function')
