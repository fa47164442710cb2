import { absent, present, unknown, type Fact, type ShellFactKind } from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { asOwner, ownerOf, type Owner } from '../accounts/as-user.js'
import { localEnvironment } from './environment.js'
import { inspection } from './inspection.js'
import { failureOf } from '../failure.js'
import { answersOf, type Answer } from '../section.js'
import checkoutText from './checkout.sh.js'

/** Options of git-clean(1) that say what `clean` removes; null where nothing is to be removed. */
export type CleanOptions = readonly string[] | null

export interface CheckoutKey {
  readonly path: string
  readonly clean: CleanOptions
  readonly submodules: boolean
  /** The local branch that is wanted; empty where none is. */
  readonly branch: string
}

/** Commits that neither a branch of the remote nor a tag has, or had. */
export interface OwnCommits {
  /** A branch's name, or a submodule's path. */
  readonly name: string
  readonly unpushed: number
}

export interface Checkout {
  readonly owner: Owner
  /** The commit that is checked out; null before the first. */
  readonly head: string | null
  /** The URL of `origin`, without what may be a password in it. */
  readonly remote: string | null
  /** Tracked files that are not as the commit gives them, with `submodules` theirs too. */
  readonly changed: readonly string[]
  /** What `clean` would remove. */
  readonly unwanted: readonly string[]
  /** Commits that neither a branch of the remote nor a tag has, or had. */
  readonly unpushed: number
  /** Lock files of a git that is no longer there. */
  readonly locks: readonly string[]
  /** Submodules that differ from the commit. */
  readonly submodules: readonly string[]
  /** Those of them that are at another commit. */
  readonly ahead: readonly OwnCommits[]
  /** Local branches that stand where the wanted one would be made. */
  readonly branches: readonly OwnCommits[]
  /** What somebody has begun and not ended, such as a merge. */
  readonly underWay: GitOperation | null
}

export type GitOperation = 'rebase' | 'merge' | 'cherry-pick' | 'revert'

/** By the files that git keeps meanwhile; `git am` and the older kind of rebase share one. */
const operations: ReadonlyMap<string | undefined, GitOperation> = new Map([
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
])

/** What is at a checkout's path instead of one. */
export interface NoCheckout {
  readonly other: string
}

/** Seconds for git as another user, whose filters it runs: they must not hold up the host. */
const answerLimit = 120

const functions = lines([asOwner, shellFunctions(checkoutText)])

function asking({ path, clean, submodules, branch }: CheckoutKey): Sh {
  const options = clean ?? []
  const words = sh`${submodules ? 1 : 0} ${sh`${options}`.text} ${branch} ${options}`
  return sh`export ${localEnvironment(path)}
echo @checkout; fettle_checkout ${answerLimit} ${path} ${words} 2>&1; echo "@status $?"`
}

/**
 * A checkout as it is. A path that is missing or an empty directory is absent: git can be put
 * there.
 */
export const gitCheckoutFact: ShellFactKind<CheckoutKey, Checkout | NoCheckout> = {
  backend: 'shell',
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
}

/** Status values of the script's own. */
const answers: ReadonlyMap<string | undefined, Fact<NoCheckout>> = new Map([
  [
    '90',
    unknown('git is not installed on the host', "add apt.packages(['git']) before this resource"),
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

/** A URL may hold a token, which must not be shown. */
const withoutToken = (url: string): string =>
  url
    .replace(/^([a-z+]+:\/\/)[^/@:]*:[^/@]*@/, '$1[secret]@')
    .replace(/^(https?:\/\/)[^/@[]+@/, '$1[secret]@')

function parsed(path: string, answer: string): Fact<Checkout> {
  const found = (pattern: RegExp): readonly string[] =>
    answer.split('\n').flatMap((line) => pattern.exec(line)?.[1] ?? [])
  const all = (word: string): readonly string[] => found(new RegExp(`^${word} (.*)$`))
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
    unwanted: found(/^Would remove (.*)$/),
    unpushed: Number(unpushed),
    locks: all('lock'),
    // git-describe(1) stands behind the path of one that is checked out.
    submodules: found(/^[-+U][0-9a-f]{40,64} (.*?)(?: \(.*\))?$/),
    ahead: ownCommits(all('ahead')),
    branches: ownCommits(all('branch')),
    underWay: operations.get(all('under-way')[0]) ?? null,
  })
}

const ownCommits = (lines: readonly string[]): readonly OwnCommits[] =>
  lines.flatMap((line) => {
    const [, unpushed, name] = /^(\d+) (.+)$/.exec(line) ?? []
    if (unpushed === undefined || name === undefined) return []
    return [{ name, unpushed: Number(unpushed) }]
  })
