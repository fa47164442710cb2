import { z } from 'zod'
import { blocked, fine, type Change, type Plan, type ShellAction } from '../core/change.js'
import { enter } from '../core/enter.js'
import { request } from '../core/fact.js'
import { absolutePath, accountName, checked, checkedId, line } from '../core/options.js'
import { resource, type CommonOptions, type Resource } from '../core/resource.js'
import { lines, sh, steps, type Sh } from '../core/sh.js'
import { isOwner } from '../facts/as-user.js'
import { gitCheckoutFact, type Checkout } from '../facts/git-checkout.js'
import { localEnvironment, protocolOf, remoteEnvironment } from '../facts/git-environment.js'
import { gitRemoteFact, isCommit, type RemoteRef } from '../facts/git-remote.js'
import { missingParentFact } from '../facts/missing-parent.js'
import { chownTree } from './change-tree.js'
import { blockedBy } from './file-changes.js'
import { inDirectory } from './in-directory.js'
import type { SshKey } from './ssh-key.js'

export interface CleanTree {
  /** Remove files that git does not track. */
  readonly untracked: boolean
  /** Remove ignored files as well. Default false. */
  readonly ignored?: boolean
  /** What stays all the same, as patterns of gitignore(5): `['.env', 'instance/']`. Default: nothing. */
  readonly keep?: readonly string[]
}

export interface GitCheckoutOptions extends CommonOptions {
  /** `https://…` (without a password or token), `ssh://…`, `git@host:path`, or an absolute path or `file://` URL on the host. */
  readonly repo: string
  /** A branch, a tag, a full name such as `refs/heads/main`, or a whole commit id. */
  readonly ref: string
  /** Owns the checkout and runs git. Left out: an existing checkout keeps its owner, a new one gets the owner of its directory, else the session's user. */
  readonly owner?: string
  /** The private key for ssh: a path on the host, or the `sshKey` resource that makes it. Left out: ssh's own choice. */
  readonly key?: string | SshKey
  /** The tree holds what the commit holds: changes of tracked files are discarded, and what this names is removed. Left out: untracked files stay, and changed ones are an error. */
  readonly clean?: CleanTree
  /** Fetch this many commits of history. It matters when something is fetched and is not compared. Default: all. */
  readonly depth?: number
  /** Bring submodules, at any depth, to what the commit names. Default false. */
  readonly submodules?: boolean
  /** Discard changes of tracked files, and leave commits that were never pushed. Default false: both are an error. */
  readonly force?: boolean
  /** A file on the host that is locked (flock(2)) while the checkout is changed, waited for up to 300 s. Its directory must be there. Default: none. */
  readonly lock?: string
}

/** Seconds to wait for the lock: what another deployment may take. */
const lockLimit = 300
/** Names of files that a sentence shows. */
const shownNames = 5

/** The rules of git-check-ref-format(1) that keep a ref from being an option or an expression. */
const refName = line.max(255).refine((ref) => !/^[-/]|[\0-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|\/$|\.$|(?:^|\/)\.|\.lock(?:\/|$)|^@$/.test(ref), 'must be the name of a branch or tag, or a whole commit id')
const repository = line
  .refine((repo) => protocolOf(repo) !== null, 'must be https://…, ssh://…, user@host:path, or an absolute path or file:// URL on the host')
  .refine((repo) => !/^https:\/\/[^/]*@/.test(repo) && !/^ssh:\/\/[^/@]*:[^/@]*@/.test(repo), 'must not hold a user name, password or token: it would be readable in .git/config')
const keySchema = z.union([absolutePath, z.custom<SshKey>((given) => typeof given === 'object' && given !== null && 'type' in given && given.type === 'sshKey')], 'must be an absolute path or an sshKey resource')
const cleanSchema = z.strictObject({ untracked: z.boolean(), ignored: z.boolean().optional(), keep: z.array(line.regex(/^[^!]/, 'must not begin with !')).readonly().optional() }).refine(({ untracked, ignored }) => untracked || ignored !== true, 'cannot remove ignored files alone: set untracked too')

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
 * A checkout of a git repository. The plan asks the repository what the ref stands for and names the commit; `apply` brings
 * exactly that commit. git always runs as the checkout's owner, with none of the repository's hooks, and no host key is accepted unseen.
 *
 * An empty directory that exists keeps its owner and mode, and what it closes to others (2750) is closed to them file by file.
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
      checkout: request(gitCheckoutFact, { path, clean: cleaning(options.clean), submodules: options.submodules === true }),
      remote: request(gitRemoteFact, { repo, ref, path, ...(owner === undefined ? {} : { owner }), ...(keyPath === undefined ? {} : { key: keyPath }) }),
      missingParent: request(missingParentFact, path),
    },
    plan({ checkout, remote, missingParent }): Plan {
      if (remote === null) return blocked(`${repo} has neither a branch nor a tag ${ref}`, 'push it first, or correct the name')
      if (missingParent !== null) return blockedBy(missingParent)
      if (checkout !== null && 'other' in checkout) return blocked(`${path} is ${checkout.other}`, 'remove what is there, or choose another path')
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
const list = (names: readonly string[]): string => [...names.slice(0, shownNames), ...(names.length > shownNames ? [`and ${String(names.length - shownNames)} more`] : [])].join(', ')

/** Options of git-clean(1). */
function cleaning(wanted: CleanTree | undefined): readonly string[] | null {
  if (wanted?.untracked !== true) return null
  return ['-d', ...(wanted.ignored === true ? ['-x'] : []), ...(wanted.keep ?? []).map((pattern) => `--exclude=${pattern}`)]
}

/** A plan under way. */
interface Work {
  readonly path: string
  readonly options: GitCheckoutOptions
  readonly key: string | undefined
  readonly remote: RemoteRef
  readonly checkout: Checkout | null
}

function inTheWay({ path, options: { force, clean }, remote }: Work, { changed, unpushed, head }: Checkout): Plan | undefined {
  if (changed.length > 0 && force !== true && clean === undefined) return blocked(`${path} has changes of its own in ${count(changed, 'file')}: ${list(changed)}`, 'commit and push them, or give clean or force, which discard them')
  if (unpushed > 0 && head !== remote.commit && force !== true) return blocked(`${path} has ${count(unpushed, 'commit')} that the repository does not have, up to ${short(head ?? '')}`, 'push them, or give force, which leaves them')
  return undefined
}

/** The commit, and what names it where the ref itself does not. */
const target = ({ options, remote }: Work): string => `${short(remote.commit)}${isCommit(options.ref) ? '' : ` (${remote.name})`}`

function cloned(work: Work): Change {
  const { options, remote } = work
  const branch = remote.kind === 'branch' ? remote.name : 'main'
  const script = lines([sh`git -c init.defaultBranch=${branch} init --quiet`, setRemote(options.repo), bring(work)])
  return { summary: `clone ${options.repo} at ${target(work)}`, proof: 'facts', actions: [inCheckout(work, script, 'reaches')] }
}

function changesOf(work: Work, { head, locks, changed, unwanted, submodules, owner, remote }: Checkout): readonly Change[] {
  const { path, options, remote: { commit } } = work
  const change = (summary: string, action: ShellAction): Change => ({ summary, proof: 'facts', actions: [action] })
  return [
    ...(options.owner === undefined || isOwner(owner, options.owner) ? [] : [change(`owner ${owner.name} → ${options.owner}`, { on: 'shell', script: steps([enter(path), chownTree(options.owner)]), long: true })]),
    ...(locks.length === 0 ? [] : [change(`remove ${count(locks, 'lock')} of a git that is gone: ${list(locks)}`, inCheckout(work, sh`rm -f -- ${locks}`))]),
    ...(remote === options.repo || head === null ? [] : [change(`remote ${remote ?? 'none'} → ${options.repo}`, inCheckout(work, setRemote(options.repo)))]),
    ...(changed.length === 0 ? [] : [change(`discard changes of ${count(changed, 'file')}: ${list(changed)}`, inCheckout(work, sh`git reset --quiet --hard`))]),
    ...(head === commit ? [] : [head === null ? cloned(work) : change(`${short(head)} → ${target(work)}`, inCheckout(work, bring(work), 'reaches'))]),
    ...(unwanted.length === 0 ? [] : [change(`remove ${count(unwanted, 'untracked file')}: ${list(unwanted)}`, inCheckout(work, clean(options)))]),
    ...(submodules.length === 0 || head !== commit ? [] : [change(`bring ${count(submodules, 'submodule')}: ${list(submodules)}`, inCheckout(work, bringSubmodules, 'reaches'))]),
  ]
}

const setRemote = (repo: string): Sh => sh`if git config --get remote.origin.url >/dev/null; then git remote set-url origin ${repo}; else git remote add origin ${repo}; fi`
const bringSubmodules = sh`git submodule sync --quiet --recursive && git submodule update --quiet --init --recursive --force`

function clean(options: GitCheckoutOptions): Sh {
  const given = cleaning(options.clean)
  return given === null ? sh`:` : sh`git clean --quiet --force ${given}`
}

/** What is fetched: with a depth the one ref, else all branches, so that names that are gone are not in the way of new ones. */
function refSpec({ kind, name, commit }: RemoteRef, depth: number | undefined): string {
  if (kind === 'tag') return `+refs/tags/${name}:refs/tags/${name}`
  if (depth === undefined) return '+refs/heads/*:refs/remotes/origin/*'
  return kind === 'branch' ? `+refs/heads/${name}:refs/remotes/origin/${name}` : commit
}

/** Brings the commit that was planned, also when the branch has moved on since. */
function bring({ options, remote }: Work): Sh {
  const { kind, name, commit } = remote
  const fetch = sh`git fetch --quiet --force --no-tags ${options.depth === undefined ? [] : ['--depth', options.depth]}`
  return lines([
    sh`${fetch} ${options.depth === undefined && kind !== 'tag' ? ['--prune'] : []} origin ${refSpec(remote, options.depth)}`,
    sh`git cat-file -e ${`${commit}^{commit}`} 2>/dev/null || ${fetch} origin ${commit}`,
    kind === 'branch' ? sh`git checkout --quiet --force -B ${name} ${commit} --` : sh`git checkout --quiet --force --detach ${commit} --`,
    ...(options.submodules === true ? [bringSubmodules] : []),
    clean(options),
  ])
}

/** Runs in the checkout as its owner, under the lock. */
function inCheckout({ path, options: { lock, repo, owner }, key, checkout }: Work, script: Sh, reaches?: 'reaches'): ShellAction {
  const held = lock === undefined ? [] : [sh`exec 9>>${lock}; flock -w ${lockLimit} 9 || { echo ${`${lock} was not free within ${String(lockLimit)} s`} >&2; exit 1; }`]
  const environment = [...localEnvironment(path), ...(reaches === undefined ? [] : remoteEnvironment(repo, key))]
  return { on: 'shell', long: true, script: inDirectory(path, owner ?? checkout?.owner.id, environment, lines([...held, script])) }
}
