import { sh, type Sh } from '../../core/sh.js'

/**
 * Defines `as_ USER COMMAND…`: runs a command as a user of the host, by name or number, with that
 * user's home; directly where the shell already is that user. Programs that refuse other people's
 * files (git) or execute what lies in them (git's hooks, Python's packages) are always run as the
 * owner of those files. Status 91: there is no such user. The shell's `~` looks an account up
 * without starting a program; getent is for what it does not know, and for numbers.
 */
export const asUser: Sh = sh`as_() {
  user_=$1 home_=
  case $1 in [!A-Za-z_]* | *[!A-Za-z0-9_.-]*) ;; *) eval "home_=~$1" ;; esac
  case $home_ in
  /*) ;;
  *)
    home_=$(getent passwd -- "$1") || { printf '%s\\n' "there is no user $1" >&2; return 91; }
    user_=\${home_%%:*}; home_=\${home_%:*}; home_=\${home_##*:}
    ;;
  esac
  shift
  [ "\${USER:-$(id -un)}" = "$user_" ] || set -- runuser -u "$user_" -- "$@"
  HOME=$home_ USER=$user_ LOGNAME=$user_ "$@"
}`

/**
 * Defines `as_owner_ OWNER DIRECTORY COMMAND…`: runs a command in a directory as the owner of what
 * lies there. Another user can do there what he can do anyway; root runs nothing in a directory of
 * another user, wherever the path has led. Status 95: it is another user's.
 */
export const asOwner: Sh = sh`${asUser}
as_owner_() {
  owner_=$1
  cd -- "$2" || return
  case $owner_ in 0 | root) [ -O . ] || { echo 'root runs nothing in a directory of another user' >&2; return 95; } ;; esac
  shift 2
  as_ "$owner_" "$@"
}`

/** Who owns a file: `name` is `UNKNOWN` where the number has none. */
export interface Owner {
  readonly name: string
  readonly id: string
}

/** What `stat -c '%U %u'` says. */
export function ownerOf(said: string): Owner | undefined {
  const [, name, id] = /^(.+) (\d+)$/.exec(said) ?? []
  return name === undefined || id === undefined ? undefined : { name, id }
}

export const isOwner = (owner: Owner, wanted: string): boolean =>
  owner.name === wanted || owner.id === wanted
