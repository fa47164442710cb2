import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { asUser } from '../accounts/as-user.js'
import { remoteEnvironment } from './environment.js'
import { failureOf } from '../failure.js'
import { answersOf, type Answer } from '../section.js'
import remoteText from './remote.sh.js'

export interface RemoteKey {
  readonly repo: string
  /** A branch, a tag, a full name such as `refs/heads/main`, or a full commit id. */
  readonly ref: string
  /** The path of the checkout, which may not exist yet. */
  readonly path: string
  /** The user that runs git. Default: the owner of what is at `path`, else the session's user. */
  readonly owner?: string
  /** The path of the private key on the host. */
  readonly key?: string
}

/** The commit that a ref points to now. */
export interface RemoteRef {
  readonly kind: 'branch' | 'tag' | 'commit'
  /** Without `refs/heads/` or `refs/tags/`. */
  readonly name: string
  readonly commit: string
}

/** Seconds for an answer. */
const answerLimit = 30

const functions = lines([asUser, shellFunctions(remoteText)])

export const isCommit = (ref: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)

function asking({ repo, ref, path, owner = '', key }: RemoteKey): Sh {
  if (isCommit(ref)) return sh`echo @remote; echo '@status 0'`
  return sh`export ${remoteEnvironment(repo, key)}
echo @remote; fettle_remote ${answerLimit} ${owner} ${path} ${repo} ${namesOf(ref)} 2>&1; echo "@status $?"`
}

/** The names to request. `ls-remote` also matches names that end with one of them. */
const namesOf = (ref: string): readonly string[] =>
  ref.startsWith('refs/')
    ? [ref, `${ref}^{}`]
    : [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/tags/${ref}^{}`]

/**
 * The commit that a ref points to, by `git ls-remote` on the host. A full commit id is known
 * without asking.
 */
export const gitRemoteFact = shellFact<RemoteKey, RemoteRef>({
  name: 'git.remote',
  exchange: 'git ls-remote',
  script: (keys) => ({
    script: lines([functions, ...keys.map(asking)]),
  }),
  mayTake: (keys) => 60 + keys.length * (answerLimit + 5),
  parse(output, keys): readonly Fact<RemoteRef>[] {
    const answers = answersOf(output.stdout, 'remote')
    return keys.map((key, index) => remoteRef(key, answers[index], failureOf(output)))
  },
  recorded: {
    keys: ['main', 'v1', 'none'].map((ref) => ({
      repo: 'https://example.org/app.git',
      ref,
      path: '/srv/app',
    })),
    stdout: `@remote
f38fc2a84bd4a9f89a81e0b7daf20fee5d80eed3\trefs/heads/main
@status 0
@remote
d7fb278e1c59e64cc27b3495c55f98bef0a474e7\trefs/tags/v1
f38fc2a84bd4a9f89a81e0b7daf20fee5d80eed3\trefs/tags/v1^{}
@status 0
@remote
@status 0
`,
    facts: [
      present({ kind: 'branch', name: 'main', commit: 'f38fc2a84bd4a9f89a81e0b7daf20fee5d80eed3' }),
      present({ kind: 'tag', name: 'v1', commit: 'f38fc2a84bd4a9f89a81e0b7daf20fee5d80eed3' }),
      absent,
    ],
  },
})

function remoteRef(
  { repo, ref }: RemoteKey,
  found: Answer | undefined,
  said: string,
): Fact<RemoteRef> {
  const { answer, status } = found ?? {}
  if (answer === undefined)
    return unknown(
      `git could not be asked: ${said}`,
      'run git ls-remote on the host and see what it says',
    )
  if (isCommit(ref)) return present({ kind: 'commit', name: ref, commit: ref })
  if (status === '90')
    return unknown(
      'git is not installed on the host',
      "add apt.packages(['git']) before this resource",
      { lacks: ['program:git'] },
    )
  if (status === '124')
    return unknown(
      `${repo} did not answer within ${String(answerLimit)} s`,
      'look at the network between the host and the repository',
    )
  if (status !== '0')
    return unknown(
      `${repo} could not be read: ${answer.trim()}`,
      "see git's message: the deploy key may not be registered, or the host's key not be known",
    )
  const commits = new Map<string, string>()
  for (const line of answer.split('\n')) {
    const [, commit, name] = /^([0-9a-f]{40,64})\t(refs\/\S+)$/.exec(line) ?? []
    if (commit !== undefined && name !== undefined) commits.set(name, commit)
  }
  return chosen(ref, commits)
}

function chosen(ref: string, commits: ReadonlyMap<string, string>): Fact<RemoteRef> {
  const at = (full: string): string | undefined => commits.get(`${full}^{}`) ?? commits.get(full)
  const named = (kind: 'branch' | 'tag', prefix: string): RemoteRef | undefined => {
    const full = ref.startsWith('refs/') ? ref : `${prefix}${ref}`
    const commit = full.startsWith(prefix) ? at(full) : undefined
    return commit === undefined ? undefined : { kind, name: full.slice(prefix.length), commit }
  }
  const branch = named('branch', 'refs/heads/')
  const tag = named('tag', 'refs/tags/')
  if (branch !== undefined && tag !== undefined)
    return unknown(`${ref} is a branch and a tag`, `write refs/heads/${ref} or refs/tags/${ref}`, {
      lacks: [],
    })
  const found = branch ?? tag
  return found === undefined ? absent : present(found)
}
