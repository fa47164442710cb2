# shellcheck shell=dash
# Gives entries of a tree another owner or group, where others may rename what is in it.
# Needs: refuse.sh, in-tree.sh.
# shellcheck disable=SC2154,SC2034

# Changes the entries $names_ of the directory $directory_, from within it; chown(1) with `-h`
# follows no link at the end. Each of $names_ is one of the arguments without its directory:
#   "./${1##*/}" "./${2##*/}"
chown_names_() {
  [ -z "$names_" ] || (
    path_of_ "$directory_"
    { cd -P -- "$directory_" && [ "$(readlink /proc/self/cwd)" = "$path_" ]; } || refuse_replaced_
    eval "exec chown -h -- \"\$account_\"$names_"
  )
}

# Gives entries of the tree an owner (`name`) or a group (`:name`), $1. $2 and so on: their paths.
# Those that follow one another in a directory are changed together.
fettle_chown_paths() {
  find_top_
  account_=$1 directory_='' names_='' index_=0
  shift
  for entry_; do
    index_=$((index_ + 1))
    case $entry_ in */*) parent_=${entry_%/*} ;; *) parent_=. ;; esac
    [ "$parent_" = "$directory_" ] || {
      chown_names_ "$@" || exit
      directory_=$parent_ names_=''
    }
    names_="$names_ \"./\${$index_##*/}\""
  done
  chown_names_ "$@"
}
