import { absent, present, unknown, type Fact, type ShellFactKind } from '../core/fact.js'
import { lines, sh } from '../core/sh.js'
import { asOwner, type Owner } from './as-user.js'
import { localEnvironment } from './git-environment.js'

/** Options of git-clean(1) that say what `clean` removes; null where nothing is to be removed. */
export type CleanOptions = readonly string[] | null

export interface CheckoutKey {
  readonly path: string
  readonly clean: CleanOptions
  readonly submodules: boolean
}

export interface Checkout {
  readonly owner: Owner
  /** The commit that is checked out; null before the first. */
  readonly head: string | null
  /** The URL of `origin`, without what may be a password in it. */
  readonly remote: string | null
  /** Tracked files that differ from the commit. */
  readonly changed: readonly string[]
  /** What `clean` would remove. */
  readonly unwanted: readonly string[]
  /** Commits that neither a branch of the remote nor a tag has, or had. */
  readonly unpushed: number
  /** Lock files of a git that is no longer there. */
  readonly locks: readonly string[]
  /** Submodules that differ from the commit. */
  readonly submodules: readonly string[]
}

/** What is at a checkout's path instead of one. */
export interface NoCheckout {
  readonly other: string
}

/**
 * Runs as the checkout's owner, in it. `$1` is 1 with submodules, the rest are options of git-clean. Whether a git still works there matters
 * only where a lock is. A commit that a branch of the remote is at was pushed; only for another one is git asked. Commits that a remote branch
 * once had are in the reflogs of the remote branches: after a forced push they are not the checkout's own.
 */
const inspect = `set -u
n_='
'
if [ -d .git ] && [ ! -e .git/HEAD ]; then echo 'head none'; exit 0; fi
git_=.git
[ -d .git ] || git_=$(git rev-parse --git-dir) || exit
modules_=$1; shift
url_=$(git config --get remote.origin.url) && echo "remote \${url_%%"$n_"*}"
locks_=
below_() { for f_ in "$1"/*; do case $f_ in *.lock) lock_ "$f_" ;; *) [ ! -d "$f_" ] || [ -L "$f_" ] || below_ "$f_" ;; esac; done; }
lock_() { [ ! -e "$1" ] || locks_="\${locks_}lock $1$n_"; }
busy_() {
  here_=$(pwd -P)
  for p_ in /proc/[0-9]*; do
    { read -r c_ <"$p_/comm"; } 2>/dev/null && case $c_ in git*) case $(readlink "$p_/cwd" 2>/dev/null)/ in "$here_"/*) return 0 ;; esac ;; esac
  done
  return 1
}
for f_ in "$git_"/*.lock; do lock_ "$f_"; done
below_ "$git_/refs"
[ -z "$locks_" ] || busy_ || printf %s "$locks_"
ignore_=all; [ "$modules_" = 0 ] || ignore_=none
state_=$(git status --porcelain=v2 --branch --no-ahead-behind --untracked-files=no --no-renames --ignore-submodules="$ignore_") || exit
head_=\${state_#*'# branch.oid '}; head_=\${head_%%"$n_"*}
[ "$head_" != '(initial)' ] || { echo 'head none'; exit 0; }
printf '%s\\n' "head $head_" "$state_"
[ $# = 0 ] || git clean -n "$@" || exit
pushed_() { for f_ in "$git_"/refs/remotes/*/*; do { read -r c_ <"$f_"; } 2>/dev/null && [ "$c_" = "$head_" ] && return; done; return 1; }
own_() { git rev-list --count --ignore-missing "$@" "$head_" --not --remotes --tags; }
if pushed_; then own_=0; else own_=$(own_) || exit; fi
[ "$own_" = 0 ] || own_=$(git rev-list -g --remotes | sort -u | sed 's/^/^/' | own_ --stdin) || exit
echo "unpushed $own_"
[ "$modules_" = 0 ] || git submodule status --recursive`

/** Seconds for git as another user, whose filters it runs: they must not hold up the host. */
const answerLimit = 120

/** A checkout as it is. A path that is missing or an empty directory is absent: git can be put there. */
export const gitCheckoutFact: ShellFactKind<CheckoutKey, Checkout | NoCheckout> = {
  backend: 'shell',
  name: 'git.checkout',
  script: (keys) => ({
    script: lines([
      asOwner,
      sh`checkout_() {
  command -v git >/dev/null || return 90
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 92; fi
  [ -d "$1" ] || return 93
  if [ ! -e "$1/.git" ]; then [ -z "$(ls -A -- "$1")" ] && return 92; return 94; fi
  found_=$(stat -c '%U %u' -- "$1/.git") && echo "owner $found_" || return
  checkout_=$1; shift
  case $found_ in UNKNOWN*) found_=\${found_#* } ;; *) found_=\${found_% *} ;; esac
  set -- sh -c ${inspect} - "$@"
  [ "\${USER-}" = "$found_" ] || set -- timeout -k 5 ${answerLimit} "$@"
  as_owner_ "$found_" "$checkout_" "$@"
}`,
      ...keys.map(({ path, clean, submodules }) => sh`export ${localEnvironment(path)}
echo @checkout; checkout_ ${path} ${submodules ? 1 : 0} ${clean ?? []} 2>&1; echo "@status $?"`),
    ]),
  }),
  parse({ code, stdout, stderr }, keys): readonly Fact<Checkout | NoCheckout>[] {
    const sections = stdout.toString().split(/^@checkout\n/m).slice(1)
    return keys.map(({ path }, index) => checkoutOf(path, sections[index] ?? '', stderr.trim() || `status ${String(code)}`))
  },
}

/** Status values of the script's own. */
const answers: ReadonlyMap<string | undefined, Fact<NoCheckout>> = new Map([
  ['90', unknown('git is not installed on the host', "add apt.packages(['git']) before this resource")],
  ['92', absent],
  ['93', present({ other: 'no directory' })],
  ['94', present({ other: 'a directory that holds other things' })],
  ['95', unknown('root owns the checkout in a directory of another user, and git as root does nothing there', 'give both one owner')],
  ['124', unknown(`git did not answer within ${String(answerLimit)} s`, 'run git status there as its owner and see what it waits for')],
])

function checkoutOf(path: string, section: string, said: string): Fact<Checkout | NoCheckout> {
  const [, answer = '', status] = /^([\s\S]*?)^@status (\d+)\n/m.exec(section) ?? []
  const known = answers.get(status)
  if (known !== undefined) return known
  if (status === '0') return parsed(path, answer)
  return unknown(`git cannot read ${path}: ${answer.replace(/^owner .*\n/, '').trim() || said}`, `see git's message; if the repository is damaged, remove ${path} and it is cloned anew`)
}

/** A URL may hold a token, which must not be shown. */
const withoutToken = (url: string): string => url.replace(/^([a-z+]+:\/\/)[^/@]*:[^/@]*@/, '$1[secret]@').replace(/^(https?:\/\/)[^/@[]+@/, '$1[secret]@')

function parsed(path: string, answer: string): Fact<Checkout> {
  const found = (pattern: RegExp): readonly string[] => answer.split('\n').flatMap((line) => pattern.exec(line)?.[1] ?? [])
  const all = (word: string): readonly string[] => found(new RegExp(`^${word} (.*)$`))
  const [owner, id] = all('owner')[0]?.split(' ') ?? []
  const head = all('head')[0]
  const unpushed = all('unpushed')[0] ?? (head === 'none' ? '0' : undefined)
  if (owner === undefined || id === undefined || head === undefined || !/^(?:none|[0-9a-f]{40,64})$/.test(head) || unpushed === undefined || !/^\d+$/.test(unpushed)) {
    return unknown(`the state of ${path} cannot be understood: ${answer.trim()}`, 'run git status there as its owner and see what it says')
  }
  const remote = all('remote')[0]
  return present({
    owner: { name: owner, id },
    head: head === 'none' ? null : head,
    remote: remote === undefined ? null : withoutToken(remote.trimEnd()),
    // Entries of git-status(1) in its format v2: changed ones, and those of a merge.
    changed: found(/^(?:1(?: \S+){7}|u(?: \S+){9}) (.*)$/),
    unwanted: found(/^Would remove (.*)$/),
    unpushed: Number(unpushed),
    locks: all('lock'),
    submodules: found(/^[-+U][0-9a-f]{40,64} (.*)$/),
  })
}
