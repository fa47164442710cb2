# shellcheck shell=dash
# Tries shell lines that verify units, in folders in memory that are removed whatever happens.

# Tries a line, $1, with the next $2 bytes of the input, then with the present file, $3, if the line
# refuses these. Answers with its status, the one for the present file or `none`, and what it has
# printed, in base64; or `untried`:
#   tried 1 0 c3ludGF4IGVycm9yCg==
fettle_try_unit() {
  (
    scratch_=$(mktemp -d -- /run/fettle-unit.XXXXXXXX 2>/dev/null) || {
      dd bs=65536 count="$2" iflag=fullblock,count_bytes 2>/dev/null >/dev/null
      echo untried
      exit
    }
    trap 'rm -rf -- "$scratch_"' EXIT
    trap 'exit 143' TERM INT HUP
    export TMPDIR="$scratch_"
    dd bs=65536 count="$2" iflag=fullblock,count_bytes 2>/dev/null >"$scratch_/new" || exit
    sh -c "$1" sh "$scratch_/new" </dev/null >"$scratch_/said" 2>&1 && status_=0 || status_=$?
    present_=none
    if [ "$status_" != 0 ] && [ -f "$3" ]; then
      sh -c "$1" sh "$3" </dev/null >/dev/null 2>&1 && present_=0 || present_=$?
    fi
    echo "tried $status_ $present_ $(head -c 8192 "$scratch_/said" | base64 -w0)"
  ) || exit
}
