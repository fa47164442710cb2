import { refuse } from '../../core/refuse.js'
import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { mostKept, type UndoKind } from '../../core/undo.js'
import { localEnvironment } from '../../facts/git/environment.js'
import locksText from '../../facts/git/locks.sh.js'
import { inDirectory } from '../files/in-directory.js'
import { keepBeforeMaking, takeBackMaking } from '../files/made-tree.js'
import keepOutputText from './keep-output.sh.js'
import checkoutStateText from './checkout-state.sh.js'

/** What is kept of a checkout. */
export interface CheckoutStateKey {
  readonly path: string
  /**
   * - `nothing`: there was none, or one without a commit.
   * - `commit`: the commit and the branches.
   * - `changes`: also the changes of tracked files.
   * - `untracked`: also the untracked files that are not ignored.
   */
  readonly what: 'nothing' | 'commit' | 'changes' | 'untracked'
  /** Whether submodules follow the checkout. */
  readonly submodules: boolean
}

const functions = lines([
  shellFunctions(refuseText),
  shellFunctions(locksText),
  shellFunctions(checkoutStateText),
])

/** Shell in the checkout, as its owner. */
const asOwner = (path: string, script: Sh): Sh =>
  sh`( ${inDirectory(path, undefined, localEnvironment(path), sh`${functions}${script}`)} )`

/** Keeps output, if it is not too large. */
const keepOutput = (script: Sh, name: 'patch' | 'untracked'): Sh =>
  sh`fettle_keep_output ${name} ${mostKept} ${script.text} || exit`

/** Runs shell of the checkout with what was kept, if there is something. */
const withKept = (path: string, name: 'patch' | 'untracked', script: Sh): Sh =>
  sh`[ ! -s "$kept/"${name} ] || ${asOwner(path, script)} <"$kept/"${name} || exit`

/** Where a checkout is: its commit, its branches, and what changes of it would overwrite. */
export const checkoutState: UndoKind<CheckoutStateKey> = {
  name: 'git.checkout',
  keep({ path, what }) {
    if (what === 'nothing') return keepBeforeMaking(path)
    const scripts = [
      shellFunctions(keepOutputText),
      sh`${asOwner(path, sh`fettle_tell_checkout`)} >"$kept/state" || exit`,
    ]
    if (what !== 'commit')
      scripts.push(keepOutput(asOwner(path, sh`git diff --binary HEAD`), 'patch'))
    if (what === 'untracked')
      scripts.push(keepOutput(asOwner(path, sh`fettle_pack_untracked`), 'untracked'))
    return lines(scripts)
  },
  takeBack({ path, what, submodules }) {
    if (what === 'nothing') return takeBackMaking(path, asOwner(path, sh`fettle_refuse_others`))
    const follow = sh`git submodule update --quiet --init --recursive`
    return lines([
      sh`[ ! -e "$kept/patch.too-large" ] || ${refuse(`the changes in ${path} were too large to be kept`)}`,
      sh`[ -e ${`${path}/.git`} ] || ${refuse(`${path} is no checkout any more`, 'apply it again')}`,
      sh`${asOwner(path, sh`fettle_move_back`)} <"$kept/state" || exit`,
      withKept(path, 'patch', sh`fettle_apply_patch`),
      withKept(path, 'untracked', sh`fettle_unpack_untracked`),
      submodules ? asOwner(path, follow) : sh`:`,
    ])
  },
}
