import { sh, type Sh } from '../core/sh.js'

/**
 * Defines `as_ USER COMMAND…`: runs a command as a user of the host, by name or number, with that user's home; directly
 * where the shell already is that user. Programs that refuse other people's files (git) or execute what lies in them
 * (git's hooks, Python's packages) are always run as the owner of those files. Status 91: there is no such user.
 */
export const asUser: Sh = sh`as_() {
  entry_=$(getent passwd -- "$1") || { echo "there is no user $1" >&2; return 91; }
  shift
  user_=\${entry_%%:*}; home_=\${entry_%:*}; home_=\${home_##*:}
  set -- env "HOME=$home_" "USER=$user_" "LOGNAME=$user_" "$@"
  if [ "$(id -un)" = "$user_" ]; then "$@"; else runuser -u "$user_" -- "$@"; fi
}`

/** What is made in a directory that is closed to others is closed to them too, wherever it is moved. */
export const umaskOf = (directory: string): Sh => sh`case $(stat -c %a -- ${directory}) in *0) umask 027 ;; esac`

/** Who owns a file: `name` is `UNKNOWN` where the number has none. */
export interface Owner {
  readonly name: string
  readonly id: string
}

export const isOwner = (owner: Owner, wanted: string): boolean => owner.name === wanted || owner.id === wanted
