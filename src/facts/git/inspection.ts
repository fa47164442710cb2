import { quote } from '../../core/sh.js'
import { changedFiles, statusCommand } from './changes.js'

/**
 * In each submodule. Commits of its own are those that its repository does not have; `sha1` and
 * `displaypath` are git-submodule(1)'s.
 */
const submodule = `${changedFiles}
head_=$(git rev-parse --quiet --verify HEAD) || exit 0
state_=$(${statusCommand}) || exit
changed_ "$state_" "$displaypath/"
[ "$head_" = "$sha1" ] || { own_=$(git rev-list --count HEAD --not --remotes --tags) && echo "ahead $own_ $displaypath"; } || exit
[ -n "$clean_" ] || exit 0
found_=$(eval "git clean -n $clean_") || exit
while IFS= read -r l_; do case $l_ in 'Would remove '*) printf 'Would remove %s\\n' "$displaypath/\${l_#Would remove }" ;; esac; done <<E_
$found_
E_`

const repository = `set -u
n_='
'
${changedFiles}
if [ -d .git ] && [ ! -e .git/HEAD ]; then echo "head none"; exit 0; fi
git_=.git
[ -d .git ] || git_=$(git rev-parse --git-dir) || exit
modules_=$1 branch_=$2 clean_=$3
shift 3
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
for f_ in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD; do [ ! -e "$git_/$f_" ] || echo "under-way $f_"; done
state_=$(${statusCommand}) || exit
head_=\${state_#*"# branch.oid "}; head_=\${head_%%"$n_"*}
[ "$head_" != "(initial)" ] || head_=none
echo "head $head_"
changed_ "$state_" ""
[ $# = 0 ] || git clean -n "$@" || exit
pushed_() { for f_ in "$git_"/refs/remotes/*/*; do { read -r c_ <"$f_"; } 2>/dev/null && [ "$c_" = "$head_" ] && return; done; return 1; }
count_() { git rev-list --count --ignore-missing "$@" --not --remotes --tags --glob=refs/fettle; }
own_() {
  own_=$(count_ "$1") || return
  [ "$own_" = 0 ] || own_=$(git rev-list -g --remotes --glob=refs/fettle | sort -u | sed "s/^/^/" | count_ --stdin "$1")
}
own_=0
[ "$head_" = none ] || pushed_ || own_ "$head_" || exit
echo "unpushed $own_"
at_() { case $1 in "$branch_" | "$branch_"/*) return ;; esac; case $branch_ in "$1"/*) ;; *) return 1 ;; esac; }
taken_() {
  [ -n "$branch_" ] || return
  { read -r h_ <"$git_/HEAD"; } 2>/dev/null && [ "$h_" = "ref: refs/heads/$branch_" ] && return 1
  [ -d .git ] && [ ! -e .git/packed-refs ] && [ ! -e ".git/refs/heads/$branch_" ] || return 0
  a_=$branch_
  while case $a_ in */*) ;; *) return 1 ;; esac; do a_=\${a_%/*}; [ ! -f ".git/refs/heads/$a_" ] || return 0; done
}
if taken_; then
  heads_=$(git for-each-ref --format="%(objectname) %(refname:lstrip=2)" refs/heads) || exit
  while read -r c_ f_; do
    if at_ "$f_"; then own_ "$c_" </dev/null && echo "branch $own_ $f_" || exit; fi
  done <<E_
$heads_
E_
fi`

const submodules = `
[ "$modules_" = 0 ] || { git submodule status --recursive && export clean_ module_=${quote(submodule)} && git submodule foreach --quiet --recursive 'eval "$module_"'; }`

/**
 * Shell that tells the state of a checkout, with the part about submodules where it is wanted. It
 * runs as the checkout's owner, in it. `$1` is 1 with submodules, `$2` the branch that is wanted,
 * `$3` the options of git-clean as one text; the rest are those options. Words stand in double
 * quotes, because each single one takes four bytes where this text is quoted itself.
 *
 * - Whether a git still works there matters only where a lock is.
 * - A commit that a branch of the remote is at was pushed; only for another one is git asked.
 *   Commits that a branch of the remote once had are in its reflog, and those that were brought in
 *   the reflog of `refs/fettle/brought`: after a forced push, or when their branch is gone, they
 *   are not the checkout's own.
 * - Local branches matter where HEAD is not on the wanted one: one of its name, and those whose
 *   names have it as a folder, or are one of its folders.
 */
export const inspection = (withSubmodules: boolean): string =>
  withSubmodules ? `${repository}${submodules}` : repository
