# shellcheck shell=dash
# Finds untracked files that stand in the way of a commit. This text is quoted as a word of another
# script, in which each single quote takes four bytes: so it has none.
#
# Set before: untracked_script, occupied_script (which list some of the files that they are given).
# shellcheck disable=SC2154

remove_lists_() { rm -f -- "$way_" "$way_.killed" "$way_.added" "$way_.index"; }

# Whether untracked files, ignored ones too, stand in the way of a commit, $2, where HEAD is at
# another one, $1. It is asked because `git checkout --force` overwrites all of them, and a plain
# one those that are ignored; a plain one also refuses files that git calls modified although a
# checkout wrote them.
fettle_in_the_way() {
  git_=$(git rev-parse --git-dir) || exit
  way_=$git_/fettle.way
  trap remove_lists_ EXIT
  GIT_INDEX_FILE=$way_.index git read-tree "$2" &&
    GIT_INDEX_FILE=$way_.index git ls-files --killed -z >"$way_.killed" || exit
  git diff-tree -r -z --name-only --no-renames --diff-filter=A "$1" "$2" >"$way_.added" || exit
  xargs -0 -r sh -c "$untracked_script" - <"$way_.killed" >"$way_" || exit
  wanted_commit=$2 xargs -0 -r sh -c "$occupied_script" - <"$way_.added" >>"$way_" || exit
  [ -s "$way_" ]
}

# Removes them with git-clean(1), whose options are the arguments.
fettle_clear_the_way() {
  xargs -0 -r git --literal-pathspecs clean --quiet --force "$@" -- <"$way_" || exit
}

fettle_show_the_way() { tr "\0" "\n" <"$way_" | sort -u | head -n 20; }
