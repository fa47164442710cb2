# shellcheck shell=dash
# Takes back what was changed of an account. "$kept" holds what account-lines.sh has kept, and `above`:
# for a home that is to be made, the directory that was there to make it in.
# Needs: refuse.sh, enter.sh.
# shellcheck disable=SC2154,SC2016

# Runs shell, $1, while nobody else writes the files of accounts: vipw(8) has their lock until its
# editor ends.
locked_() { VISUAL='sh -uc "$restoring" sh' restoring=$1 kept=$kept vipw -q </dev/null >&2; }

# Reads a user, $1, from lines of passwd(5), $2: $uid_, $gid_, $home_. Fails where it is not there.
read_user_() {
  line_=$(awk -F: -v name="$1" '$1 == name' "$2") && [ -n "$line_" ] || return
  home_=${line_%:*} line_=${line_#*:*:}
  home_=${home_##*:} uid_=${line_%%:*} line_=${line_#*:}
  gid_=${line_%%:*}
}

# Keeps which directory there is of those above a home, $1, and of the home.
keep_above_() {
  above_=$1
  until [ -z "$above_" ] || [ -e "$above_" ] || [ -L "$above_" ]; do above_=${above_%/*}; done
  [ "$above_" = "$1" ] || printf '%s\n' "$above_" >"$kept/above"
}

# Gives the files in the home of a user, $1, and the mail back, as usermod(8) has given them to a new
# id. It does so only for a home that is the user's own, and never follows a link.
give_back_files_() {
  read_user_ "$1" /etc/passwd || return 0
  uid_now_=$uid_ gid_now_=$gid_
  read_user_ "$1" "$kept/passwd" || return
  [ "$uid_:$gid_" != "$uid_now_:$gid_now_" ] || return 0
  for place_ in "$home_" "/var/mail/$1"; do
    case $(stat -c %u -- "$place_" 2>/dev/null) in "$uid_" | "$uid_now_") ;; *) continue ;; esac
    [ "$gid_" = "$gid_now_" ] || chown -RhP --from=":$gid_now_" -- ":$gid_" "$place_" || return
    [ "$uid_" = "$uid_now_" ] || chown -RhP --from="$uid_now_" -- "$uid_" "$place_" || return
  done
}

# Removes a home, $1, that useradd(8) has made, with the directories that it has made above.
remove_home_() {
  [ -f "$kept/above" ] && [ -d "$1" ] && [ ! -L "$1" ] || return 0
  IFS= read -r above_ <"$kept/above"
  skeleton_=$(useradd -D | sed -n 's/^SKEL=//p')
  others_=$(diff -rq --no-dereference -- "${skeleton_:-/etc/skel}" "$1" |
    grep -v "^Only in ${skeleton_:-/etc/skel}[:/]")
  [ -z "$others_" ] || {
    printf '%s\n' "$others_" >&2
    fettle_refuse "the home $1 stays, because it holds more than it was made with" \
      'save what is needed of it, and remove it by hand'
  }
  (fettle_enter "${1%/*}/" && rm -rf -- "./${1##*/}") || exit
  made_=${1%/*}
  while [ "$made_" != "$above_" ] && rmdir -- "$made_"; do made_=${made_%/*}; done
}

# $1: the name; $2: the home that the change makes, empty where it makes none.
fettle_keep_user_state() { fettle_keep_user "$1" && { [ -z "$2" ] || keep_above_ "$2"; }; }

# $3: the shell that restores lines.
fettle_take_back_user() {
  if [ -s "$kept/passwd" ]; then
    give_back_files_ "$1"
  elif read_user_ "$1" /etc/passwd; then
    userdel -- "$1"
  fi && locked_ "$3" && { [ -z "$2" ] || remove_home_ "$2"; }
}

# $1: the name; $2: the shell that restores lines.
fettle_take_back_group() {
  if [ ! -s "$kept/group" ] && grep -q "^$1:" /etc/group; then
    groupdel -- "$1"
  fi && locked_ "$2"
}
