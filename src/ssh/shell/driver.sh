# shellcheck shell=dash
# Reads frames from standard input and runs their blocks: docs/protocol.md tells how.
#
# Set before: hello (the id that the greeting is answered under), shell_program (/bin/sh).
# Needs: prelude.sh, end-session.sh.
# shellcheck disable=SC2154,SC2034

# The protocol is on descriptor 8, which no block sees.
exec 8<&0 </dev/null

# Bytes of a long block's output that are shown, of each stream: half from its start, half from its
# end; and bytes that are told within a second while it runs.
shown_bytes_=262144
live_bytes_=65536

# Sets the environment of a user. Where there is no such user, the block ends with 91.
be_account_() {
  USER=$1 LOGNAME=$1 HOME=/
  case $1 in
  *[!A-Za-z0-9_.-]*)
    entry_=$(exec getent passwd -- "$1" 2>/dev/null)
    entry_=${entry_%:*} HOME=${entry_##*:}
    ;;
  *)
    eval "HOME=~$1"
    case $HOME in
    "~$1")
      printf '%s\n' "there is no user $1" >&2
      exit 91
      ;;
    esac
    ;;
  esac
  case $HOME in /*) ;; *) HOME=/ ;; esac
  export HOME USER LOGNAME
}

# Runs the block in a shell of its own, as another user or with a time limit. It gets the script by
# descriptor 3 and never in its arguments.
run_apart_() {
  # shellcheck disable=SC2016
  set -- "$shell_program" -c 'set -u; umask 022; cd /; script_=$(cat <&3); exec 3<&-; eval "$script_"'
  if [ "$user_" != - ]; then
    be_account_ "$user_"
    if command -v runuser >/dev/null; then
      set -- runuser -u "$user_" -- "$@"
    else
      set -- su -s "$shell_program" -c "$3" "$user_"
    fi
  fi
  [ "$limit_" = 0 ] || set -- timeout -k 5 "$limit_" "$@"
  { printf %s "$script_" | "$@" 3<&0 <&4 4<&- 8<&-; } 4<&0
}

# Runs the block; $status_ is how it ended. 124 is a time limit, which the clock tells too: busybox's
# timeout answers 143, and `-k` of coreutils' 137.
run_() {
  case $user_$limit_ in
  -0)
    (
      exec 8<&-
      unset frame_id_ text_length_ input_length_ text_ block_id_ user_ only_if_ok_ limit_ long_ \
        session_id trailer_ status_ hello
      eval "$script_"
    )
    status_=$?
    ;;
  *)
    # Reading the uptime starts no program.
    read -r begun_ rest_ </proc/uptime
    (run_apart_)
    status_=$?
    read -r ended_ rest_ </proc/uptime
    case $limit_ in
    0) ;;
    *)
      case $status_ in
      137 | 143) [ $((${ended_%.*} - ${begun_%.*})) -lt "$limit_" ] || status_=124 ;;
      esac
      ;;
    esac
    ;;
  esac
}

# Shows a file from both ends.
show_() {
  size_=$(($(wc -c <"$1")))
  if [ "$size_" -le $shown_bytes_ ]; then
    cat "$1"
  else
    head -c $((shown_bytes_ / 2)) "$1"
    printf '\n[… %s bytes left out …]\n' $((size_ - shown_bytes_))
    tail -c $((shown_bytes_ / 2)) "$1"
  fi
}

# Where somebody listens: says that nothing more is told of the block while it runs.
end_telling_() { case $long_ in 0 | 1) ;; *) printf '\n@%s\n' "$long_" ;; esac }

# Says every second what the block has printed meanwhile. On TERM it waits for the program that it
# has started, which would speak into the answer, and not for the pause between two. It ends with
# the driver, also where that was killed: it holds the channel open.
tell_() {
  trap 'kill $!; exit' TERM
  set -- 0 0
  while kill -0 $$; do
    sleep 1 8<&- >/dev/null &
    wait $!
    for stream_ in out err; do
      size_=$(($(wc -c <"$folder_/$stream_")))
      new_=$((size_ - $1))
      [ $new_ -le $live_bytes_ ] || new_=$live_bytes_
      [ $new_ = 0 ] || tail -c +$((size_ - new_ + 1)) "$folder_/$stream_" | head -c $new_
      set -- "$2" $size_
    done
  done
}

# Runs the block with its output in a folder of the host, so that a lost link does not end it, and
# shows that output when it has ended.
run_long_() {
  base_=/tmp/fettle
  if [ "$uid_" = 0 ]; then
    base_=/run/fettle/output
    (umask 077; mkdir -p /run/fettle)
    # Folders of drivers that have gone.
    for folder_ in "$base_".*; do
      owner_=${folder_#"$base_".}
      [ -e "/proc/${owner_%%.*}" ] || rm -rf -- "$folder_"
    done
  fi
  folder_=$(umask 077; mktemp -d "$base_.$$.XXXXXXXX") || {
    status_=1
    end_telling_
    return
  }
  : >"$folder_/out"
  : >"$folder_/err"
  case $long_ in
  1) teller_= ;;
  *)
    tell_ 2>/dev/null &
    teller_=$!
    ;;
  esac
  run_ >"$folder_/out" 2>"$folder_/err"
  [ -z "$teller_" ] || {
    kill $teller_
    wait $teller_
    end_telling_
  } 2>/dev/null
  show_ "$folder_/out"
  show_ "$folder_/err" >&2
  rm -rf -- "$folder_"
}

# Says what the next block is: the id that it is answered under, the user (`-`: the driver's), 1 to
# run only if the block before ended with 0, seconds (0: no limit), 0 or 1 for a long block or the
# id that ends what is told of it, the script.
fettle_block() { block_id_=$1 user_=$2 only_if_ok_=$3 limit_=$4 long_=$5 script_=$6; }

# Runs it if it is to run.
go_() {
  [ "$only_if_ok_$status_" = 10 ] || [ "$only_if_ok_" = 0 ] || {
    end_telling_
    return 0
  }
  case $long_ in 0) run_ ;; *) run_long_ ;; esac
}

end_block_() {
  printf '\n@%s %s\n' "$block_id_" "$status_"
  printf '\n@%s\n' "$block_id_" >&2
}

# Runs a block.
fettle_now() {
  fettle_block "$@"
  go_
  end_block_
}

# Runs a block beside others, which speak meanwhile: its errors are held back until its end.
fettle_beside() {
  fettle_block "$@"
  { errors_=$(go_ 2>&1 >&5 5>&-; exit $status_); status_=$?; } 5>&1
  printf '\n@%s %s\n%s\n@%s\n' "$block_id_" "$status_" "$errors_" "$block_id_"
}

# Hands on the frame's input. Where the trailer does not come behind it, the link was cut: the whole
# session is ended, so that no block sees an end of input that is not the real one. A second passes
# before, so that a block that has just made a temporary file comes to its trap.
feed_() {
  trap '' TERM
  dd bs=65536 count="$input_length_" iflag=fullblock,count_bytes 2>/dev/null <&8
  { IFS= read -r trailer_ <&8 && [ "$trailer_" = "$frame_id_" ]; } || {
    sleep 1
    fettle_end_session
  }
}

# The greeting: session id, user id and user name.
while read -r field_ uid_ name_; do
  [ "$field_" != Uid: ] || {
    uid_=${name_%%[!0-9]*}
    break
  }
done </proc/self/status
name_=$(exec id -un 2>/dev/null) || name_=$uid_
be_account_ "$name_"
read -r stat_ </proc/$$/stat
# shellcheck disable=SC2086
set -- ${stat_##*) }
session_id=$4
set --
printf '%s %s %s' "$session_id" "$uid_" "$USER"
block_id_=$hello status_=0
end_block_

while IFS=' ' read -r frame_id_ text_length_ input_length_ <&8; do
  text_=$(exec dd bs=65536 count="$text_length_" iflag=fullblock,count_bytes 2>/dev/null <&8)
  [ ${#text_} = "$text_length_" ] || exit 90
  case $input_length_ in
  0)
    { IFS= read -r trailer_ <&8 && [ "$trailer_" = "$frame_id_" ]; } || exit 90
    eval "$text_"
    ;;
  *)
    # The trailer comes behind the input, when the block already runs. What it leaves unread of its
    # input is drained.
    eval "$text_"
    feed_ | { go_; cat >/dev/null; exit $status_; }
    status_=$?
    end_block_
    ;;
  esac
done
