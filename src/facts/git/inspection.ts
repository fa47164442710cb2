import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import changesText from './changes.sh.js'
import inspectionText from './inspection.sh.js'
import locksText from './locks.sh.js'
import submoduleText from './submodule.sh.js'

const changes = shellFunctions(changesText)

const submodule = lines([changes, shellFunctions(submoduleText), sh`fettle_inspect_submodule`])

const repository = lines([
  changes,
  shellFunctions(locksText),
  shellFunctions(inspectionText),
  sh`set -u
modules=$1 clean_options=$2
shift 2
fettle_inspect "$@"`,
])

const submodules = sh`[ "$modules" = 0 ] || { git submodule status --recursive && export clean_options submodule_script=${submodule.text} && git submodule foreach --quiet --recursive 'eval "$submodule_script"'; }`

/**
 * Shell that tells the state of a checkout, with the part about submodules where it is wanted. It
 * runs as the checkout's owner, in it. `$1` is 1 with submodules, `$2` the options of git-clean as
 * one text, `$3` the branch that is wanted; the rest are those options.
 */
export const inspection = (withSubmodules: boolean): Sh =>
  withSubmodules ? lines([repository, submodules]) : repository
