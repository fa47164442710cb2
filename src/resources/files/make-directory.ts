import { enter, split } from '../../core/enter.js'
import { sh, shellFunctions, steps, type Sh } from '../../core/sh.js'
import { parentsOf } from '../../facts/files/missing-parent.js'
import makeDirectoryText from './make-directory.sh.js'
import { mayWriteFunctions } from './write-file.js'

/**
 * Shell that makes a directory with its missing parents, stays in it and completes it there, at
 * `.`. What fails leaves none of the new ones behind.
 * @param firstMissing the first of the path's parents that is not there; null where only the
 * directory itself is missing
 * @param complete gives the directory its owner and mode
 */
export function makeDirectory(
  path: string,
  firstMissing: string | null,
  complete: Sh | undefined,
): Sh {
  const parents = parentsOf(path).filter(
    (parent) => firstMissing !== null && parent.length >= firstMissing.length,
  )
  const missing = [...parents, path]
  return steps([
    mayWriteFunctions,
    shellFunctions(makeDirectoryText),
    enter(split(missing[0] ?? path).directory),
    sh`fettle_make_directories ${missing.map((each) => split(each).name).join('/')}`,
    complete,
    sh`fettle_keep_directories`,
  ])
}
