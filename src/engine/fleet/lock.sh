# shellcheck shell=dash
# Takes the host's lock for the session of this shell.
#
# It is a chain of symbolic links, each made atomically and naming its owner (process id and start
# time): `lock`, then `lock.OWNER` for who comes after an owner that is dead, and so on. Who finds
# himself at the end of it holds the lock. A dead owner's link is never taken away to make room:
# between looking at a link and removing it, it may have become somebody else's. Only who holds the
# lock tidies up, by making himself the beginning; that is why one's own link counts only when the
# chain leads to it.
#
# Sessions of one run share the lock, where several of its hosts are one machine: each adds its link
# behind the living one before it, so that the lock stays the run's whichever of them ends first.
# `run.OWNER` tells whose run an owner is of:
#   RUN NUMBER WHO SINCE PROCESS
#
# Set before:
#   is_root         1 for a session of root
#   own_run         the run's id
#   own_line        what its `run.OWNER` holds
#   lost_hosts      numbers of its hosts whose link was lost, with spaces around each
#   asked_owner     whose process the control machine has looked for, or `nobody`
#   ended_owner     the same where that process has ended, or `nobody`
#   own_place       where the run's process is, or `nowhere`
#   patience        tenths of a second to wait for another run
#
# Says `waited` when another run was in the way, and `twin NUMBER` when it shares the lock with that
# host of its own run. Ends with 75 when another run kept the lock, and with 76 where the control
# machine has to say whether an owner's process has ended; both say of that owner:
#   4242:98765 PROCESS
#   RUN NUMBER WHO SINCE
# shellcheck disable=SC2154,SC2086

# Puts the start time of a process into $begun_, empty where it has ended.
find_start_() {
  begun_=''
  { read -r stat_ <"/proc/$1/stat"; } 2>/dev/null || return
  # Behind the program's name: the state is the first field, the start time the twentieth.
  set -- ${stat_##*) }
  case $1 in Z | X) ;; *) begun_=${20} ;; esac
}

is_alive_() {
  find_start_ "${1%%:*}"
  [ "$begun_" = "${1#*:}" ]
}

# Reads whose run an owner is of. It succeeds for this run, unless the link to that host was lost.
is_of_own_run_() {
  run_='' number_='' who_='' since_='' process_=''
  { read -r run_ number_ who_ since_ process_ <"$folder_/run.$1"; } 2>/dev/null
  [ "$run_" = "$own_run" ] || return
  case $lost_hosts in *" $number_ "*) return 1 ;; esac
}

# Follows the chain to its end: $link_ is the link to make there, or the one that $holder_ has, who
# may be this session. $twin_ is the number of another session of this run on the way.
find_holder_() {
  link_=$folder_/lock twin_=''
  while [ -L "$link_" ] && holder_=$(readlink -- "$link_"); do
    [ "$holder_" != "$own_name_" ] || return 0
    if is_alive_ "$holder_"; then
      is_of_own_run_ "$holder_" || return 0
      twin_=$number_
    fi
    link_=$folder_/lock.$holder_
  done
  holder_=''
}

# Ends the link of an owner to whom nobody speaks any more, as its sshd would: a host may not hear
# for hours that a link is gone, when the network swallows everything.
hang_up_() {
  process_id_=${1%%:*}
  while { read -r stat_ <"/proc/$process_id_/stat"; } 2>/dev/null; do
    case $stat_ in
    *'(sshd'*)
      kill "$process_id_" 2>/dev/null
      return
      ;;
    esac
    set -- ${stat_##*) }
    process_id_=$2
  done
}

# Does what can be done about another owner, and waits for a moment.
wait_for_holder_() {
  case $run_,$holder_,$process_ in
  "$own_run",* | *,"$ended_owner",*) hang_up_ "$holder_" ;;
  *,"$asked_owner",*) ;;
  *,"$own_place"*)
    printf '%s\n' "$holder_ $process_" "$run_ $number_ $who_ $since_" >&2
    exit 76
    ;;
  esac
  [ "$waited_" -lt "$patience" ] || {
    printf '%s\n' "$holder_" "$run_ $number_ $who_ $since_" >&2
    exit 75
  }
  if sleep 0.1 2>/dev/null; then
    waited_=$((waited_ + 1))
  else
    sleep 1
    waited_=$((waited_ + 10))
  fi
}

# Makes the link at the end of the chain. Another session may have been quicker.
add_link_() {
  said_=$(ln -sT -- "$own_name_" "$link_" 2>&1) || [ -L "$link_" ] || {
    failed_=$((failed_ + 1))
    [ "$failed_" -lt 10 ] || {
      echo "$said_" >&2
      exit 1
    }
  }
}

# Makes this session the beginning of the chain, and removes what the dead have left.
tidy_up_() {
  ln -sfT -- "$own_name_" "$folder_/new.$$" && mv -fT -- "$folder_/new.$$" "$folder_/lock" || exit
  set --
  for file_ in "$folder_"/lock.* "$folder_"/run.*; do
    owner_=${file_##*/}
    is_alive_ "${owner_#*.}" || set -- "$@" "$file_"
  done
  rm -f -- "$@"
}

fettle_lock() {
  if [ "$is_root" = 1 ]; then folder_=/run/fettle; else folder_=${HOME:?}/.local/state/fettle; fi
  [ -d "$folder_" ] || (umask 077; mkdir -p -- "$folder_") || exit
  find_start_ "$$"
  own_name_=$$:$begun_ waited_=0 failed_=0
  while find_holder_; [ "$holder_" != "$own_name_" ]; do
    if [ -n "$holder_" ]; then wait_for_holder_; else add_link_; fi
  done
  printf '%s\n' "$own_line" >"$folder_/run.$own_name_" || exit
  if [ -z "$twin_" ] && [ "$link_" != "$folder_/lock" ]; then tidy_up_; fi
  [ "$waited_" = 0 ] || echo waited
  [ -z "$twin_" ] || echo twin "$twin_"
}
