import { explain } from '../../core/refuse.js'
import { lines, quote, Sh, sh } from '../../core/sh.js'
import { changedFiles, statusCommand } from '../../facts/git/changes.js'

/**
 * What is untracked of the files and directories that git would remove for tracked ones; of a
 * repository in their place, its directory.
 */
const untracked = `for f_; do case $f_ in */) printf '%s\\0' "$f_" ;; esac; done
exec git --literal-pathspecs ls-files --others -z -- "$@"`

/**
 * In the place of which of the files that a commit adds there is something else. What lies behind a
 * link is not in the checkout.
 */
const occupied = `here_() { d_=$1; while case $d_ in */*) ;; *) return 0 ;; esac; do d_=\${d_%/*}; [ ! -L "$d_" ] || return; done; }
same_() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(git hash-object -- "$1")" = "$(git rev-parse --quiet --verify "$commit_:$1")" ]; }
for f_; do
  [ -L "$f_" ] || { [ -e "$f_" ] && [ ! -d "$f_" ]; } || continue
  ! here_ "$f_" || same_ "$f_" || printf '%s\\0' "$f_"
done`

/**
 * Defines `way_ FROM COMMIT`, which succeeds where untracked files, ignored ones too, stand in the
 * way of a commit; "$w_" names them. It is asked because `git checkout --force` overwrites all of
 * them, and a plain one those that are ignored; a plain one also refuses files that git calls
 * modified although a checkout wrote them.
 */
const way = Sh.of(`way_() {
  g_=$(git rev-parse --git-dir) || exit
  w_=$g_/fettle.way
  trap 'rm -f -- "$w_" "$w_.killed" "$w_.added" "$w_.index"' EXIT
  GIT_INDEX_FILE=$w_.index git read-tree "$2" && GIT_INDEX_FILE=$w_.index git ls-files --killed -z >"$w_.killed" || exit
  git diff-tree -r -z --name-only --no-renames --diff-filter=A "$1" "$2" >"$w_.added" || exit
  xargs -0 -r sh -c ${quote(untracked)} - <"$w_.killed" >"$w_" || exit
  commit_=$2 xargs -0 -r sh -c ${quote(occupied)} - <"$w_.added" >>"$w_" || exit
  [ -s "$w_" ]
}`)

const remedies = {
  staying:
    'move them away, or give clean, which removes what git does not track, or force, which overwrites what is in the way',
  kept: 'move them away, or give force, which overwrites them: clean leaves them',
}

/** Ends where untracked files stand in the way of a commit, unless `clean` removes them. */
export function spareUntracked(from: Sh, commit: Sh, clean: readonly string[] | null): Sh {
  const isTaken = sh`way_ ${from} ${commit}`
  const removed = sh`{ xargs -0 -r git --literal-pathspecs clean --quiet --force ${clean ?? []} -- <"$w_" || exit; }`
  return lines([
    way,
    sh`if ${clean === null ? isTaken : sh`${isTaken} && ${removed} && ${isTaken}`}; then
  ${explain('untracked files stand where the commit has files, and would be overwritten', clean === null ? remedies.staying : remedies.kept)}
  tr '\\0' '\\n' <"$w_" | sort -u | head -n 20
  exit 1
fi >&2`,
  ])
}

/**
 * Ends where tracked files are not as the commit gives them: somebody came after the plan. What git
 * was told to overlook (`--assume-unchanged`, `--skip-worktree`) no status shows, and
 * `git checkout --force` overwrites it.
 */
export const spareTracked: Sh = lines([
  Sh.of(changedFiles),
  Sh.of(`overlooked_() {
  printf '%s\\n' "$1" | sed -n 's/^[a-zS] //p' | while IFS= read -r f_; do
    [ ! -e "$f_" ] || given_ "$f_" || echo "changed $f_, which git was told to overlook (git-update-index(1))"
  done
}
state_=$(${statusCommand}) && tags_=$(git ls-files -v) || exit
found_=$(changed_ "$state_" ''; overlooked_ "$tags_")
if [ -n "$found_" ]; then
  ${explain('tracked files have changes of their own, which would be overwritten', 'commit and push them, or give clean or force, which discard them').text}
  printf '%s\\n' "$found_" | head -n 20
  exit 1
fi >&2`),
])
