import { whereabouts } from '../../core/enter.js'
import { modeText } from '../../core/mode.js'
import { refuse } from '../../core/refuse.js'
import { sh, type Sh } from '../../core/sh.js'
import { exactly } from './write-file.js'

// Shell for the tree of which the shell is in the top directory. find(1) only says which entries
// are meant (`./a/b`): by the time they are changed, who may rename in the tree can have put links
// in their places or above them. So each place is asked of the kernel when it is open.

/** `path_ ./a/b` puts its absolute path into `$path_`, as the kernel would tell it. */
const top = sh`top_=${whereabouts} top_=\${top_%/}
path_() { path_=$top_\${1#.}; path_=\${path_:-/}; }
replaced_() ${refuse(sh`"$path_ was replaced meanwhile"`)}`

/**
 * Entries that follow one another in a directory are changed together, from within it; chown(1)
 * with `-h` follows no link at the end.
 */
const chownPaths = (whom: string): Sh => sh`${top}
whom_=${whom} in_= names_= i_=0
chown_() {
  [ -z "$names_" ] || ( path_ "$in_"; cd -P -- "$in_" && [ "${whereabouts}" = "$path_" ] || replaced_
    eval "exec chown -h -- \\"\\$whom_\\"$names_" )
}
for p_; do
  i_=$((i_ + 1))
  case $p_ in */*) d_=\${p_%/*} ;; *) d_=. ;; esac
  [ "$d_" = "$in_" ] || { chown_ "$@" || exit; in_=$d_ names_=; }
  names_="$names_ \\"./\\\${$i_##*/}\\""
done
chown_ "$@"`

/**
 * Opens seven at a time, as many as a shell has descriptors for, and changes what is open: chmod(1)
 * itself would follow a link.
 */
const chmodPaths = (mode: number, kind: 'file' | 'directory'): Sh => sh`${top}
paths_() { readlink -- "$@" 2>/dev/null || for f_; do readlink -- "$f_"; done; }
chmod_() { [ "$(paths_ $fds_; echo .)" = "$expected_." ] || replaced_; chmod -- ${exactly(mode)} $fds_; }
open_() {
  n_=2 i_=0 fds_= expected_= redirections_=
  for p_; do
    i_=$((i_ + 1))
    [ ${kind === 'file' ? sh`-f` : sh`-d`} "$p_" ] || continue
    path_ "$p_"
    n_=$((n_ + 1)) fds_="$fds_ /proc/self/fd/$n_" expected_="$expected_$path_
" redirections_="$redirections_ $n_<\\"\\$$i_\\"${kind === 'file' ? sh`` : sh`/.`}"
  done
  [ -z "$fds_" ] || eval "chmod_$redirections_"
}
while [ $# -gt 7 ]; do open_ "$1" "$2" "$3" "$4" "$5" "$6" "$7" || exit; shift 7; done
open_ "$@"`

/**
 * Gives everything in the tree, its top included, an owner (`name`) or a group (`:name`). Links are
 * changed themselves.
 */
export function chownTree(whom: string): Sh {
  const differs = whom.startsWith(':') ? ['-group', whom.slice(1)] : ['-user', whom]
  return sh`find . -xdev ! ${differs} -exec sh -c ${chownPaths(whom).text} sh {} +`
}

/** Gives the files or directories of the tree that have one mode another. */
export const chmodTree = (kind: 'file' | 'directory', from: number, to: number): Sh =>
  sh`find . -xdev -type ${kind === 'file' ? 'f' : 'd'} -perm ${modeText(from)} -exec sh -c ${chmodPaths(to, kind).text} sh {} +`

/**
 * Removes `here`, a directory below the present one, with everything in it. GNU's find acts from
 * within each directory with `-delete`. busybox's may be without, and then each is entered by the
 * shell.
 */
export const removeTree = (
  here: string,
): Sh => sh`if find /dev/null -name '' -delete 2>/dev/null; then find ${here} -xdev -depth -delete
else
  ${top}
  device_=$(stat -c %d -- ${here})
  remove_() (
    cd -P -- "$1" && here_=$2/\${1#./} && [ "${whereabouts}" = "$here_" ] || ${refuse(sh`"$2/\${1#./} was replaced meanwhile"`)}
    [ "$(stat -c %d .)" = "$device_" ] || ${refuse(sh`"$here_ is another file system"`)}
    for e_ in ./* ./.[!.]* ./..?*; do
      if [ -d "$e_" ] && [ ! -L "$e_" ]; then remove_ "$e_" "$here_" && rmdir -- "$e_"
      elif [ -e "$e_" ] || [ -L "$e_" ]; then rm -f -- "$e_"
      fi || exit
    done
  )
  remove_ ${here} "$top_" && rmdir -- ${here}
fi`
