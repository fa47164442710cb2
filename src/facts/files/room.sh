# shellcheck shell=dash
# Says whether there is room for new files in directories.

# Says who asks, then of each directory by its number from 0 whether this user may write to it: root
# may not where it is immutable, or mounted read-only. Of those that are there follow, in their
# order, the device, and of its file system the type, the free blocks for users and for root, the
# size of a block, and all and the free inodes:
#   uid=0(root) gid=0(root) groups=0(root)
#   open 0
#   none 1
#   closed 2
#   devices
#   64769
#   64770
#   systems
#   ef53 1310720 1638400 4096 655360 655000
#   9660 0 0 2048 0 0
#   end
fettle_room() {
  id
  count_=$# number_=0
  while [ "$number_" -lt "$count_" ]; do
    if [ ! -d "$1" ]; then
      echo "none $number_"
    else
      if [ -w "$1" ]; then echo "open $number_"; else echo "closed $number_"; fi
      set -- "$@" "$1"
    fi
    shift
    number_=$((number_ + 1))
  done
  echo devices
  [ $# = 0 ] || stat -L -c %d -- "$@"
  echo systems
  [ $# = 0 ] || stat -f -c '%t %a %f %S %c %d' -- "$@"
  echo end
}
