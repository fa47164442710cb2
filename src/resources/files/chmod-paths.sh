# shellcheck shell=dash
# Gives entries of a tree another mode, where others may rename what is in it.
# Needs: refuse.sh, in-tree.sh.
# shellcheck disable=SC2154,SC2086

# Where descriptors lead, a line each; not every readlink(1) takes several.
paths_of_() {
  readlink -- "$@" 2>/dev/null || for descriptor_; do readlink -- "$descriptor_"; done
}

# Changes what is open at $descriptors_, if it is what was meant.
chmod_open_() {
  [ "$(paths_of_ $descriptors_; echo .)" = "$expected_." ] || refuse_replaced_
  chmod -- "$mode_" $descriptors_
}

# Opens up to seven entries, as many as a shell has descriptors for, and changes what is open:
# chmod(1) itself would follow a link. $redirections_ holds what opens them:
#   3<"$1" 4<"$2"
open_and_chmod_() {
  last_=2 index_=0 descriptors_='' expected_='' redirections_=''
  for entry_; do
    index_=$((index_ + 1))
    test "$kind_" "$entry_" || continue
    path_of_ "$entry_"
    last_=$((last_ + 1))
    descriptors_="$descriptors_ /proc/self/fd/$last_"
    expected_="$expected_$path_
"
    redirections_="$redirections_ $last_<\"\$$index_\"$inside_"
  done
  [ -z "$descriptors_" ] || eval "chmod_open_$redirections_"
}

# Gives entries of the tree a mode, $1. $2: `-f` for files, `-d` for directories; what is something
# else by now is left as it is. $3 and so on: their paths.
fettle_chmod_paths() {
  find_top_
  mode_=$1 kind_=$2 inside_=''
  shift 2
  [ "$kind_" = -f ] || inside_=/.
  while [ $# -gt 7 ]; do
    open_and_chmod_ "$1" "$2" "$3" "$4" "$5" "$6" "$7" || exit
    shift 7
  done
  open_and_chmod_ "$@"
}
