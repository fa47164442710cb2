# shellcheck shell=dash
# Keeps the attributes of everything in a tree in "$kept", and brings them back. For each kind, mode,
# owner and group that there are, numbered from 1: what it is, and the paths that have it, each of
# which ends in a NUL:
#   1        f 644 0 33
#   1.paths  ./etc/app.conf<NUL>./motd<NUL>
# Needs: enter.sh, in-tree.sh, chown-paths.sh, chmod-paths.sh.
# shellcheck disable=SC2154

# Keeps those of the tree that the shell is in. Links are not followed; what is of another file
# system is left out, as it is where trees are changed.
fettle_keep_tree() {
  number_=0
  find . -xdev -exec stat -c '%f %a %u %g' -- {} + >"$kept/all" &&
    sort -u -- "$kept/all" >"$kept/distinct" || exit
  while read -r bits_ mode_ uid_ gid_; do
    case $bits_ in
    8???) type_=f ;;
    4???) type_=d ;;
    a???) type_=l ;;
    c???) type_=s ;;
    6???) type_=b ;;
    2???) type_=c ;;
    *) type_=p ;;
    esac
    number_=$((number_ + 1))
    echo "$type_ $mode_ $uid_ $gid_" >"$kept/$number_" &&
      find . -xdev -type "$type_" -perm "$mode_" -user "$uid_" -group "$gid_" \
        -print0 >"$kept/$number_.paths" || exit
  done <"$kept/distinct"
  rm -f -- "$kept/all" "$kept/distinct"
}

# Gives entries of the tree that the shell is in what was kept of them; what is gone stays gone.
# $1: the kind, as `find -type` names it; $2: the mode; $3: the owner and group, `0:33`; then paths.
fettle_take_back_entries() {
  type_=$1 exactly_=0$2 account_was_=$3
  shift 3
  for entry_; do
    shift
    if [ -e "$entry_" ] || [ -L "$entry_" ]; then set -- "$@" "$entry_"; fi
  done
  [ $# != 0 ] || return 0
  (fettle_chown_paths "$account_was_" "$@") || exit
  case $type_ in f | d) fettle_chmod_paths "$exactly_" "-$type_" "$@" ;; esac
}

# Brings back those of the tree that the shell is in. $1: shell that calls the function above with
# the arguments behind it.
fettle_take_back_tree() {
  number_=1
  while [ -f "$kept/$number_" ]; do
    read -r type_ mode_ uid_ gid_ <"$kept/$number_" &&
      xargs -0 sh -c "$1" sh "$type_" "$mode_" "$uid_:$gid_" <"$kept/$number_.paths" || exit
    number_=$((number_ + 1))
  done
}
