# shellcheck shell=dash

# Where one branch, $1, alone is fetched, nothing else forgets branches of the remote that are gone
# and in its way: those that have its name as a folder, and those that are one of its folders, whose
# refs are the other arguments.
fettle_forget_branches() {
  branch_=$1
  shift
  for ref_; do
    ! git show-ref --verify --quiet "$ref_" || git update-ref -d "$ref_"
  done
  git for-each-ref --format="delete %(refname)" "refs/remotes/origin/$branch_/" |
    git update-ref --stdin
}
