import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { asOwner, ownerOf, type Owner } from '../accounts/as-user.js'
import { localEnvironment } from './environment.js'
import { inspection } from './inspection.js'
import { failureOf } from '../failure.js'
import { answersOf, type Answer } from '../section.js'
import checkoutText from './checkout.sh.js'

/** The options of git-clean(1) for `clean`; null where nothing is to be removed. */
export type CleanOptions = readonly string[] | null

export interface CheckoutKey {
  readonly path: string
  readonly clean: CleanOptions
  readonly submodules: boolean
  /** The desired local branch; empty for none. */
  readonly branch: string
}

/** Commits that are, and were, neither in a branch of the remote nor in a tag. */
export interface OwnCommits {
  /** The name of a branch, or the path of a submodule. */
  readonly name: string
  readonly unpushed: number
}

export interface Checkout {
  readonly owner: Owner
  /** The commit that is checked out; null before the first one. */
  readonly head: string | null
  /** The URL of `origin`, without passwords. */
  readonly remote: string | null
  /** Tracked files that differ from the commit, with `submodules` also those in submodules. */
  readonly changed: readonly string[]
  /** Files that `clean` would remove. */
  readonly unwanted: readonly string[]
  /** The number of commits that are, and were, neither in a branch of the remote nor in a tag. */
  readonly unpushed: number
  /** Lock files of git. */
  readonly locks: readonly string[]
  /** A git process that may hold them; null where none runs, so that they are left. */
  readonly holder: number | null
  /** Submodules that differ from the commit. */
  readonly submodules: readonly string[]
  /** Those of them that are at another commit. */
  readonly ahead: readonly OwnCommits[]
  /** Local branches whose names exclude the desired one (`a` and `a/b`), or that have its name. */
  readonly branches: readonly OwnCommits[]
  /** An unfinished operation, such as a merge. */
  readonly underWay: GitOperation | null
}

export type GitOperation = 'rebase' | 'merge' | 'cherry-pick' | 'revert'

/**
 * By the file or directory that git keeps during the operation; `git am` and the older rebase share
 * one.
 */
const operations: ReadonlyMap<string | undefined, GitOperation> = new Map([
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
])

/** Something else at the path of a checkout. */
export interface NoCheckout {
  readonly other: string
}

/** Seconds for git as another user. It runs that user's filters, which must not block the host. */
const answerLimit = 120

const functions = lines([asOwner, shellFunctions(checkoutText)])

function asking({ path, clean, submodules, branch }: CheckoutKey): Sh {
  const options = clean ?? []
  const words = sh`${submodules ? 1 : 0} ${sh`${options}`.text} ${branch} ${options}`
  return sh`export ${localEnvironment(path)}
echo @checkout; fettle_checkout ${answerLimit} ${path} ${words} 2>&1; echo "@status $?"`
}

/**
 * The state of a checkout. A missing path and an empty directory are absent: git can clone into
 * them.
 */
export const gitCheckoutFact = shellFact<CheckoutKey, Checkout | NoCheckout>({
  name: 'git.checkout',
  script: (keys) => ({
    script: lines([
      functions,
      sh`inspection=${inspection(keys.some(({ submodules }) => submodules)).text}`,
      ...keys.map(asking),
    ]),
  }),
  mayTake: (keys) => 60 + keys.length * (answerLimit + 5),
  parse(output, keys): readonly Fact<Checkout | NoCheckout>[] {
    const answers = answersOf(output.stdout, 'checkout')
    return keys.map(({ path }, index) => checkoutOf(path, answers[index], failureOf(output)))
  },
  recorded: {
    keys: [
      { path: '/srv/app', clean: null, submodules: false, branch: 'main' },
      { path: '/srv/none', clean: null, submodules: false, branch: 'main' },
    ],
    stdout: `@checkout
owner deploy 1000
remote https://example.org/app.git
head f38fc2a84bd4a9f89a81e0b7daf20fee5d80eed3
changed app.py
unpushed 0
@status 0
@checkout
@status 92
`,
    facts: [
      present({
        owner: { name: 'deploy', id: '1000' },
        head: 'f38fc2a84bd4a9f89a81e0b7daf20fee5d80eed3',
        remote: 'https://example.org/app.git',
        changed: ['app.py'],
        unwanted: [],
        unpushed: 0,
        locks: [],
        holder: null,
        submodules: [],
        ahead: [],
        branches: [],
        underWay: null,
      }),
      absent,
    ],
  },
})

/** Exit statuses of the script itself. */
const answers: ReadonlyMap<string | undefined, Fact<NoCheckout>> = new Map([
  [
    '90',
    unknown('git is not installed on the host', "add apt.packages(['git']) before this resource", {
      lacks: ['program:git'],
    }),
  ],
  ['92', absent],
  ['93', present({ other: 'no directory' })],
  ['94', present({ other: 'a directory that holds other things' })],
  [
    '95',
    unknown(
      'root owns the checkout in a directory of another user, and git as root does nothing there',
      'give both one owner',
    ),
  ],
  [
    '124',
    unknown(
      `git did not answer within ${String(answerLimit)} s`,
      'run git status there as its owner and see what it waits for',
    ),
  ],
])

function checkoutOf(
  path: string,
  found: Answer | undefined,
  said: string,
): Fact<Checkout | NoCheckout> {
  const { answer = '', status } = found ?? {}
  const known = answers.get(status)
  if (known !== undefined) return known
  if (status === '0') return parsed(path, answer)
  return unknown(
    `git cannot read ${path}: ${answer.replace(/^owner .*\n/, '').trim() || said}`,
    `see git's message; if the repository is damaged, remove ${path} and it is cloned anew`,
  )
}

/** Hides tokens in a URL. */
const withoutToken = (url: string): string =>
  url
    .replace(/^([a-z+]+:\/\/)[^/@:]*:[^/@]*@/, '$1[secret]@')
    .replace(/^(https?:\/\/)[^/@[]+@/, '$1[secret]@')

function parsed(path: string, answer: string): Fact<Checkout> {
  const found = (pattern: RegExp): readonly string[] =>
    answer.split('\n').flatMap((line) => pattern.exec(line)?.[1] ?? [])
  // Without the flag `s` a file whose name holds U+2028 or U+2029 would go unnoticed.
  const all = (word: string): readonly string[] => found(new RegExp(`^${word} (.*)$`, 's'))
  const owner = ownerOf(all('owner')[0] ?? '')
  const head = all('head')[0]
  const unpushed = all('unpushed')[0] ?? (head === 'none' ? '0' : undefined)
  if (
    owner === undefined ||
    head === undefined ||
    !/^(?:none|[0-9a-f]{40,64})$/.test(head) ||
    unpushed === undefined ||
    !/^\d+$/.test(unpushed)
  ) {
    return unknown(
      `the state of ${path} cannot be understood: ${answer.trim()}`,
      'run git status there as its owner and see what it says',
    )
  }
  const remote = all('remote')[0]
  return present({
    owner,
    head: head === 'none' ? null : head,
    remote: remote === undefined ? null : withoutToken(remote.trimEnd()),
    changed: all('changed'),
    unwanted: found(/^Would remove (.*)$/s),
    unpushed: Number(unpushed),
    locks: all('lock'),
    holder: Number(all('holder')[0] ?? 0) || null,
    submodules: found(/^([-+U][0-9a-f]{40,64} .*)$/s).map(submodulePath),
    ahead: ownCommits(all('ahead')),
    branches: ownCommits(all('branch')),
    underWay: operations.get(all('under-way')[0]) ?? null,
  })
}

/** The path in a line of `git submodule status`. */
const submodulePath = (line: string): string =>
  // For a submodule that is checked out the output of git-describe(1) follows: `+1c3f… lib (v1)`.
  line.replace(/^(\+.*) \([^ ]*\)$/s, '$1').replace(/^\S+ /, '')

const ownCommits = (lines: readonly string[]): readonly OwnCommits[] =>
  lines.flatMap((line) => {
    const [, unpushed, name] = /^(\d+) (.+)$/s.exec(line) ?? []
    if (unpushed === undefined || name === undefined) return []
    return [{ name, unpushed: Number(unpushed) }]
  })
