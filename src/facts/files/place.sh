# shellcheck shell=dash
# Says what stands in the way of changes at paths. Each of stat(1), lsattr(1) and cat(1) is started
# once for all of them.
#
# The answer, in which no path can imitate anything: paths and words end in a NUL, and what
# lsattr(1) says stands at the end, where only the paths that were asked about are looked for.
#   uid=1000(deploy) gid=1000(deploy) groups=1000(deploy),4(adm)
#   open /srv/app<NUL>refused fettle: /srv/l is a symbolic link of another user<NUL>none<NUL>
#   /srv/app/tree/motd<NUL><NUL>directories
#   0 33 2775 www-data
#   systems
#   ef53 255
#   mounts
#   25 30 0:22 / /sys rw,nosuid shared:2 - sysfs sysfs rw
#   flags
#   ----i---------e------- /srv/app/motd
#   end
# Needs: refuse.sh, enter.sh, enter-through.sh.
# shellcheck disable=SC2154

newline_='
'
directories_='' things_=''

# Says who asks.
fettle_who() {
  who_=$(id) && printf '%s\n' "$who_"
}

# Enters the directory of places, $2, in a shell of its own by a command, $3 and so on. $1: its
# number. Says where that leads, and whether this user may write there:
#   open /srv/app
#   closed /srv/app
#   refused fettle: /srv/app is a symbolic link of another user
#   none
# Answers: $way_3, the path of directory 3 as the kernel knows it, empty for `/`. Not set: it is not
# entered.
fettle_way() {
  way_=$1 directory_=$2
  shift 2
  unset "way_$way_"
  if [ ! -d "$directory_" ]; then
    printf 'none\0'
  elif said_=$({ "$@" && printf '%s/' "$entered_"; } 2>&1); then
    said_=${said_%/}
    eval "way_$way_=\$said_"
    directories_="$directories_ \"\${way_$way_:-/}\""
    if [ -w "${said_:-/}" ]; then word_=open; else word_=closed; fi
    printf '%s %s\0' "$word_" "${said_:-/}"
  else
    printf 'refused %s\0' "$said_"
  fi
}

# Adds a thing to those whose flags are told. $1: its number; $2: that of its directory; $3: its
# name. Answers: $thing_3 and $path_, its path.
fettle_thing() {
  eval "path_=\${way_$2-/dev/null}/\$3"
  eval "thing_$1=\$path_"
  if [ -e "$path_" ] && [ ! -L "$path_" ]; then things_="$things_ \"\$thing_$1\""; fi
}

# Names the first of some directories that has anything in it and is closed to this user.
# shellcheck disable=SC2016
first_shut_='for each; do
  { [ -w "$each" ] && [ -x "$each" ]; } || [ -z "$(ls -A -- "$each")" ] || {
    printf "%s\n" "$each"
    exit
  }
done'

# Says of a tree, the last thing, which entry is immutable or can only grow; and of one that is to
# go, which directory has anything in it and is closed to this user: the first of each, or nothing.
# $1 and so on: what find(1) takes for the entries that are to change; none: all are to go.
fettle_tree() {
  fixed_='' shut_=''
  if [ -d "$path_" ] && [ ! -L "$path_" ]; then
    # lsattr(1) prints the names as they are.
    fixed_=$(find "$path_" -xdev \( -type f -o -type d \) ! -path "*$newline_*" "$@" \
      -exec lsattr -d -- {} + 2>/dev/null | sed -n '/^[^ ]*[ia][^ ]* /{s/^[^ ]* //p;q;}')
    case $who_ in
    uid=0[!0-9]*) ;;
    *)
      [ $# != 0 ] ||
        shut_=$(find "$path_" -xdev -type d -exec sh -c "$first_shut_" sh {} + | head -n 1)
      ;;
    esac
  fi
  printf '%s\0%s\0' "$fixed_" "$shut_"
}

# Says of the directories that were entered, in their order, the owner, the group, the mode and the
# name of the group, and of their file systems the type and how many bytes a name may have; then
# which file systems are mounted, and the flags of all things and directories, as far as they have
# some.
fettle_rest_of_places() {
  echo directories
  [ -z "$directories_" ] || eval "stat -c '%u %g %a %G' --$directories_"
  echo systems
  [ -z "$directories_" ] || eval "stat -f -c '%t %l' --$directories_"
  echo mounts
  cat /proc/self/mountinfo
  echo flags
  [ -z "$directories_" ] || eval "lsattr -d --$things_$directories_" 2>/dev/null
  echo end
}
