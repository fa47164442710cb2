import { absent, present, unknown, type Fact, type ShellFactKind } from '../core/fact.js'
import { lines, sh } from '../core/sh.js'
import { asUser, type Owner } from './as-user.js'
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
 * Runs as the checkout's owner, in it. `$1` is 1 with submodules, the rest are options of git-clean. Commits that a remote
 * branch once had are in the reflogs of the remote branches: after a forced push they are not the checkout's own.
 */
const inspect = `set -u
if [ -d .git ] && [ ! -e .git/HEAD ]; then echo 'head none'; exit 0; fi
git_=$(git rev-parse --git-dir) || exit
modules_=$1; shift
git config -z --get remote.origin.url | tr '\\n\\0' ' \\n' | sed 's/^/remote /'
busy_=
for process_ in /proc/[0-9]*; do
  case $(cat "$process_/comm" 2>/dev/null) in git*) case $(readlink "$process_/cwd" 2>/dev/null)/ in "$PWD"/*) [ "$process_" = "/proc/$$" ] || busy_=1 ;; esac ;; esac
done
[ -n "$busy_" ] || { find "$git_" -maxdepth 1 -name '*.lock'; find "$git_/refs" -name '*.lock'; } | sed 's/^/lock /'
head_=$(git rev-parse -q --verify HEAD) || { echo 'head none'; exit 0; }
echo "head $head_"
ignore_=all; [ "$modules_" = 0 ] || ignore_=none
list_=$(git status --porcelain --untracked-files=no --no-renames --ignore-submodules="$ignore_") || exit
[ -z "$list_" ] || printf '%s\\n' "$list_" | sed 's/^.../changed /'
if [ $# -gt 0 ]; then
  list_=$(git clean -n "$@") || exit
  [ -z "$list_" ] || printf '%s\\n' "$list_" | sed -n 's/^Would remove /clean /p'
fi
git rev-list -g --remotes | sort -u | sed 's/^/^/' | git rev-list --count --ignore-missing --stdin "$head_" --not --remotes --tags | sed 's/^/unpushed /'
[ "$modules_" = 0 ] || { list_=$(git submodule status --recursive) || exit; printf '%s\\n' "$list_" | sed -n 's/^[-+U][0-9a-f]* /submodule /p'; }`

/** A checkout as it is. A path that is missing or an empty directory is absent: git can be put there. */
export const gitCheckoutFact: ShellFactKind<CheckoutKey, Checkout | NoCheckout> = {
  backend: 'shell',
  name: 'git.checkout',
  script: (keys) => ({
    script: lines([
      asUser,
      ...keys.map(({ path, clean, submodules }) => sh`echo @checkout; (
  command -v git >/dev/null || exit 90
  if [ ! -e ${path} ] && [ ! -L ${path} ]; then exit 92; fi
  if [ ! -d ${path} ]; then exit 93; fi
  if [ ! -e ${`${path}/.git`} ]; then [ -z "$(ls -A -- ${path})" ] && exit 92; exit 94; fi
  stat -c 'owner %U %u' ${`${path}/.git`} && cd ${path} && as_ "$(stat -c %u .git)" env ${localEnvironment(path)} sh -c ${inspect} - ${submodules ? 1 : 0} ${clean ?? []} 2>&1
); echo "@status $?"`),
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
  const all = (word: string): readonly string[] => answer.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
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
    changed: all('changed'),
    unwanted: all('clean'),
    unpushed: Number(unpushed),
    locks: all('lock'),
    submodules: all('submodule'),
  })
}
