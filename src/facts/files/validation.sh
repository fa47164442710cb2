# shellcheck shell=dash
# Tries shell lines that judge files, in folders in memory that are removed whatever happens.
# shellcheck disable=SC2154

# Puts a place for folders into $place_: a tmpfs that this user may write to.
find_place_() {
  for place_ in /dev/shm /run; do
    [ -w "$place_" ] && [ "$(stat -f -c %t -- "$place_")" = 1021994 ] && return
  done
  return 1
}

# Writes the next bytes of the input, $1 many, to standard output.
take_input_() {
  [ "$1" = 0 ] || dd bs=65536 count="$1" iflag=fullblock,count_bytes 2>/dev/null
}

# Has the line judge the file. $1: where its words go.
judge_() {
  timeout -k 5 "$judging_seconds" sh -c "$line_" sh "$scratch_/files/$name_" </dev/null >"$1" 2>&1
}

# Tries the line in the present folder. An owner may be made only later: then it is not tried.
# $1: how many bytes of the input are the content; $2: the account; $3: the mode.
# Answers with the status of the line, the one for the present content or `none`, the folder, and
# what the line has printed, in base64:
#   tried 1 0 /dev/shm/fettle-try.8BbNcOfd/files c3ludGF4IGVycm9yCg==
try_here_() {
  mkdir -- ./files && cd ./files || exit
  # Beside the new file is all that is beside the real one, for what it includes.
  find "$directory_/." -mindepth 1 -maxdepth 1 -exec sh -c 'ln -s -- "$@" .' sh {} + 2>/dev/null
  rm -f -- "./$name_" && take_input_ "$1" >"./$name_" || exit
  { { [ -z "$2" ] || chown -- "$2" "./$name_"; } && chmod -- "$3" "./$name_"; } 2>/dev/null || {
    echo untried
    return
  }
  judge_ ../said && status_=0 || status_=$?
  present_=none
  if [ "$status_" != 0 ] && [ -f "$directory_/$name_" ] && [ -r "$directory_/$name_" ]; then
    head -c "$most_tried" -- "$directory_/$name_" >"./$name_" && judge_ /dev/null && present_=0 || present_=$?
  fi
  echo "tried $status_ $present_ $scratch_/files $(head -c 8192 ../said | base64 -w0)"
}

# Tries a line. $1: the directory of the file; $2: its name; $3: the line, in which "$1" is the file;
# $4: how many bytes of the input are its content; $5: its owner and group for chown(1), or nothing;
# $6: its mode. Set before: judging_seconds, the seconds for a line; most_tried, the most bytes of a
# file. Answers `untried` where there is no such folder.
fettle_try_validation() {
  directory_=$1 name_=$2 line_=$3
  if ! find_place_; then
    take_input_ "$4" >/dev/null
    echo untried
    return
  fi
  (
    umask 077
    scratch_=$(mktemp -d -- "$place_/fettle-try.XXXXXXXX") || exit
    # What the line makes for itself goes with it.
    export TMPDIR="$scratch_"
    trap 'cd / && rm -rf -- "$scratch_"' EXIT
    trap 'exit 143' TERM INT HUP
    cd -- "$scratch_" && try_here_ "$4" "$5" "$6"
  ) || exit
}
