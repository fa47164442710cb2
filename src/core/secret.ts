import { FettleError } from './errors.js'

/** Shorter values are not searched for in output: replacing every `ab` would hide the output, not the secret. */
const shortestScrubbed = 6

const scrubbed = new Set<string>()

function encodings(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  return [value, encodeURIComponent(value), json, value.replaceAll("'", `'\\''`), Buffer.from(value).toString('base64')]
}

/**
 * A value that must not be seen. It cannot be printed, joined to a string, logged or serialised by accident:
 * `toString` throws, `toJSON` and `inspect` answer `[secret]`. Its text leaves it only through `reveal`, which is not
 * part of the public API, on its way into a program's standard input or a database driver.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    if (value.length >= shortestScrubbed) for (const form of encodings(value)) scrubbed.add(form)
  }

  static reveal(secret: Secret): string {
    return secret.#value
  }

  toString(): string {
    throw new FettleError('secret-exposed', { message: 'a Secret cannot become part of a string' })
  }

  [Symbol.toPrimitive](): string {
    return this.toString()
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}

/** The text of a Secret. Only for what feeds standard input, a driver or a digest. */
export const reveal = (secret: Secret): string => Secret.reveal(secret)

/** Replaces every known secret, in its usual encodings, in text that came from elsewhere (a host's output, an API's message). */
export function scrub(text: string): string {
  let clean = text
  for (const form of scrubbed) if (clean.includes(form)) clean = clean.replaceAll(form, '[secret]')
  return clean
}
