import { FettleError } from '../../core/errors.js'
import { isSecret, showsSecret } from '../../core/scrub/scrub.js'

// Other users of this machine can read a program's arguments, and every child process inherits its
// variables.

/**
 * @param what where the words come from, as a sentence's subject
 * @throws FettleError `secret-exposed` for words that contain a Secret
 */
export function refuseSecrets(what: string, words: readonly string[]): void {
  if (!words.some(showsSecret)) return
  throw new FettleError('secret-exposed', {
    message: `${what} holds a secret, which every process of this machine could read there`,
    remedy: 'keep it in a file that the program reads (sshpass -f FILE), or log in with a key',
  })
}

/**
 * The environment for a local program: that of this process without variables that hold a Secret,
 * except those that the command names, since it is written for them. Empty where nothing has to be
 * removed.
 */
export function environmentFor(command: string): { readonly env?: NodeJS.ProcessEnv } {
  const isNamed = (name: string): boolean => {
    if (name === 'SSHPASS' && command.includes('sshpass')) return true
    return new RegExp(`\\$\\{?${name}\\b`).test(command)
  }
  const all = Object.entries(process.env)
  const open = all.filter(
    ([name, value]) => value === undefined || !isSecret(value) || isNamed(name),
  )
  if (open.length === all.length) return {}
  return { env: Object.fromEntries(open) }
}
