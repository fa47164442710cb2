import { enter, enterChild, split } from '../../core/enter.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import { parentsOf } from '../../facts/files/missing-parent.js'
import { mayWriteHere } from './write-file.js'

/**
 * Shell that makes a directory with its missing parents, stays in it and completes it there, at
 * `.`. Each is made in the directory that the shell is in and entered at once, so that a link which
 * is put in its place leads root nowhere. Until it is complete, only the user who acts may enter
 * it. What fails leaves none of the new ones behind.
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
  const names = missing.map((each) => split(each).name)
  const isLeaf = (index: number): boolean => index === names.length - 1
  return steps([
    enter(split(missing[0] ?? path).directory),
    mayWriteHere,
    sh`top_=$at_`,
    sh`exec 9<.`,
    sh`undo_() { n_=$1; shift; [ $# = 0 ] || ( ${enterChild(sh`"$n_"`)} 2>/dev/null && undo_ "$@" ); rmdir -- "./$n_" 2>/dev/null; }`,
    sh`back_() { cd /proc/self/fd/9 && at_=$top_ && undo_ ${names}; }`,
    sh`trap back_ EXIT`,
    sh`trap 'exit 143' TERM INT HUP`,
    ...names.map((name, index) =>
      steps([
        sh`umask ${isLeaf(index) ? '077' : '022'}`,
        sh`mkdir -- ${`./${name}`}`,
        enterChild(sh`${name}`),
      ]),
    ),
    complete,
    sh`trap - EXIT TERM INT HUP`,
    sh`exec 9<&-`,
    sh`umask 022`,
  ])
}
