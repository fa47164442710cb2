import { explain } from '../../core/refuse.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import changesText from '../../facts/git/changes.sh.js'
import occupiedText from './occupied.sh.js'
import spareTrackedText from './spare-tracked.sh.js'
import spareText from './spare.sh.js'
import untrackedText from './untracked.sh.js'

const untracked = sh`${shellFunctions(untrackedText)}fettle_list_untracked "$@"`
const occupied = sh`${shellFunctions(occupiedText)}fettle_list_occupied "$@"`
const scripts = sh`untracked_script=${untracked.text} occupied_script=${occupied.text}`

const remedies = {
  staying:
    'move them away, or give clean, which removes what git does not track, or force, which overwrites what is in the way',
  kept: 'move them away, or give force, which overwrites them: clean leaves them',
}

/** Ends where untracked files stand in the way of a commit, unless `clean` removes them. */
export function spareUntracked(from: Sh, commit: Sh, clean: readonly string[] | null): Sh {
  const isTaken = sh`fettle_in_the_way ${from} ${commit}`
  const isTakenStill =
    clean === null ? isTaken : sh`${isTaken} && fettle_clear_the_way ${clean} && ${isTaken}`
  return lines([
    shellFunctions(spareText),
    scripts,
    sh`if ${isTakenStill}; then
  ${explain('untracked files stand where the commit has files, and would be overwritten', clean === null ? remedies.staying : remedies.kept)}
  fettle_show_the_way; exit 1
fi >&2`,
  ])
}

/**
 * Ends where tracked files are not as the commit gives them: somebody came after the plan, and
 * `git checkout --force` overwrites also what git was told to overlook.
 */
export const spareTracked: Sh = lines([
  shellFunctions(changesText),
  shellFunctions(spareTrackedText),
  sh`fettle_find_changes
if [ -n "$found_changes" ]; then
  ${explain('tracked files have changes of their own, which would be overwritten', 'commit and push them, or give clean or force, which discard them')}
  printf '%s\\n' "$found_changes" | head -n 20; exit 1
fi >&2`,
])
