import { isCommon } from '../../core/scrub/searched-texts.js'
import { soundsSecret } from '../../core/secret-names.js'
import { Secret } from '../../core/secret.js'
import { WrittenNumber } from '../../core/written-number.js'
import type { Layer } from '../merge/variable-layer.js'
import type { Warnings } from '../warnings.js'

const urlWithPassword = /(?<![\w+.-])[\w+.-]+:\/\/[^\s/:@]*:[^\s/@]+@/
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/

const holdsSecret = (text: string): boolean => urlWithPassword.test(text) || privateKey.test(text)

/**
 * Warns of secrets on the command line, which `ps` shows to every user of the machine. No value
 * appears in a warning.
 */
export function warnOfSecrets(layer: Layer, warnings: Warnings): void {
  const where = 'is given on the command line, where ps shows it to everybody on this machine'
  for (const [name, variable] of layer) {
    for (const path of secretsIn(variable.value, [name], false)) {
      const place = variable.place(path.slice(1))
      warnings.add(`${path.join('.')} ${where}: ${remedy(name)}`, place)
    }
  }
}

type Path = readonly (string | number)[]

/**
 * The path of each secret in a value. Under a name that suggests a secret every text and number
 * counts, except common words (`database_password=env`).
 */
function secretsIn(value: unknown, path: Path, isInSecret: boolean): readonly Path[] {
  const isSecret = isInSecret || soundsSecret(String(path.at(-1)))
  if (value instanceof Secret) return [path]
  if (typeof value === 'string') {
    const isExposed = (isSecret && !isCommon(value)) || holdsSecret(value)
    return isExposed ? [path] : []
  }
  if (typeof value === 'number' || value instanceof WrittenNumber) return isSecret ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  const inner = (name: string | number, part: unknown): readonly Path[] =>
    secretsIn(part, [...path, name], isSecret)
  if (Array.isArray(value)) return value.flatMap((part, index) => inner(index, part))
  return Object.entries(value).flatMap(([name, part]) => inner(name, part))
}

function remedy(name: string): string {
  if (/^ansible_(?:become|sudo|su)_?/.test(name)) return 'give -K or --become-password-file'
  if (/^ansible_.*pass/.test(name)) return 'give -k or --connection-password-file'
  return 'put it into .env and take it with env.secret(…), or give -e @FILE'
}
