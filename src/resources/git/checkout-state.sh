# shellcheck shell=dash
# Tells where a checkout is, and brings it back there; in it, and as its owner. This text is quoted as
# a word of another script, in which each single quote takes four bytes: so it has none. The state:
#
#   commit 5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e5c8d1f7a
#   head refs/heads/main
#   ref 5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e5c8d1f7a refs/heads/main
#
# Needs: refuse.sh, locks.sh.
# shellcheck disable=SC2154

fettle_tell_checkout() {
  commit_=$(git rev-parse --verify --quiet HEAD) || exit
  branch_=$(git symbolic-ref --quiet HEAD) || branch_=
  printf "commit %s\nhead %s\n" "$commit_" "$branch_"
  git for-each-ref --format="ref %(objectname) %(refname)" refs/heads
}

# Prints the untracked files that are not ignored, as an archive of tar(1).
fettle_pack_untracked() {
  git ls-files --others --exclude-standard -z | xargs -0 -r tar -cf - --
}

# What tracked files have changed.
fettle_changed_files() {
  git status --porcelain --untracked-files=no --ignore-submodules=all
}

# Counts the commits of refs, the arguments, that the repository does not have: $own_.
count_own_() {
  own_=$(git rev-list --count "$@" --not --remotes --tags --glob=refs/fettle) || exit
}

# Refuses where there are some, which would be lost.
refuse_own_() {
  count_own_ "$@"
  [ "$own_" = 0 ] ||
    fettle_refuse "$own_ commits came after the change that the repository does not have" "push them"
}

# Removes the locks of a git that is gone, such as one of a run that was killed, and refuses where a
# git may still hold them.
fettle_clear_locks() {
  [ -e .git ] || return 0
  git_=$(git rev-parse --git-dir) || return 0
  fettle_find_locks "$git_"
  [ -z "$holder_" ] || {
    printf "%s\n" "$locks_" >&2
    fettle_refuse "git, process $holder_, may still work in $(pwd -P)" "wait for it, or end it"
  }
  printf %s "$locks_" | while IFS= read -r lock_; do rm -f -- "$lock_" || exit; done || exit
}

# Refuses where the checkout has what the change has not brought: commits, other contents of tracked
# files, other files. The index may be missing or torn, so a new one tells what was brought.
fettle_refuse_others() {
  if [ ! -d .git ]; then
    [ -z "$(ls -A)" ] || fettle_refuse "the directory holds other things by now"
    return 0
  fi
  fettle_clear_locks
  refuse_own_ --all
  index_=$(pwd -P)/.git/fettle.index
  brought_=$(git rev-parse --verify --quiet refs/fettle/brought) || brought_=--empty
  others_=$(
    export GIT_INDEX_FILE="$index_"
    git read-tree "$brought_" || exit
    git update-index -q --refresh >/dev/null || :
    git diff-files --name-only --diff-filter=d && git ls-files --others
  ) || {
    rm -f -- "$index_"
    exit 1
  }
  rm -f -- "$index_"
  [ -z "$others_" ] || {
    printf "%s\n" "$others_" | head -n 20 >&2
    fettle_refuse "the checkout has files that it did not bring, which would be lost" \
      "move them elsewhere"
  }
}

# Removes the branches that were not there and have no commits of their own, and makes those again
# that are gone. $refs_: what was there.
take_back_branches_() {
  now_=$(git for-each-ref --format="%(objectname) %(refname)" refs/heads) || exit
  printf "%s\n" "$now_" | while read -r at_ ref_; do
    case $newline_$refs_$newline_ in
    *" $ref_$newline_"*) ;;
    *)
      [ -n "$ref_" ] || continue
      count_own_ "$at_"
      [ "$own_" != 0 ] || git update-ref -d "$ref_" "$at_" || exit
      ;;
    esac
  done || exit
  printf "%s\n" "$refs_" | while read -r _ at_ ref_; do
    [ "$ref_" != "$branch_" ] || at_=$commit_
    case $newline_$now_$newline_ in
    *" $ref_$newline_"*) [ "$ref_" = "$branch_" ] || continue ;;
    esac
    [ -z "$ref_" ] || git update-ref "$ref_" "$at_" || exit
  done
}

# Brings the checkout back to the state that comes through standard input.
fettle_move_back() {
  read -r _ commit_ && read -r _ branch_ && refs_=$(cat) || exit
  fettle_clear_locks
  now_=$(git rev-parse --verify --quiet HEAD) || now_=
  if [ "$now_" != "$commit_" ]; then
    changed_=$(fettle_changed_files) || exit
    [ -z "$changed_" ] || {
      printf "%s\n" "$changed_" | head -n 20 >&2
      fettle_refuse "tracked files have changes of their own, which would be overwritten" \
        "commit and push them, or discard them: git reset --hard"
    }
    refuse_own_ HEAD "^$commit_"
    [ -z "$branch_" ] || ! git show-ref --verify --quiet "$branch_" ||
      refuse_own_ "$branch_" "^$commit_"
    git checkout --quiet --detach "$commit_" -- || exit
  fi
  git update-ref --no-deref HEAD "$commit_" || exit
  take_back_branches_
  [ -z "$branch_" ] || git symbolic-ref HEAD "$branch_" || exit
}

# Makes changes of tracked files again, which come through standard input as a patch. Where there are
# some already, they are these, or newer ones.
fettle_apply_patch() {
  changed_=$(fettle_changed_files) || exit
  if [ -n "$changed_" ]; then cat >/dev/null; else git apply --whitespace=nowarn -; fi
}

# Brings back untracked files that are gone; what is there stays.
fettle_unpack_untracked() { tar -xkf - 2>/dev/null || :; }
