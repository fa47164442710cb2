import type { Action } from '../../core/change.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import aptGetText from '../../facts/apt/apt-get.sh.js'
import missingText from '../../facts/apt/missing.sh.js'
import onlyText from '../../facts/apt/only.sh.js'
import type { PackageWork } from '../packages/manager.js'
import { keptPackages } from './package-state.js'
import removeText from './remove.sh.js'
import { simulated } from './simulated.js'
import { unattended } from './unattended.js'
import updateText from './update.sh.js'

/** How packages are installed; see `PackagesOptions`. */
export interface InstallOptions {
  readonly recommends?: boolean
  readonly allowDowngrade?: boolean
}

/** Why a purge cannot be undone: packages are installed again, and nothing else. */
const purged = 'the configuration files and data that its packages delete are lost'

/** The limit of an action in seconds. */
const limit = 1800

const prepare: Sh = lines([shellFunctions(aptGetText), unattended])

const updateFunction = shellFunctions(updateText)
const missingFunction = lines([shellFunctions(refuseText), shellFunctions(missingText)])
const removeFunction = lines([refuseText, onlyText, removeText].map(shellFunctions))

export const update: Action = {
  what: '`apt-get update`',
  script: lines([prepare, sh`${updateFunction}fettle_apt_update`]),
  long: true,
  timeout: limit,
}

/** Installs packages, or brings them to another version; each name is one for apt-get(8). */
export function install(names: readonly string[], options: InstallOptions): PackageWork {
  const flags = flagsOf(options)
  const action: Action = {
    what: `\`apt-get install ${names.join(' ')}\``,
    script: lines([
      prepare,
      sh`fettle_apt_repaired install --no-remove ${flags} -- ${names} && exit`,
      sh`failed_=$?`,
      sh`${missingFunction}fettle_apt_missing ${names}`,
      sh`exit $failed_`,
    ]),
    long: true,
    timeout: limit,
  }
  return {
    actions: [action],
    trials: [simulated({ verb: 'install', flags, names })],
    undo: keptPackages(names),
  }
}

function flagsOf({ recommends, allowDowngrade }: InstallOptions): readonly string[] {
  const flags: string[] = []
  if (recommends === true) flags.push('--install-recommends')
  if (recommends === false) flags.push('--no-install-recommends')
  if (allowDowngrade === true) flags.push('--allow-downgrades')
  return flags
}

/** Removes packages, and with `purge` their configuration files. */
export function remove(names: readonly string[], purge: boolean): PackageWork {
  const verb = purge ? 'purge' : 'remove'
  const script = sh`${removeFunction}fettle_apt_remove ${verb} ${names.join(', ')} ${names}`
  const action: Action = {
    what: `\`apt-get ${verb} ${names.join(' ')}\``,
    script: lines([prepare, script]),
    long: true,
    timeout: limit,
  }
  return {
    actions: [action],
    trials: [simulated({ verb, flags: [], names })],
    undo: keptPackages(names),
    ...omitUndefined({ final: purge ? purged : undefined }),
  }
}
