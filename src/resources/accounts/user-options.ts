import type { Value } from '../../core/later.js'
import type { CommonOptions } from '../../core/resource.js'
import type { Secret } from '../../core/secret.js'

export interface UserOptions extends CommonOptions {
  /**
   * The numeric id. When it is changed, only files in the home directory get the new owner
   * (usermod(8)). Default: the next free one for a new user; an existing user keeps its own.
   */
  readonly uid?: number
  /**
   * The primary group, by name or id. Default: for a new user the group of the same name, created
   * if missing; an existing user keeps its own.
   */
  readonly group?: string | number
  /**
   * Supplementary groups, by name. They are added to those that the user has; with `exactGroups`
   * they replace them. Running sessions and services keep their groups until they are restarted.
   */
  readonly groups?: readonly string[]
  /**
   * `groups` lists all supplementary groups: the user is removed from others. The primary group is
   * never changed by this. Default false.
   */
  readonly exactGroups?: boolean
  /**
   * The login shell, the absolute path of an existing program. Default: useradd(8)'s default for a
   * new user; an existing user keeps its own.
   */
  readonly shell?: string
  /**
   * The path of the home directory. For an existing user only the record is changed, and nothing is
   * moved. Default: useradd(8)'s default for a new user.
   */
  readonly home?: string
  /**
   * Create a new user's home directory. Default true, for a system user false. For an existing user
   * nothing is created: use `directory`.
   */
  readonly createHome?: boolean
  /**
   * Give a new user an id from the system's range and no password ageing. An existing user is not
   * changed. Default false.
   */
  readonly system?: boolean
  /** The comment field of passwd(5), such as a full name. Without `:`. Left out: not managed. */
  readonly comment?: string
  /**
   * The password as a hash of crypt(3) (`$y$…`, `$6$…`), never in clear text. Setting it does not
   * unlock it. Left out: a new user has none and cannot log in with a password.
   */
  readonly passwordHash?: Value<string | Secret>
  /**
   * Whether the password is locked (`!` before its hash). Other ways to log in, such as keys, are
   * not affected. Left out: not managed.
   */
  readonly locked?: boolean
  /**
   * `absent` removes the user, and with it the group of the same name if that has no other members.
   * Default `present`.
   */
  readonly state?: 'present' | 'absent'
  /** Also remove the user's home directory and mail. Default false. */
  readonly removeHome?: boolean
}
