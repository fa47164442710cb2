import { FettleError } from './errors.js'
import { leavesOf, mapLeaves } from './leaves.js'
import { hideSecret } from './scrub/scrub.js'

/**
 * A value that must not be seen. It cannot be printed, joined to a string, logged or serialised by
 * accident: `toString` throws, `toJSON` and `inspect` answer `[secret]`. Its text leaves it only
 * through `reveal`, which is not part of the public API, on its way into a program's standard input
 * or a database driver.
 */
export class Secret {
  readonly #value: string

  /**
   * @param compound made of other Secrets and plain text: its lines are not hidden by themselves
   */
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

/** The text of a Secret. Only for what feeds standard input, a driver or a digest. */
export const reveal = (secret: Secret): string => Secret.reveal(secret)

/** Whether a `Secret` stands anywhere in plain objects and arrays. */
export const holdsSecret = (value: unknown): boolean =>
  leavesOf(value).some((leaf) => leaf instanceof Secret)

/**
 * The same structure with each `Secret` as its text. Only for what is secret as a whole afterwards.
 */
export const revealAll = (value: unknown): unknown =>
  mapLeaves(value, (leaf) => (leaf instanceof Secret ? reveal(leaf) : leaf))
