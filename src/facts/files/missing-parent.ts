import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
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

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** One path of each directory: the result is the same for all paths in it. */
const directoriesOf = (paths: readonly string[]): readonly string[] => [
  ...new Map(paths.map((path) => [directoryOf(path), path])).values(),
]

/** What an answer of `missing-parent.sh` says of a path; undefined where it is malformed. */
function missingIn(path: string, answer: string | undefined): Fact<MissingParent> | undefined {
  if (answer === 'none') return absent
  const [, word, depth] = /^(taken|missing) (\d+)$/.exec(answer ?? '') ?? []
  const parent = parentsOf(path)[Number(depth)]
  return parent === undefined ? undefined : present({ path: parent, taken: word === 'taken' })
}

/**
 * The first missing directory above a path; absent when there is none, so that the path can be
 * made.
 */
export const missingParentFact = shellFact<string, MissingParent>({
  name: 'missing-parent',
  script: (paths) => ({
    script: lines([
      shellFunctions(missingParentText),
      ...directoriesOf(paths).map((path) => sh`fettle_first_missing ${parentsOf(path)}`),
    ]),
  }),
  parse({ code, stdout, stderr }, paths) {
    const answers = stdout.toString().split('\n').slice(0, -1)
    const asked = directoriesOf(paths).map(directoryOf)
    const found = directoriesOf(paths).map((path, index) => missingIn(path, answers[index]))
    if (code !== 0 || answers.length !== asked.length || found.includes(undefined))
      return paths.map(() =>
        unknown(
          `directories could not be looked at: ${stderr.trim() || `status ${String(code)}`}`,
          'see what the shell says on the host',
        ),
      )
    return paths.map((path) => found[asked.indexOf(directoryOf(path))] ?? absent)
  },
  recorded: {
    keys: ['/srv/app/motd', '/srv/none/below/motd', '/srv/app/motd/below'],
    stdout: 'none\nmissing 1\ntaken 2\n',
    facts: [
      absent,
      present({ path: '/srv/none', taken: false }),
      present({ path: '/srv/app/motd', taken: true }),
    ],
  },
})
