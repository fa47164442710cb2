# shellcheck shell=dash
# Says whether there is room for new files in directories.

# Says who asks, then of each directory whether it is there. Of those that are follow, in their
# order, the device, and of its file system the type, the free blocks for users and for root, the
# size of a block, and all and the free inodes:
#   0
#   there
#   none
#   there
#   devices
#   64769
#   64770
#   systems
#   ef53 1310720 1638400 4096 655360 655000
#   9660 0 0 2048 0 0
#   end
fettle_room() {
  id -u
  count_=$#
  while [ "$count_" -gt 0 ]; do
    if [ -d "$1" ]; then
      echo there
      set -- "$@" "$1"
    else
      echo none
    fi
    shift
    count_=$((count_ - 1))
  done
  echo devices
  [ $# = 0 ] || stat -L -c %d -- "$@"
  echo systems
  [ $# = 0 ] || stat -f -c '%t %a %f %S %c %d' -- "$@"
  echo end
}
