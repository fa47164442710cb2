import { enterFunctions } from '../../core/enter.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import type { UndoKind } from '../../core/undo.js'
import accountLinesText from './account-lines.sh.js'
import accountStateText from './account-state.sh.js'

/** What is kept of a user. */
export interface UserStateKey {
  readonly name: string
  /** The home that the change makes, if it is not there. */
  readonly makes?: string
}

const lineFunctions = shellFunctions(accountLinesText)
const functions = lines([enterFunctions, lineFunctions, shellFunctions(accountStateText)])

/**
 * The lines of a user in passwd(5), shadow(5), subuid(5) and subgid(5), the groups that list it, and
 * the owners in its home. Of a home that is made nothing needs to be kept.
 */
export const userState: UndoKind<UserStateKey> = {
  name: 'user',
  keep: ({ name, makes = '' }) => sh`${functions}fettle_keep_user_state ${name} ${makes}`,
  takeBack({ name, makes = '' }) {
    const restoring = sh`${lineFunctions}fettle_restore_user ${name}`
    return sh`${functions}fettle_take_back_user ${name} ${makes} ${restoring.text}`
  },
}

/** The lines of a group in group(5) and gshadow(5), and whose primary group it is. */
export const groupState: UndoKind<string> = {
  name: 'group',
  keep: (name) => sh`${lineFunctions}fettle_keep_group ${name}`,
  takeBack(name) {
    const restoring = sh`${lineFunctions}fettle_restore_group ${name}`
    return sh`${functions}fettle_take_back_group ${name} ${restoring.text}`
  },
}
