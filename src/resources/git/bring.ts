import { refuse } from '../../core/refuse.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import type { RemoteRef } from '../../facts/git/remote.js'
import bringText from './bring.sh.js'
import { spareTracked, spareUntracked } from './spare.js'

/** The commit to check out, the present state, and what may be lost. */
export interface Bringing {
  readonly remote: RemoteRef
  /** The commit that HEAD had when the plan was made; null before the first. */
  readonly head: string | null
  /** Local branches whose names exclude the wanted one; they are removed. */
  readonly replaced: readonly string[]
  readonly depth: number | undefined
  readonly submodules: boolean
  /** Options of git-clean(1); null where untracked files stay. */
  readonly clean: readonly string[] | null
  /** Whether changes of tracked files are discarded. */
  readonly discards: boolean
  /** Whether to skip all checks for changes that would be lost. */
  readonly force: boolean
}

/** Runs a command in the checkout and, if wanted, in its submodules. */
function everywhere(command: Sh, submodules: boolean): Sh {
  if (!submodules) return command
  return lines([command, sh`git submodule foreach --quiet --recursive ${command.text}`])
}

/** Removes untracked files with git-clean(1). */
export function cleaning({ clean, submodules }: Pick<Bringing, 'clean' | 'submodules'>): Sh {
  if (clean === null) return sh`:`
  return everywhere(sh`git clean --quiet --force ${clean}`, submodules)
}

/** Discards changes of tracked files, but no untracked files in their places. */
export function discarding({
  head,
  clean,
  submodules,
  force,
}: Pick<Bringing, 'head' | 'clean' | 'submodules' | 'force'>): Sh {
  const reset = everywhere(sh`git reset --quiet --hard`, submodules)
  if (force || head === null) return reset
  return lines([spareUntracked(sh`HEAD`, sh`HEAD`, clean), reset])
}

/**
 * Updates submodules to the commits that the checkout names. Without force git refuses to overwrite
 * untracked files in them.
 */
export function bringSubmodules(force: boolean): Sh {
  const flags = force ? ['--force'] : []
  return sh`git submodule sync --quiet --recursive && git submodule update --quiet --init --recursive ${flags}`
}

/**
 * The ref under which a fetched tag is kept. It has no slash, so that no tag can exclude another
 * one (`a` and `a/b`).
 */
const keptTag = (name: string): string =>
  `refs/fettle/tags/${name.replaceAll('%', '%25').replaceAll('/', '%2F')}`

/**
 * The refspec to fetch: with a depth the one ref, else all branches, so that removed branches do
 * not exclude new ones.
 */
function refSpec({ kind, name, commit }: RemoteRef, depth: number | undefined): string {
  if (kind === 'tag') return `+refs/tags/${name}:${keptTag(name)}`
  if (depth === undefined) return '+refs/heads/*:refs/remotes/origin/*'
  return kind === 'branch' ? `+refs/heads/${name}:refs/remotes/origin/${name}` : commit
}

/** The prefixes of a name: `release/1.0/x` → `release`, `release/1.0` */
const foldersOf = (name: string): readonly string[] =>
  name
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'))

/** Forgets branches of the remote that are gone and in the way of this one. */
function forgetting(name: string): Sh {
  const folders = foldersOf(name).map((folder) => `refs/remotes/origin/${folder}`)
  return sh`${shellFunctions(bringText)}fettle_forget_branches ${name} ${folders}`
}

/** Fetches the commit that was planned, even if the branch has moved on since. */
function fetching({ remote, depth }: Bringing): readonly Sh[] {
  const { kind, name, commit } = remote
  const history = depth === undefined ? [] : ['--depth', depth]
  const pruning = depth === undefined && kind !== 'tag' ? ['--prune'] : []
  const fetch = sh`git fetch --quiet --no-tags ${history}`
  const scripts = [
    sh`${fetch} ${pruning} origin ${refSpec(remote, depth)}`,
    sh`git cat-file -e ${`${commit}^{commit}`} 2>/dev/null || ${fetch} origin ${commit}`,
  ]
  return kind === 'branch' && depth !== undefined ? [forgetting(name), ...scripts] : scripts
}

/**
 * Updates a tag of this name if it was fetched before. One that somebody created on the host is
 * kept.
 */
function tagging(
  { remote: { kind, name }, force }: Bringing,
  around: readonly Sh[],
): readonly Sh[] {
  if (kind !== 'tag') return around
  const tag = `refs/tags/${name}`
  const kept = keptTag(name)
  const owned = force ? sh`*` : sh`"$kept_"`
  return [
    sh`tag_=$(git rev-parse --quiet --verify ${tag}) || tag_=`,
    sh`kept_=$(git rev-parse --quiet --verify ${kept}) || kept_=`,
    ...around,
    // Fails where another tag has this name as a prefix. It is then left out: the commit is known
    // without it.
    sh`case $tag_ in '' | ${owned}) git update-ref ${tag} ${kept} 2>/dev/null || : ;; esac`,
  ]
}

/** Fails where HEAD has moved since the plan: by a commit or another deployment. */
const spareCommits = (head: string | null): Sh =>
  sh`[ "$(git rev-parse --quiet --verify HEAD)" = ${head ?? ''} ] || ${refuse('the checkout is no longer at the commit that the plan saw', 'run again')}`

/**
 * Checks before the checkout that nothing is lost, unless an option permits it. If a check fails,
 * the tree is unchanged.
 */
function sparing({ head, remote: { commit }, clean, discards, force }: Bringing): readonly Sh[] {
  if (force) return []
  const from = head === null ? sh`"$(git hash-object -t tree /dev/null)"` : sh`${head}`
  const untracked = spareUntracked(from, sh`${commit}`, clean)
  if (discards) return [spareCommits(head), untracked]
  return [spareCommits(head), spareTracked, untracked]
}

function checkingOut({ remote: { kind, name, commit }, head, replaced }: Bringing): readonly Sh[] {
  const scripts: Sh[] = []
  // A branch that is checked out cannot be removed, so HEAD is detached first.
  if (replaced.length > 0 && head !== null) scripts.push(sh`git update-ref --no-deref HEAD ${head}`)
  if (replaced.length > 0) scripts.push(sh`git branch --quiet -D -- ${replaced}`)
  if (kind === 'branch')
    return [...scripts, sh`git checkout --quiet --force -B ${name} ${commit} --`]
  return [...scripts, sh`git checkout --quiet --force --detach ${commit} --`]
}

/**
 * Fetches a commit and checks it out. Deployed commits are recorded in the reflog of
 * `refs/fettle/brought`, to tell them from commits that somebody made on the host.
 */
export function bring(wanted: Bringing): Sh {
  const { remote, submodules, force } = wanted
  const scripts = [
    ...tagging(wanted, fetching(wanted)),
    ...sparing(wanted),
    sh`git update-ref --create-reflog -m brought refs/fettle/brought ${remote.commit}`,
    ...checkingOut(wanted),
  ]
  if (submodules) scripts.push(bringSubmodules(force))
  return lines([...scripts, cleaning(wanted)])
}
