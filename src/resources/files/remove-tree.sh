# shellcheck shell=dash
# Removes a tree, where others may rename what is in it.
# Needs: refuse.sh, enter.sh, in-tree.sh.
# shellcheck disable=SC2154

# Removes what is in a directory, in a shell that enters it. $1: the directory, below the present
# one; $2: the path of that one.
empty_() (
  { cd -P -- "$1" && here_=$2/${1#./} && [ "$(readlink /proc/self/cwd)" = "$here_" ]; } ||
    fettle_refuse "$2/${1#./} was replaced meanwhile"
  [ "$(stat -c %d .)" = "$device_" ] || fettle_refuse "$here_ is another file system"
  for entry_ in ./* ./.[!.]* ./..?*; do
    if [ -d "$entry_" ] && [ ! -L "$entry_" ]; then
      empty_ "$entry_" "$here_" && rmdir -- "$entry_"
    elif [ -e "$entry_" ] || [ -L "$entry_" ]; then
      rm -f -- "$entry_"
    fi || exit
  done
)

# Removes a directory below the present one, `./name`, with everything in it. GNU's find acts from
# within each directory with `-delete`. busybox's may be without, and then each is entered by the
# shell.
fettle_remove_tree() {
  # find(1) would empty what is mounted there before it fails.
  ! mountpoint -q -- "$1" 2>/dev/null ||
    fettle_refuse "$entered_/${1#./} is a mount point" 'unmount it, or choose another path'
  if find /dev/null -name '' -delete 2>/dev/null; then
    find "$1" -xdev -depth -delete
  else
    find_top_
    device_=$(stat -c %d -- "$1")
    empty_ "$1" "$top_" && rmdir -- "$1"
  fi
}
