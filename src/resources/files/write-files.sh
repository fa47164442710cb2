# shellcheck shell=dash
# Writes many files with a program for each instead of a dozen: to a folder of their own in their
# directory, synced, looked at and renamed. Ends with 97 where that is not safe.

new_files_=./.fettle-new

# Checks that nobody else may rename what is in the directory that the shell has entered, and makes
# the folder there, which is removed whenever the shell ends.
fettle_begin_files() {
  own_id_=$(id -u) && directory_=$(stat -c %u/%a -- .) || exit
  case $directory_ in 0/* | "$own_id_"/*) ;; *) exit 97 ;; esac
  case ${directory_#*/} in *[2367] | *[2367]?) exit 97 ;; esac
  trap 'rm -rf -- $new_files_' EXIT
  rm -rf -- $new_files_ && mkdir -- $new_files_
}

# Writes a file, $1, from the next bytes of the input, $2 many.
fettle_put_file() {
  [ ! -L "./$1" ] && [ ! -d "./$1" ] || exit 97
  case $2 in
  0) : >"$new_files_/$1" ;;
  *) dd bs=65536 count="$2" iflag=fullblock,count_bytes 2>/dev/null >"$new_files_/$1" ;;
  esac || exit
}

# The digest of all files' digests. sha256sum(1) begins a line with a backslash when it has escaped
# the path.
digest_of_() {
  sha256sum -- "$@" |
    while IFS= read -r line_; do
      line_=${line_#\\}
      echo "${line_%% *}"
    done |
    sha256sum
}

# Renames files that were put, with their account, $1 (empty: nobody else's), and their mode, $2, if
# they hold what they should, $3. $4 and so on: their paths in the folder.
fettle_place_files() {
  account_=$1 mode_=$2 digest_=$3
  shift 3
  [ -z "$account_" ] || chown -- "$account_" "$@" || exit
  chmod -- "$mode_" "$@" &&
    sync -- "$@" &&
    [ "$(digest_of_ "$@")" = "$digest_  -" ] &&
    mv -f -- "$@" . || exit
}

# Removes the folder.
fettle_end_files() {
  rmdir -- $new_files_ && trap - EXIT && sync -- .
}
