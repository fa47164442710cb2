# shellcheck shell=dash
# Runs programs that only read, and says what they have printed.

# Runs one. $1: the most seconds that it may take; $2: the most bytes of its answer; the rest: its
# words. Prints in base64, on one line, the answer with `\nSTATUS.` behind it, and the beginning of
# its standard error. An answer that is too long lacks the status.
#   MTIuMTIKCjAu Y2F0OiBzbG93Cg==
fettle_ask() {
  seconds_=$1 most_=$2
  shift 2
  exec 5>&1
  said_=$(
    {
      {
        timeout -k 5 "$seconds_" "$@" </dev/null 2>&3 3>&- 5>&-
        printf '\n%s.' "$?"
      } | head -c $((most_ + 6)) | base64 -w0 >&5
    } 3>&1 | {
      head -c 2000 | base64 -w0
      cat >/dev/null
    }
  )
  printf ' %s\n' "$said_"
}
