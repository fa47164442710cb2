# shellcheck shell=dash
# Tells the state of a checkout, in it and as its owner. This text is quoted as a word of another
# script, in which each single quote takes four bytes: so it has none. The answer:
#
#   remote git@github.com:example/app.git
#   lock .git/index.lock
#   holder 1234
#   under-way rebase-merge
#   head 5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e5c8d1f7a
#   changed app.py
#   Would remove notes.txt
#   unpushed 0
#   branch 2 main
#
# Needs: changes.sh, locks.sh.
# shellcheck disable=SC2154

# Whether a branch of the remote is at $head_.
is_pushed_() {
  for ref_ in "$git_"/refs/remotes/*/*; do
    { read -r commit_ <"$ref_"; } 2>/dev/null && [ "$commit_" = "$head_" ] && return
  done
  return 1
}

# Counts the commits of $1 that neither a branch of the remote nor a tag has, or had: $own_.
# Commits that a branch of the remote once had are in its reflog, and those that were brought in the
# reflog of refs/fettle/brought: after a forced push, or when their branch is gone, they are not the
# checkout's own.
count_() { git rev-list --count --ignore-missing "$@" --not --remotes --tags --glob=refs/fettle; }
count_own_() {
  own_=$(count_ "$1") || return
  [ "$own_" = 0 ] || own_=$(
    git rev-list -g --remotes --glob=refs/fettle | sort -u | sed "s/^/^/" | count_ --stdin "$1"
  )
}

# Whether a local branch, $1, has the wanted one's name, is a folder of it, or has it as a folder.
excludes_() {
  case $1 in "$branch_" | "$branch_"/*) return ;; esac
  case $branch_ in "$1"/*) ;; *) return 1 ;; esac
}

# Whether there may be such a branch, and HEAD is not on the wanted one: else local branches do not
# matter.
may_be_taken_() {
  [ -n "$branch_" ] || return
  { read -r ref_ <"$git_/HEAD"; } 2>/dev/null &&
    [ "$ref_" = "ref: refs/heads/$branch_" ] && return 1
  [ -d .git ] && [ ! -e .git/packed-refs ] && [ ! -e ".git/refs/heads/$branch_" ] || return 0
  folder_=$branch_
  while case $folder_ in */*) ;; *) return 1 ;; esac; do
    folder_=${folder_%/*}
    [ ! -f ".git/refs/heads/$folder_" ] || return 0
  done
}

# $1: the branch that is wanted; the rest are options of git-clean(1), none where nothing is
# removed.
#
# A commit that a branch of the remote is at was pushed; only for another one is git asked.
fettle_inspect() {
  if [ -d .git ] && [ ! -e .git/HEAD ]; then
    echo "head none"
    exit 0
  fi
  git_=.git
  [ -d .git ] || git_=$(git rev-parse --git-dir) || exit
  branch_=$1
  shift
  url_=$(git config --get remote.origin.url) && echo "remote ${url_%%"$newline_"*}"
  fettle_find_locks "$git_"
  [ -z "$locks_" ] || printf %s "$locks_" | sed "s/^/lock /"
  [ -z "$holder_" ] || echo "holder $holder_"
  for entry_ in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD; do
    [ ! -e "$git_/$entry_" ] || echo "under-way $entry_"
  done
  state_=$(fettle_tracked_state) || exit
  head_=${state_#*"# branch.oid "}
  head_=${head_%%"$newline_"*}
  [ "$head_" != "(initial)" ] || head_=none
  echo "head $head_"
  fettle_changed "$state_" ""
  [ $# = 0 ] || git clean -n "$@" || exit
  own_=0
  [ "$head_" = none ] || is_pushed_ || count_own_ "$head_" || exit
  echo "unpushed $own_"
  if may_be_taken_; then
    heads_=$(git for-each-ref --format="%(objectname) %(refname:lstrip=2)" refs/heads) || exit
    # No name of a branch has a space.
    # shellcheck disable=SC2086
    set -- $heads_
    while [ $# != 0 ]; do
      if excludes_ "$2"; then
        count_own_ "$1" && echo "branch $own_ $2" || exit
      fi
      shift 2
    done
  fi
}
