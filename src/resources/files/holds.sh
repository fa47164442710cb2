# shellcheck shell=dash

# Succeeds where a file is as wanted. $1: its path; $2: its SHA-256 and its mode; $3: its owner, $4:
# its group, each as name or id and empty where it is not managed.
fettle_holds() {
  wanted_=$2 owner_=$3 group_=$4
  # Names may hold spaces, and no colon.
  # shellcheck disable=SC2046
  IFS=: && set -f && set -- $(sha256sum <"$1" && stat -c ':%a:%U:%u:%G:%g' -- "$1") &&
    [ "${1%% *} $2" = "$wanted_" ] &&
    { [ -z "$owner_" ] || [ "$3" = "$owner_" ] || [ "$4" = "$owner_" ]; } &&
    { [ -z "$group_" ] || [ "$5" = "$group_" ] || [ "$6" = "$group_" ]; }
}
