# shellcheck shell=dash
# Keeps what is needed to take changes back, before they begin. What is kept together is a batch: a
# folder with one for each thing, and a list of the things. A batch counts once it is complete,
# which is when its folder gets its name.

# Removes what is too old: so that with the new one there are 20 runs, none of more than 30 days.
forget_old_runs_() {
  find . -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf -- {} + &&
    find . -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n +20 | while IFS= read -r old_; do
      rm -rf -- "$old_" || exit
    done
}

# Makes the folders of a batch; the umask is 077.
# $1: where runs lie; $2: the run; the others: the folders, first the batch's own.
fettle_begin_batch() {
  run_=$1/$2
  if [ ! -d "$run_" ]; then
    mkdir -p -- "$1" && cd -- "$1" && forget_old_runs_ && mkdir -- "./$2" || exit
  fi
  shift 2
  cd -- "$run_" && mkdir -- "$@" || exit
}

# Ends a batch: all of it reaches the disk before it gets its name.
# $1: its folder; $2: its name; the others: its things, one word each.
fettle_end_batch() {
  cd -- "$run_" || exit
  folder_=$1 name_=$2
  shift 2
  printf '%s\n' "$@" >"$folder_/things" &&
    find "$folder_" \( -type f -o -type d \) -exec sync -- {} + &&
    mv -T -- "$folder_" "$name_" &&
    sync -- . || exit
}
