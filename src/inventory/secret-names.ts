import { isCommon } from '../core/scrub/searched-texts.js'
import { Secret } from '../core/secret.js'
import { WrittenNumber } from '../core/written-number.js'
import type { Layer } from './layer.js'
import type { Warnings } from './warnings.js'

const secretWord = /^(?:.*(?:password|passwd|passphrase|secret|token|apikey)s?|credentials?)$/
const shortWord = /^(?:db|root|user|admin|sql|ssh|sudo|vault)?(?:pass|pwd|pw)$/
const secretKey = /(?:^|_)(?:access|api|auth|encryption|master|private|secret|signing)_keys?(?:_|$)/

/** What a name ends with that tells about a secret and does not hold it: `password_length`, `token_url`. */
const about: ReadonlySet<string> = new Set([
  ...['age', 'count', 'days', 'dir', 'enabled', 'expiry', 'file', 'host', 'id', 'len', 'length', 'max', 'method', 'min'],
  ...['name', 'path', 'policy', 'port', 'prompt', 'required', 'size', 'ttl', 'type', 'uri', 'url', 'user'],
])

/** Whether a variable of this name most likely holds a secret: `db_password`, `apiKey`, and not `password_length`. */
export function soundsSecret(name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z\d]+/)
  if (about.has(words.at(-1) ?? '')) return false
  return words.some((word) => secretWord.test(word) || shortWord.test(word)) || secretKey.test(words.join('_'))
}

const urlWithPassword = /(?<![\w+.-])[\w+.-]+:\/\/[^\s/:@]*:[^\s/@]+@/
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/

const holdsSecret = (text: string): boolean => urlWithPassword.test(text) || privateKey.test(text)

/** Warns of secrets on the command line, which `ps` shows to every user of the machine. No value is in a warning. */
export function warnOfSecrets(layer: Layer, warnings: Warnings): void {
  for (const [name, variable] of layer) {
    for (const path of secretsIn(variable.value, [name], false)) {
      const where = 'is given on the command line, where ps shows it to everybody on this machine'
      warnings.add(`${path.join('.')} ${where}: ${betterWay(name)}`, variable.place(path.slice(1)))
    }
  }
}

type Path = readonly (string | number)[]

/** The way to each secret in a value. A name that sounds secret is enough for all texts and numbers below it, common words (`database_password=env`) excepted. */
function secretsIn(value: unknown, path: Path, within: boolean): readonly Path[] {
  const isSecret = within || soundsSecret(String(path.at(-1)))
  if (value instanceof Secret) return [path]
  if (typeof value === 'string') return (isSecret && !isCommon(value)) || holdsSecret(value) ? [path] : []
  if (typeof value === 'number' || value instanceof WrittenNumber) return isSecret ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  const inner = (name: string | number, part: unknown): readonly Path[] => secretsIn(part, [...path, name], isSecret)
  if (Array.isArray(value)) return value.flatMap((part, index) => inner(index, part))
  return Object.entries(value).flatMap(([name, part]) => inner(name, part))
}

function betterWay(name: string): string {
  if (/^ansible_(?:become|sudo|su)_?/.test(name)) return 'give -K or --become-password-file'
  if (/^ansible_.*pass/.test(name)) return 'give -k or --connection-password-file'
  return 'put it into .env and take it with env.secret(…), or give -e @FILE'
}
