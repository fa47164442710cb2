import { enter } from '../../core/enter.js'
import { lines, sh, shellFunctions, steps, type Sh } from '../../core/sh.js'
import { asUser } from '../../facts/accounts/as-user.js'
import inDirectoryText from './in-directory.sh.js'
import { makeDirectory } from './make-directory.js'
import { owned } from './write-file.js'

/**
 * Shell that goes into a directory, which is made where it is missing, and runs a script there as
 * its owner.
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
  return lines([
    shellFunctions(inDirectoryText),
    asUser,
    sh`if [ -d ${path} ]; then ${enter(path)}
else ${makeDirectory(path, null, complete)}
fi || exit
fettle_choose_runner ${path} ${owner ?? ''}
fettle_as "$runs_as" env ${environment} sh -euc ${script.text}`,
  ])
}
