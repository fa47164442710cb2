# shellcheck shell=dash
# Lists what a run has kept, in order: the folder of each thing, a tab, and what it is. Nothing where
# it has changed nothing.
# $1: where runs lie; $2: the run.
fettle_list_kept() {
  [ -d "$1/$2" ] || return 0
  cd -- "$1/$2" || exit
  for batch_ in ??????; do
    [ -f "$batch_/things" ] || continue
    number_=0
    while IFS= read -r thing_; do
      printf '%s\t%s\n' "$1/$2/$batch_/$number_" "$thing_"
      number_=$((number_ + 1))
    done <"$batch_/things"
  done
}
