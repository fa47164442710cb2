import { FettleError } from './errors.js'
import { leavesOf, mapLeaves } from './leaves.js'
import { hideSecret } from './scrub/scrub.js'

/**
 * A value that must not be shown. It cannot be printed, concatenated, logged or serialised by
 * accident: `toString` throws, `toJSON` and `inspect` return `[secret]`. Its text is available only
 * through `reveal`, which is not part of the public API, for a program's standard input or a
 * database driver.
 */
export class Secret {
  readonly #value: string

  /** @param compound made of other Secrets and plain text: its lines are not hidden separately */
  constructor(value: string, compound = false) {
    this.#value = value
    hideSecret(value, compound)
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

/** The text of a Secret. Only for standard input, a driver or a digest. */
export const reveal = (secret: Secret): string => Secret.reveal(secret)

/** Whether plain objects and arrays hold a `Secret` at any depth. */
export const holdsSecret = (value: unknown): boolean =>
  leavesOf(value).some((leaf) => leaf instanceof Secret)

/**
 * The same structure with each `Secret` replaced by its text. Only where the result is treated as
 * secret as a whole.
 */
export const revealAll = (value: unknown): unknown =>
  mapLeaves(value, (leaf) => (leaf instanceof Secret ? reveal(leaf) : leaf))
