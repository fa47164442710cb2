import { Secret } from '../core/secret.js'
import { WrittenNumber } from '../core/written-number.js'
import type { Layer } from './layer.js'
import type { Warnings } from './warnings.js'

const secretWord = /^(?:.*(?:password|passwd|passphrase|secret|token|apikey)s?|(?:db|root|user|admin|sql|ssh|sudo|vault)?(?:pass|pwd|pw)|credentials?)$/
const secretKey = /(?:^|_)(?:access|api|auth|encryption|master|private|secret|signing)_keys?(?:_|$)/
/** What a name ends with that tells about a secret, and does not hold it. */
const about = ['age', 'count', 'days', 'dir', 'enabled', 'expiry', 'file', 'host', 'id', 'len', 'length', 'max', 'method', 'min', 'name', 'path', 'policy', 'port', 'prompt', 'required', 'size', 'ttl', 'type', 'uri', 'url', 'user']

/** Whether a variable of this name most likely holds a secret: `db_password`, `apiKey`, and not `password_length`. */
export function soundsSecret(name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z\d]+/)
  return (words.some((word) => secretWord.test(word)) || secretKey.test(words.join('_'))) && !about.includes(words.at(-1) ?? '')
}

/** A URL with a password in it, or the text of a private key. */
const holdsSecret = (text: string): boolean => /[a-z][\w+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i.test(text) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)

/** Warns of secrets among what stands on the command line, where `ps` shows them to every user of the machine. Their values are not in the warnings. */
export function warnOfSecrets(layer: Layer, warnings: Warnings): void {
  for (const [name, variable] of layer) {
    for (const path of secretsIn(variable.value, [name], false)) {
      warnings.add(`${path.join('.')} is given on the command line, where ps shows it to everybody on this machine: ${betterWay(name)}`, variable.place(path.slice(1)))
    }
  }
}

/** The way to each secret in a value. A name that sounds secret is enough for all texts and numbers below it. */
function secretsIn(value: unknown, path: readonly (string | number)[], within: boolean): readonly (readonly (string | number)[])[] {
  const isSecret = within || soundsSecret(String(path.at(-1)))
  if (value instanceof Secret) return [path]
  if (typeof value === 'string') return value !== '' && (isSecret || holdsSecret(value)) ? [path] : []
  if (typeof value === 'number' || value instanceof WrittenNumber) return isSecret ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  const parts: readonly (readonly [string | number, unknown])[] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return parts.flatMap(([name, inner]) => secretsIn(inner, [...path, name], isSecret))
}

function betterWay(name: string): string {
  if (/^ansible_(?:become|sudo|su)_?/.test(name)) return 'give -K or --become-password-file'
  if (/^ansible_.*pass/.test(name)) return 'give -k or --connection-password-file'
  return 'put it into .env and take it with env.secret(…), or give -e @FILE'
}
