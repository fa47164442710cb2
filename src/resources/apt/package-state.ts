import { enterFunctions } from '../../core/enter.js'
import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { keeps, type Kept, type UndoKind } from '../../core/undo.js'
import aptGetText from '../../facts/apt/apt-get.sh.js'
import packageStateText from './package-state.sh.js'
import { unattended } from './unattended.js'

/** The packages that a change is about. */
export interface PackageStateKey {
  /** As apt-get takes them: `git`, `git=1:2.39*`, `libc6:i386`. */
  readonly names: readonly string[]
}

const functions = lines([
  enterFunctions,
  ...[refuseText, aptGetText, packageStateText].map(shellFunctions),
])

/**
 * Which packages are installed, in which versions, and which of them as dependencies of others. What
 * came is removed, with its configuration files if there were none before; what went, or has another
 * version, is installed as it was, if the package lists still have that version.
 */
export const packageState: UndoKind<PackageStateKey> = {
  name: 'apt',
  keep: () => sh`${functions}( fettle_keep_packages before )`,
  keepAfter: () => sh`${functions}( fettle_keep_packages after )`,
  takeBack: ({ names }) =>
    lines([functions, unattended, sh`( fettle_take_back_packages ${names} )`]),
}

/** What a change of packages keeps. */
export const keptPackages = (names: readonly string[]): readonly Kept[] => [
  keeps(packageState, { names }),
]
