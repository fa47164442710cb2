import { absent, present, unknown, shellFact, type ShellFactKind } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import missingParentText from './missing-parent.sh.js'

/** The first missing directory above a path. */
export interface MissingParent {
  readonly path: string
  /** Whether something other than a directory is in its place. */
  readonly taken: boolean
}

/** The directories above a path: `/a/b/c` → `/a`, `/a/b` */
export function parentsOf(path: string): readonly string[] {
  const names = path.split('/').slice(1, -1)
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)
}

/** A path, for what is missing above it; or a directory, for where it leads if it is a link. */
type ParentKey = string | { readonly directory: string }

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** The directory of a path, or the one that may be a link. */
const askedOf = (key: ParentKey): string =>
  typeof key === 'string' ? directoryOf(key) : key.directory

const withParents = (directory: string): readonly string[] => parentsOf(`${directory}/`)

/** Each directory that is asked about once. What is above another one is looked at with it. */
function directoriesOf(keys: readonly ParentKey[]): readonly string[] {
  const paths = keys.filter((key) => typeof key === 'string').map(directoryOf)
  const covered = new Set(paths.flatMap(withParents))
  const others = keys.filter((key) => typeof key === 'object' && !covered.has(key.directory))
  return [...new Set([...paths, ...others.map(askedOf)])]
}

/** What the directories above a path are. */
interface Parents {
  readonly missing: MissingParent | null
  readonly links: readonly (readonly [directory: string, target: string])[]
}

const answer = /((?:link \d+ [^\0]+\0)*)(none|missing \d+|taken \d+)\n/y

/** What an answer of `missing-parent.sh` says of each directory; undefined where it is malformed. */
function parentsIn(stdout: string, directories: readonly string[]): readonly Parents[] | undefined {
  const found: Parents[] = []
  answer.lastIndex = 0
  for (const directory of directories) {
    const [, links, last = ''] = answer.exec(stdout) ?? []
    const above = withParents(directory)
    const told =
      links
        ?.split('\0')
        .slice(0, -1)
        .map((each) => each.slice('link '.length)) ?? []
    const numbered = [...told, ...last.split(' ').slice(1)].map((each) => above[parseInt(each, 10)])
    if (links === undefined || numbered.includes(undefined)) return undefined
    const at = numbered[told.length]
    found.push({
      missing: at === undefined ? null : { path: at, taken: last.startsWith('taken') },
      links: told.map((each, index) => [numbered[index] ?? '', each.slice(each.indexOf(' ') + 1)]),
    })
  }
  return answer.lastIndex === stdout.length ? found : undefined
}

/** Whether a path is what is missing, or below it. */
const isWithin =
  (missing: MissingParent | null) =>
  (path: string): boolean =>
    missing !== null && (path === missing.path || path.startsWith(`${missing.path}/`))

/** Both kinds ask about the same directories, so that one look tells both. */
const parentsFact = shellFact<ParentKey, MissingParent | string>({
  name: 'missing-parent',
  elsewhere: (key, lead) => (typeof key === 'string' ? lead(key) : key),
  expected(fact, key, ahead) {
    if (fact.is === 'unknown' || typeof key === 'object') return fact
    const missing = fact.is === 'present' ? (fact.value as MissingParent) : null
    const first = parentsOf(key).find(
      (parent) =>
        ahead.isGone(`path:${parent}`) || [parent, ahead.end(parent)].some(isWithin(missing)),
    )
    if (first === undefined) return fact
    const thing = `path:${first}` as const
    const taken = missing?.taken === true && !ahead.isGone(thing) && !ahead.makes(thing)
    return present({ path: first, taken })
  },
  script: (keys) => ({
    script: lines([
      shellFunctions(missingParentText),
      ...directoriesOf(keys).map((each) => sh`fettle_first_missing ${withParents(each)}`),
    ]),
  }),
  parse({ code, stdout, stderr }, keys) {
    const directories = directoriesOf(keys)
    const found = code === 0 ? parentsIn(stdout.toString(), directories) : undefined
    if (found === undefined)
      return keys.map(() =>
        unknown(
          `directories could not be looked at: ${stderr.trim() || `status ${String(code)}`}`,
          'see what the shell says on the host',
        ),
      )
    const links = new Map(found.flatMap((each) => each.links))
    return keys.map((key) => {
      const value =
        typeof key === 'string'
          ? found[directories.indexOf(directoryOf(key))]?.missing
          : links.get(key.directory)
      return value == null ? absent : present(value)
    })
  },
  recorded: {
    keys: [
      '/srv/app/motd',
      '/srv/none/below/motd',
      '/srv/app/motd/below',
      '/srv/app/current/conf',
      { directory: '/srv/app/current' },
      { directory: '/srv/app' },
    ],
    stdout: 'none\nmissing 1\ntaken 2\nlink 2 /srv/app/releases/7\0none\n',
    facts: [
      absent,
      present({ path: '/srv/none', taken: false }),
      present({ path: '/srv/app/motd', taken: true }),
      absent,
      present('/srv/app/releases/7'),
      absent,
    ],
  },
})

/**
 * The first missing directory above a path; absent when there is none, so that the path can be
 * made.
 */
export const missingParentFact = parentsFact as ShellFactKind<string, MissingParent>

/**
 * Where a directory leads that is a symbolic link: a path without links, or the target as written
 * where that is no directory. Absent for anything but a link. Beside `missingParentFact` of a path
 * below it, it costs nothing.
 */
export const linkFact = parentsFact as ShellFactKind<{ readonly directory: string }, string>
