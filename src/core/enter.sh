# shellcheck shell=dash
# Goes into directories without being led elsewhere by who may rename what is above them.
# /proc/self/cwd is where the shell is, as the kernel knows it: what a shell remembers of its way
# there may be out of date.
#
# Answers: $entered_, the path of the directory that the shell is in, empty for `/`.
# Needs: refuse.sh.

# Enters a directory below the present one, by its name, and moves $entered_ on. A link, also one
# that was put in the directory's place a moment ago, is not followed unnoticed: the kernel's path
# would be another.
fettle_enter_child() {
  cd -P -- "./$1" && {
    [ "$(readlink /proc/self/cwd)" = "$entered_/$1" ] ||
      fettle_refuse "$entered_/$1 is a symbolic link, or was replaced meanwhile"
  } && entered_=$entered_/$1
}

refuse_link_() { fettle_refuse "$entered_/$name_ is a symbolic link $1"; }

# Enters the names of $left_, each of which ends in a slash, one by one. A link is followed only if
# nobody else could have made or moved it: it is root's or this user's own, and so is its directory,
# which others may not write to.
# $1: `directory`, or `file` where the last name is a file's: it stays in $name_ and is not entered.
walk_() {
  links_=0
  while [ -n "$left_" ]; do
    name_=${left_%%/*} left_=${left_#*/}
    case $name_ in
    '' | .) ;;
    ..) cd -P .. && entered_=$(readlink /proc/self/cwd) && entered_=${entered_%/} || exit ;;
    *)
      if [ ! -L "./$name_" ]; then
        [ "$1$left_" != file ] || break
        fettle_enter_child "$name_" || exit
        continue
      fi
      own_id_=$(id -u) &&
        link_owner_=$(stat -c %u -- "./$name_") &&
        directory_=$(stat -c %u/%a -- .) &&
        target_=$(readlink -- "./$name_") || exit
      case $link_owner_ in 0 | "$own_id_") ;; *) refuse_link_ 'of another user' ;; esac
      case $directory_ in
      0/* | "$own_id_"/*) ;;
      *) refuse_link_ "in another user's directory" ;;
      esac
      # In a sticky directory others cannot move what is not theirs.
      case ${directory_#*/} in
      [1357]???) ;;
      *[2367] | *[2367]?) refuse_link_ 'in a directory that others may write to' ;;
      esac
      links_=$((links_ + 1))
      [ "$links_" -le 40 ] || refuse_link_ 'in a loop'
      case $target_ in /*) cd / && entered_='' || exit ;; esac
      left_=$target_/$left_
      ;;
    esac
  done
}

# Goes into a directory and stays there. Most paths have no link in them, and one look at where the
# shell is proves that; any other is entered name by name.
fettle_enter() {
  cd -P -- "$1" && entered_=$(readlink /proc/self/cwd) && {
    [ "$entered_" = "$1" ] || {
      entered_='' left_=$1/
      cd / && walk_ directory
    }
  } && entered_=${entered_%/}
}
