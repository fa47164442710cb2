import { blocked, change, fine, type Change, type Plan } from '../../core/change.js'
import { counted } from '../../core/counted.js'
import { enter } from '../../core/enter.js'
import { refuse } from '../../core/refuse.js'
import { lines, sh, steps, type Sh } from '../../core/sh.js'
import { keeps, type Kept } from '../../core/undo.js'
import { isOwner } from '../../facts/accounts/as-user.js'
import type { Checkout, OwnCommits } from '../../facts/git/checkout.js'
import { localEnvironment, remoteEnvironment } from '../../facts/git/environment.js'
import { isCommit, type RemoteRef } from '../../facts/git/remote.js'
import { chownTree } from '../files/change-tree.js'
import { bring, bringSubmodules, cleaning, discarding, type Bringing } from './bring.js'
import type { CleanTree, GitCheckoutOptions } from './checkout-options.js'
import { inDirectory } from '../files/in-directory.js'
import { keptOf } from '../files/path-state.js'
import { treeAttributes } from '../files/tree-attributes.js'
import { checkoutState, type CheckoutStateKey } from './checkout-state.js'
import { lockTrials } from './checkout-trials.js'

/** Seconds to wait for the lock: time for another deployment to finish. */
const lockLimit = 300
/** How many names of files a sentence shows. */
const shownNames = 5

const short = (commit: string): string => commit.slice(0, 7)
function list(names: readonly string[]): string {
  if (names.length <= shownNames) return names.join(', ')
  const first = names.slice(0, shownNames)
  return [...first, `and ${String(names.length - shownNames)} more`].join(', ')
}

/** The local branch for a ref; empty for a commit or a tag. */
export function branchOf(ref: string): string {
  if (isCommit(ref) || /^refs\/(?!heads\/)/.test(ref)) return ''
  return ref.replace(/^refs\/heads\//, '')
}

/** Options of git-clean(1). */
export function cleanOptions(wanted: CleanTree | undefined): readonly string[] | null {
  if (wanted?.untracked !== true) return null
  const kept = (wanted.keep ?? []).map((pattern) => `--exclude=${pattern}`)
  return wanted.ignored === true ? ['-d', '-x', ...kept] : ['-d', ...kept]
}

/** The input of a plan. */
interface Work {
  readonly path: string
  readonly options: GitCheckoutOptions
  readonly key: string | undefined
  readonly remote: RemoteRef
  readonly checkout: Checkout | null
}

/** The changes from a checkout to the commit of its ref, or what prevents them. */
export function planned(work: Work): Plan {
  const { remote, checkout } = work
  if (checkout === null) return [cloned(work)]
  const stopped = obstacle(work, checkout)
  if (stopped !== undefined) return stopped
  const changes = changesOf(work, checkout)
  if (changes.length === 0) return fine(`${remote.name} is at ${short(remote.commit)}`)
  const { locks, holder } = checkout
  if (holder === null) return changes
  const note = `may fail: git, process ${String(holder)}, may hold ${list(locks)}: wait for its end`
  return changes.map((each) => ({ ...each, notes: [note] }))
}

/**
 * Local branches that must be removed, because their names exclude the wanted one (`a` and `a/b`).
 */
function replacedBy({ kind, name }: RemoteRef, checkout: Checkout | null): readonly OwnCommits[] {
  if (kind !== 'branch' || checkout === null) return []
  return checkout.branches.filter((branch) => branch.name !== name)
}

function bringing({ options, remote, checkout }: Work): Bringing {
  const { depth, submodules, clean, force } = options
  return {
    remote,
    head: checkout?.head ?? null,
    replaced: replacedBy(remote, checkout).map(({ name }) => name),
    depth,
    submodules: submodules === true,
    clean: cleanOptions(clean),
    discards: clean !== undefined,
    force: force === true,
  }
}

/** The places with commits that would be lost. */
function ownCommits(
  { path, remote }: Work,
  { head, unpushed, branches, ahead }: Checkout,
): readonly OwnCommits[] {
  const own: OwnCommits[] = []
  if (head !== remote.commit && head !== null) own.push({ name: path, unpushed })
  if (remote.kind === 'branch')
    for (const branch of branches)
      own.push({ ...branch, name: `the local branch ${branch.name} of ${path}` })
  for (const module of ahead) own.push({ ...module, name: `${path}/${module.name}` })
  return own.filter((each) => each.unpushed > 0)
}

/** What prevents the changes: work that only `force` or `clean` may discard. */
function obstacle(work: Work, checkout: Checkout): Plan | undefined {
  const { path, options, remote } = work
  const { force, clean } = options
  const { changed, head, underWay } = checkout
  if (force === true) return undefined
  if (changed.length > 0 && clean === undefined) {
    return blocked(
      `${path} has changes of its own in ${counted(changed.length, 'file')}: ${list(changed)}`,
      'commit and push them, or give clean or force, which discard them',
      { lacks: [`tree:${path}`] },
    )
  }
  const [own] = ownCommits(work, checkout)
  if (own !== undefined) {
    const upTo = own.name === path ? `, up to ${short(head ?? '')}` : ''
    return blocked(
      `${own.name} has ${counted(own.unpushed, 'commit')} that the repository does not have${upTo}`,
      'push them, or give force, which leaves them',
      { lacks: [`tree:${path}`] },
    )
  }
  if (underWay !== null && head !== remote.commit && clean === undefined) {
    return blocked(
      `a ${underWay} is under way in ${path}`,
      `end it there, as with git ${underWay} --abort, or give clean or force`,
      { lacks: [`tree:${path}`] },
    )
  }
  return undefined
}

/** The commit, with the name of its ref unless that is the commit itself. */
function target({ options, remote }: Work): string {
  if (isCommit(options.ref)) return short(remote.commit)
  return `${short(remote.commit)} (${remote.name})`
}

/** What else happens when the commit changes, as the end of a sentence. */
function sideEffects({ remote, options: { clean }, checkout }: Work): string {
  const branches = replacedBy(remote, checkout).map(named)
  let sentence = ''
  if (branches.length > 0) {
    const noun = branches.length === 1 ? 'branch' : 'branches'
    sentence += `, in the place of the local ${noun} ${branches.join(', ')}`
  }
  if (clean?.untracked === true) {
    const what = clean.ignored === true ? 'untracked or ignored' : 'untracked'
    sentence += `, then remove what is ${what}`
  }
  return sentence
}

/** A local branch, with the number of its commits that would be lost. */
const named = ({ name, unpushed }: OwnCommits): string =>
  unpushed === 0 ? name : `${name} and its ${counted(unpushed, 'commit')}`

function cloned(work: Work): Change {
  const { options, remote, checkout } = work
  const branch = remote.kind === 'branch' ? remote.name : 'main'
  const script = lines([
    sh`git -c init.defaultBranch=${branch} init --quiet`,
    setRemote(options.repo),
    bring(bringing(work)),
  ])
  const also = checkout === null ? '' : sideEffects(work)
  const summary = `clone ${options.repo} at ${target(work)}${also}`
  const clone = inCheckout(work, summary, script, 'reaches')
  return { ...clone, effect: 'create', undo: keptOfCheckout(work, 'nothing') }
}

function changesOf(work: Work, checkout: Checkout): readonly Change[] {
  const { options } = work
  const { head, locks, holder, changed, owner, remote } = checkout
  const changes: Change[] = []
  if (options.owner !== undefined && !isOwner(owner, options.owner))
    changes.push(ownerChange(work, owner.name, options.owner))
  if (locks.length > 0 && holder === null)
    changes.push({
      ...inCheckout(
        work,
        `remove ${counted(locks.length, 'lock')} of a git that is gone: ${list(locks)}`,
        sh`rm -f -- ${locks}`,
      ),
      undo: [],
    })
  if (remote !== options.repo && head !== null)
    changes.push({
      ...inCheckout(work, `remote ${remote ?? 'none'} → ${options.repo}`, setRemote(options.repo)),
      undo: keptOf(`${work.path}/.git/config`),
    })
  if (changed.length > 0)
    changes.push({
      ...inCheckout(
        work,
        `discard changes of ${counted(changed.length, 'file')}: ${list(changed)}`,
        discarding(bringing(work)),
      ),
      ...undoOfDiscarding(work),
    })
  return [...changes, ...treeChanges(work, checkout)]
}

const ownerChange = ({ path }: Work, before: string, after: string): Change =>
  change(
    `owner ${before} → ${after}`,
    [{ script: steps([enter(path), chownTree(after)]), long: true }],
    { undo: [keeps(treeAttributes, { path })] },
  )

/** The change of the commit, then the changes of the tree. */
function treeChanges(work: Work, { head, unwanted, submodules }: Checkout): readonly Change[] {
  const wanted = bringing(work)
  const isThere = head === work.remote.commit
  const changes: Change[] = []
  if (head === null) changes.push(cloned(work))
  else if (!isThere)
    changes.push({
      ...inCheckout(
        work,
        `${short(head)} → ${target(work)}${sideEffects(work)}`,
        bring(wanted),
        'reaches',
      ),
      undo: keptOfCheckout(work, wanted.force ? 'untracked' : 'commit'),
    })
  if (unwanted.length > 0)
    changes.push({
      ...inCheckout(
        work,
        `remove ${counted(unwanted.length, 'untracked file')}: ${list(unwanted)}`,
        cleaning(wanted),
      ),
      effect: 'remove',
      undo: [],
      final: 'these files are lost',
    })
  if (submodules.length > 0 && isThere)
    changes.push({
      ...inCheckout(
        work,
        `bring ${counted(submodules.length, 'submodule')}: ${list(submodules)}`,
        bringSubmodules(wanted.force),
        'reaches',
      ),
      undo: [],
      final: 'the commits that submodules were at are not kept',
    })
  return changes
}

/** What is kept of the checkout before a change. */
const keptOfCheckout = (
  { path, options }: Work,
  what: CheckoutStateKey['what'],
): readonly Kept[] => [
  keeps(checkoutState, { path, what, submodules: options.submodules === true }),
]

/** Changes of submodules are not kept. */
const undoOfDiscarding = (work: Work): Pick<Change, 'undo' | 'final'> =>
  work.options.submodules === true
    ? { undo: [], final: 'changes in submodules are lost' }
    : { undo: keptOfCheckout(work, 'changes') }

const setRemote = (repo: string): Sh =>
  sh`if git config --get remote.origin.url >/dev/null; then git remote set-url origin ${repo}; else git remote add origin ${repo}; fi`

const lockHeld = (lock: string): Sh =>
  sh`exec 9>>${lock}; flock -w ${lockLimit} 9 || ${refuse(`${lock} was not free within ${String(lockLimit)} s`, `see who holds it: fuser -v ${lock}`)}`

/** A change by shell that runs in the checkout as its owner, under the lock. */
function inCheckout(
  { path, options: { lock, repo, owner }, key, checkout }: Work,
  summary: string,
  script: Sh,
  reaches?: 'reaches',
): Change {
  const environment = [...localEnvironment(path)]
  if (reaches !== undefined) environment.push(...remoteEnvironment(repo, key))
  const locked = lock === undefined ? script : lines([lockHeld(lock), script])
  const whole = inDirectory(path, owner ?? checkout?.owner.id, environment, locked)
  return change(summary, [{ script: whole, long: true }], { trials: lockTrials(lock) })
}
