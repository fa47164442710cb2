import { z } from 'zod'
import { blocked, fine, type Change, type Plan, type ShellAction } from '../core/change.js'
import { enter } from '../core/enter.js'
import { request } from '../core/fact.js'
import { absolutePath, accountName, checked, checkedId, line } from '../core/options.js'
import { refuse } from '../core/refuse.js'
import { resource, type CommonOptions, type Resource } from '../core/resource.js'
import { lines, sh, steps, type Sh } from '../core/sh.js'
import { isOwner } from '../facts/as-user.js'
import { gitCheckoutFact, type Checkout, type OwnCommits } from '../facts/git-checkout.js'
import { localEnvironment, protocolOf, remoteEnvironment } from '../facts/git-environment.js'
import { gitRemoteFact, isCommit, type RemoteRef } from '../facts/git-remote.js'
import { missingParentFact } from '../facts/missing-parent.js'
import { chownTree } from './change-tree.js'
import { blockedBy } from './file-changes.js'
import { bring, bringSubmodules, cleaning, discarding, type Bringing } from './git-bring.js'
import { inDirectory } from './in-directory.js'
import type { SshKey } from './ssh-key.js'

export interface CleanTree {
  /** Remove files that git does not track. */
  readonly untracked: boolean
  /** Remove ignored files as well. Default false. */
  readonly ignored?: boolean
  /**
   * What stays all the same, as patterns of gitignore(5): `['.env', 'instance/']`. Default:
   * nothing.
   */
  readonly keep?: readonly string[]
}

export interface GitCheckoutOptions extends CommonOptions {
  /**
   * `https://…` (without a password or token), `ssh://…`, `git@host:path`, or an absolute path or
   * `file://` URL on the host.
   */
  readonly repo: string
  /** A branch, a tag, a full name such as `refs/heads/main`, or a whole commit id. */
  readonly ref: string
  /**
   * Owns the checkout and runs git. Left out: an existing checkout keeps its owner, a new one gets
   * the owner of its directory, else the session's user.
   */
  readonly owner?: string
  /**
   * The private key for ssh: a path on the host, or the `sshKey` resource that makes it. Left out:
   * ssh's own choice.
   */
  readonly key?: string | SshKey
  /**
   * The tree holds what the commit holds: changes of tracked files are discarded, and what this
   * names is removed. Left out: untracked files stay, and changed ones are an error. An untracked
   * file that stays is never overwritten: where the commit has a file in its place, that is an
   * error.
   */
  readonly clean?: CleanTree
  /**
   * Fetch this many commits of history. It matters when something is fetched and is not compared.
   * Default: all.
   */
  readonly depth?: number
  /** Bring submodules, at any depth, to what the commit names. Default false. */
  readonly submodules?: boolean
  /**
   * Discard changes of tracked files, overwrite untracked and ignored ones that stand where the
   * commit has a file, and leave commits that were never pushed. Default false: each of these is an
   * error that names them, and the tree stays as it was.
   */
  readonly force?: boolean
  /**
   * A file on the host that is locked (flock(2)) while the checkout is changed, waited for up to
   * 300 s. Its directory must be there. Default: none.
   */
  readonly lock?: string
}

/** Seconds to wait for the lock: what another deployment may take. */
const lockLimit = 300
/** Names of files that a sentence shows. */
const shownNames = 5

/** The rules of git-check-ref-format(1) that keep a ref from being an option or an expression. */
const refName = line
  .max(255)
  .refine(
    (ref) =>
      !/^[-/]|[\0-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|\/$|\.$|(?:^|\/)\.|\.lock(?:\/|$)|^@$/.test(ref),
    'must be the name of a branch or tag, or a whole commit id',
  )
const repository = line
  .refine(
    (repo) => protocolOf(repo) !== null,
    'must be https://…, ssh://…, user@host:path, or an absolute path or file:// URL on the host',
  )
  .refine(
    (repo) => !/^https:\/\/[^/]*@/.test(repo) && !/^ssh:\/\/[^/@:]*:[^/@]*@/.test(repo),
    'must not hold a user name, password or token: it would be readable in .git/config',
  )
const keySchema = z.union(
  [
    absolutePath,
    z.custom<SshKey>(
      (given) =>
        typeof given === 'object' && given !== null && 'type' in given && given.type === 'sshKey',
    ),
  ],
  'must be an absolute path or an sshKey resource',
)
const cleanSchema = z
  .strictObject({
    untracked: z.boolean(),
    ignored: z.boolean().optional(),
    keep: z.array(line.regex(/^[^!]/, 'must not begin with !')).readonly().optional(),
  })
  .refine(
    ({ untracked, ignored }) => untracked || ignored !== true,
    'cannot remove ignored files alone: set untracked too',
  )

const shape = {
  repo: repository,
  ref: refName,
  owner: accountName.optional(),
  key: keySchema.optional(),
  clean: cleanSchema.optional(),
  depth: z.number().int().positive().optional(),
  submodules: z.boolean().optional(),
  force: z.boolean().optional(),
  lock: absolutePath.optional(),
}

/**
 * A checkout of a git repository. The plan asks the repository what the ref stands for and names
 * the commit; `apply` brings exactly that commit. git always runs as the checkout's owner, with
 * none of the repository's hooks, and no host key is accepted unseen.
 *
 * An empty directory that exists keeps its owner and mode, and what it closes to others (2750) is
 * closed to them file by file.
 */
export function gitCheckout(path: string, options: GitCheckoutOptions): Resource {
  checkedId('git.checkout', path, absolutePath)
  checked('git.checkout', path, options, shape)
  const { repo, ref, owner } = options
  const keyPath = typeof options.key === 'object' ? options.key.id : options.key
  return resource({
    type: 'git.checkout',
    id: path,
    options,
    reads: {
      checkout: request(gitCheckoutFact, {
        path,
        clean: cleanOptions(options.clean),
        submodules: options.submodules === true,
        branch: branchOf(ref),
      }),
      remote: request(gitRemoteFact, {
        repo,
        ref,
        path,
        ...(owner === undefined ? {} : { owner }),
        ...(keyPath === undefined ? {} : { key: keyPath }),
      }),
      missingParent: request(missingParentFact, path),
    },
    plan({ checkout, remote, missingParent }): Plan {
      if (remote === null)
        return blocked(
          `${repo} has neither a branch nor a tag ${ref}`,
          'push it first, or correct the name',
        )
      if (missingParent !== null) return blockedBy(missingParent, path)
      if (checkout !== null && 'other' in checkout)
        return blocked(
          `${path} is ${checkout.other}`,
          'remove what is there, or choose another path',
        )
      const work: Work = { path, options, key: keyPath, remote, checkout }
      if (checkout === null) return [cloned(work)]
      const stopped = inTheWay(work, checkout)
      if (stopped !== undefined) return stopped
      const changes = changesOf(work, checkout)
      return changes.length === 0 ? fine(`${remote.name} is at ${short(remote.commit)}`) : changes
    },
  })
}

const short = (commit: string): string => commit.slice(0, 7)
const count = (names: readonly string[] | number, what: string): string => {
  const number = typeof names === 'number' ? names : names.length
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`
}
const list = (names: readonly string[]): string =>
  [
    ...names.slice(0, shownNames),
    ...(names.length > shownNames ? [`and ${String(names.length - shownNames)} more`] : []),
  ].join(', ')

/** The local branch that a ref may be checked out as; empty for a commit and a tag. */
const branchOf = (ref: string): string =>
  isCommit(ref) || /^refs\/(?!heads\/)/.test(ref) ? '' : ref.replace(/^refs\/heads\//, '')

/** Options of git-clean(1). */
function cleanOptions(wanted: CleanTree | undefined): readonly string[] | null {
  if (wanted?.untracked !== true) return null
  return [
    '-d',
    ...(wanted.ignored === true ? ['-x'] : []),
    ...(wanted.keep ?? []).map((pattern) => `--exclude=${pattern}`),
  ]
}

/** A plan under way. */
interface Work {
  readonly path: string
  readonly options: GitCheckoutOptions
  readonly key: string | undefined
  readonly remote: RemoteRef
  readonly checkout: Checkout | null
}

/** Local branches that go, because their names and the wanted one exclude each other. */
const replacedBy = ({ kind, name }: RemoteRef, checkout: Checkout | null): readonly OwnCommits[] =>
  kind === 'branch' && checkout !== null
    ? checkout.branches.filter((branch) => branch.name !== name)
    : []

function bringing({
  options: { depth, submodules, clean, force },
  remote,
  checkout,
}: Work): Bringing {
  return {
    remote,
    head: checkout?.head ?? null,
    replaced: replacedBy(remote, checkout).map(({ name }) => name),
    depth,
    submodules: submodules === true,
    clean: cleanOptions(clean),
    discards: clean !== undefined || force === true,
    force: force === true,
  }
}

/** Where there are commits that would be lost. */
function ownCommits(
  { path, remote }: Work,
  { head, unpushed, branches, ahead }: Checkout,
): readonly OwnCommits[] {
  const own = [
    ...(head === remote.commit || head === null ? [] : [{ name: path, unpushed }]),
    ...(remote.kind === 'branch'
      ? branches.map((branch) => ({
          ...branch,
          name: `the local branch ${branch.name} of ${path}`,
        }))
      : []),
    ...ahead.map((module) => ({ ...module, name: `${path}/${module.name}` })),
  ]
  return own.filter((each) => each.unpushed > 0)
}

/** What only `force` or `clean` may do away with. */
function inTheWay(work: Work, checkout: Checkout): Plan | undefined {
  const {
    path,
    options: { force, clean },
    remote,
  } = work
  const { changed, head, underWay } = checkout
  if (force === true) return undefined
  if (changed.length > 0 && clean === undefined) {
    return blocked(
      `${path} has changes of its own in ${count(changed, 'file')}: ${list(changed)}`,
      'commit and push them, or give clean or force, which discard them',
    )
  }
  const [own] = ownCommits(work, checkout)
  if (own !== undefined) {
    const upTo = own.name === path ? `, up to ${short(head ?? '')}` : ''
    return blocked(
      `${own.name} has ${count(own.unpushed, 'commit')} that the repository does not have${upTo}`,
      'push them, or give force, which leaves them',
    )
  }
  if (underWay !== null && head !== remote.commit && clean === undefined) {
    return blocked(
      `a ${underWay} is under way in ${path}`,
      `end it there, as with git ${underWay} --abort, or give clean or force`,
    )
  }
  return undefined
}

/** The commit, and what names it where the ref itself does not. */
const target = ({ options, remote }: Work): string =>
  `${short(remote.commit)}${isCommit(options.ref) ? '' : ` (${remote.name})`}`

/** What goes with the move to another commit, besides the files that the commits differ in. */
function besides({ remote, options: { clean }, checkout }: Work): string {
  const branches = replacedBy(remote, checkout).map(
    ({ name, unpushed }) =>
      `${name}${unpushed === 0 ? '' : ` and its ${count(unpushed, 'commit')}`}`,
  )
  return [
    ...(branches.length === 0
      ? []
      : [
          `, in the place of the local ${branches.length === 1 ? 'branch' : 'branches'} ${branches.join(', ')}`,
        ]),
    ...(clean?.untracked === true
      ? [`, then remove what is untracked${clean.ignored === true ? ' or ignored' : ''}`]
      : []),
  ].join('')
}

function cloned(work: Work): Change {
  const { options, remote, checkout } = work
  const branch = remote.kind === 'branch' ? remote.name : 'main'
  const script = lines([
    sh`git -c init.defaultBranch=${branch} init --quiet`,
    setRemote(options.repo),
    bring(bringing(work)),
  ])
  return {
    summary: `clone ${options.repo} at ${target(work)}${checkout === null ? '' : besides(work)}`,
    proof: 'facts',
    actions: [inCheckout(work, script, 'reaches')],
  }
}

function changesOf(
  work: Work,
  { head, locks, changed, unwanted, submodules, owner, remote }: Checkout,
): readonly Change[] {
  const {
    path,
    options,
    remote: { commit },
  } = work
  const wanted = bringing(work)
  const change = (summary: string, action: ShellAction): Change => ({
    summary,
    proof: 'facts',
    actions: [action],
  })
  return [
    ...(options.owner === undefined || isOwner(owner, options.owner)
      ? []
      : [
          change(`owner ${owner.name} → ${options.owner}`, {
            on: 'shell',
            script: steps([enter(path), chownTree(options.owner)]),
            long: true,
          }),
        ]),
    ...(locks.length === 0
      ? []
      : [
          change(
            `remove ${count(locks, 'lock')} of a git that is gone: ${list(locks)}`,
            inCheckout(work, sh`rm -f -- ${locks}`),
          ),
        ]),
    ...(remote === options.repo || head === null
      ? []
      : [
          change(
            `remote ${remote ?? 'none'} → ${options.repo}`,
            inCheckout(work, setRemote(options.repo)),
          ),
        ]),
    ...(changed.length === 0
      ? []
      : [
          change(
            `discard changes of ${count(changed, 'file')}: ${list(changed)}`,
            inCheckout(work, discarding(wanted)),
          ),
        ]),
    ...(head === commit
      ? []
      : [
          head === null
            ? cloned(work)
            : change(
                `${short(head)} → ${target(work)}${besides(work)}`,
                inCheckout(work, bring(wanted), 'reaches'),
              ),
        ]),
    ...(unwanted.length === 0
      ? []
      : [
          change(
            `remove ${count(unwanted, 'untracked file')}: ${list(unwanted)}`,
            inCheckout(work, cleaning(wanted)),
          ),
        ]),
    ...(submodules.length === 0 || head !== commit
      ? []
      : [
          change(
            `bring ${count(submodules, 'submodule')}: ${list(submodules)}`,
            inCheckout(work, bringSubmodules(wanted.force), 'reaches'),
          ),
        ]),
  ]
}

const setRemote = (repo: string): Sh =>
  sh`if git config --get remote.origin.url >/dev/null; then git remote set-url origin ${repo}; else git remote add origin ${repo}; fi`

/** Runs in the checkout as its owner, under the lock. */
function inCheckout(
  { path, options: { lock, repo, owner }, key, checkout }: Work,
  script: Sh,
  reaches?: 'reaches',
): ShellAction {
  const held =
    lock === undefined
      ? []
      : [
          sh`exec 9>>${lock}; flock -w ${lockLimit} 9 || ${refuse(`${lock} was not free within ${String(lockLimit)} s`, `see who holds it: fuser -v ${lock}`)}`,
        ]
  const environment = [
    ...localEnvironment(path),
    ...(reaches === undefined ? [] : remoteEnvironment(repo, key)),
  ]
  return {
    on: 'shell',
    long: true,
    script: inDirectory(path, owner ?? checkout?.owner.id, environment, lines([...held, script])),
  }
}
