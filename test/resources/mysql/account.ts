import { Secret } from '../../../src/core/secret.js'
import type { Resource } from '../../../src/core/resource.js'
import { nativeHash } from '../../../src/resources/mysql/login.js'
import { mysqlUser, type MysqlUserOptions } from '../../../src/resources/mysql/user.js'

export const password = new Secret('correct horse')
export const native = { plugin: 'mysql_native_password', kept: nativeHash(password) } as const
export const socket = { plugin: 'unix_socket', kept: '' }
export const ed25519 = { plugin: 'ed25519', kept: 'Y'.repeat(43) }

/** `app@localhost` with its password. */
export const app =
  (options: MysqlUserOptions = {}) =>
  (): Resource =>
    mysqlUser('app', { password, ...options })

/** What the server has: an account with that password and without grants, but for `facts`. */
export const account = (facts: object = {}): { readonly account: object } => ({
  account: { ways: [native], requires: 'nothing', grants: [], foldsCase: false, ...facts },
})
