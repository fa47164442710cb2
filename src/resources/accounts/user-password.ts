import { blocked, change, type Action, type Blocked, type Change } from '../../core/change.js'
import { reveal, Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import type { UserPassword } from '../../facts/accounts/user.js'

export const cryptPattern = /^\$[^\s:]+$/
export const hashMessage = "must be a hash that crypt(3) made, such as '$y$…' or '$6$…'"

export const textOf = (hash: string | Secret): string =>
  hash instanceof Secret ? reveal(hash) : hash

const isHash = (password: UserPassword, hash: string | Secret): boolean =>
  password.hash !== null && textOf(password.hash) === textOf(hash)

/** Sets a password hash. It is passed on standard input, so that it is in no command line. */
export const setPassword = (name: string, hash: string | Secret, locked: boolean): Action => ({
  what: '`chpasswd -e`',
  script: sh`chpasswd -e`,
  input: [`${name}:${locked ? '!' : ''}`, hash, '\n'],
})

/** Without a hash there is nothing behind the lock. */
export const nothingToUnlock = (name: string): Blocked =>
  blocked(
    `user ${name} has no password that could be unlocked`,
    'give passwordHash, or leave locked out',
    { lacks: [`user:${name}`] },
  )

/**
 * Changes of the hash and of the lock, which share one field: each is changed without affecting the
 * other.
 */
export function passwordChanges(
  name: string,
  locked: boolean | undefined,
  hash: string | Secret | undefined,
  password: UserPassword,
): readonly Change[] | Blocked {
  const keepsLock = locked === undefined || locked === password.locked
  if (hash !== undefined && !isHash(password, hash)) {
    const lock = locked ?? (password.locked && password.hash !== null)
    const setting = setPassword(name, hash, lock)
    if (keepsLock) return [change('password changed', [setting])]
    return [change(`password changed, ${locked ? 'locked' : 'unlocked'}`, [setting])]
  }
  if (keepsLock) return []
  if (locked) return [change('lock password', sh`usermod -L -- ${name}`)]
  if (password.hash === null) return nothingToUnlock(name)
  return [change('unlock password', sh`usermod -U -- ${name}`)]
}
