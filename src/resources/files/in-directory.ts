import { enter } from '../../core/enter.js'
import { refuse } from '../../core/refuse.js'
import { lines, sh, steps, type Sh } from '../../core/sh.js'
import { asUser } from '../../facts/accounts/as-user.js'
import { makeDirectory } from './make-directory.js'
import { owned } from './write-file.js'

/**
 * Shell that goes into a directory, which is made where it is missing, and runs a script there as
 * its owner: git and Python execute what lies in it. What is made in a directory that is closed to
 * others is closed to them too. Root runs nothing in a directory of another user.
 * @param owner who runs it, and owns a directory that is made; left out: whoever owns the directory
 * @param environment assignments for the script
 */
export function inDirectory(
  path: string,
  owner: string | undefined,
  environment: readonly string[],
  script: Sh,
): Sh {
  const complete = steps([owned(owner, undefined, '.'), sh`chmod -- go+rx .`])
  const runner = owner === undefined ? sh`$(stat -c %u .)` : sh`${owner}`
  return lines([
    asUser,
    sh`if [ -d ${path} ]; then ${enter(path)}
else ${makeDirectory(path, null, complete)}
fi || exit
case $(stat -c %a .) in *0) umask 027 ;; esac
owner_=${runner}
case $owner_ in 0 | root) [ "$(stat -c %u .)" = 0 ] || ${refuse(`${path} belongs to another user, and root runs nothing there`, 'give it an owner')} ;; esac
as_ "$owner_" env ${environment} sh -euc ${script.text}`,
  ])
}
