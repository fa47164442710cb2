# shellcheck shell=dash
# Finds tracked files that are not as the commit gives them. It has no single quotes: see spare.sh.
#
# Needs: changes.sh.

# Of what `git ls-files -v` printed, $1: says which files have changes that no status shows, because
# git was told to overlook them (`--assume-unchanged`, `--skip-worktree`).
overlooked_() {
  printf "%s\n" "$1" | sed -n "s/^[a-zS] //p" | while IFS= read -r file_; do
    [ ! -e "$file_" ] || fettle_is_given "$file_" ||
      echo "changed $file_, which git was told to overlook (git-update-index(1))"
  done
}

# Answers: $found_changes.
fettle_find_changes() {
  state_=$(fettle_tracked_state) && tags_=$(git ls-files -v) || exit
  # shellcheck disable=SC2034
  found_changes=$(
    fettle_changed "$state_" ""
    overlooked_ "$tags_"
  )
}
