# shellcheck shell=dash
# Ends a session's processes. Set before: session_id, as in /proc/PID/stat.
# shellcheck disable=SC2154,SC2086

# Finds the processes of the session except the one that asks: their ids are in $others_. It
# succeeds where there are some.
find_others_() {
  others_=
  { read -r own_id_ stat_ </proc/self/stat; } 2>/dev/null
  for id_ in /proc/[0-9]*; do
    id_=${id_#/proc/}
    [ "$id_" != "$own_id_" ] || continue
    { read -r stat_ <"/proc/$id_/stat"; } 2>/dev/null || continue
    # Behind the program's name stand: state, parent, process group, session.
    set -- ${stat_##*) }
    # timeout(1) ends with its command, and would only send a second TERM into that one's clean-up.
    case "$1 $stat_" in Z* | *'(timeout)'*) continue ;; esac
    [ "$4" != "$session_id" ] || others_="$others_ $id_"
  done
  [ -n "$others_" ]
}

# TERM, five seconds for clean-up, KILL. TERM is sent again every second, for a shell that got it
# between two of its commands and now waits for the second one. Each signal goes to all in one
# builtin kill, so that none has the time to take another's death for the end of its input. It is a
# session and not a process group because timeout(1) makes groups of its own.
fettle_end_session() {
  round_=0
  while find_others_ && [ $round_ -lt 60 ]; do
    case $round_ in
    0 | [1-4]0) kill -TERM $others_ ;;
    5?) kill -KILL $others_ ;;
    esac 2>/dev/null
    sleep 0.1 2>/dev/null || sleep 1
    round_=$((round_ + 1))
  done
}
