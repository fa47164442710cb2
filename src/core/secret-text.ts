import { Later, type Value } from './later.js'
import { reveal, Secret } from './secret.js'

/** What `` secret`…` `` joins. */
export type SecretPart = string | number | Secret

/** The result type: a `Later<Secret>` where a part is a `Later`, else a Secret. */
type Joined<P extends readonly Value<SecretPart>[]> = true extends {
  readonly [I in keyof P]: P[I] extends Later<unknown> ? true : false
}[number]
  ? Later<Secret>
  : [Extract<P[number], Later<unknown>>] extends [never]
    ? Secret
    : Value<Secret>

/**
 * The same kind of value after a change: a string stays a string, a Secret a Secret, a `Later` a
 * `Later`.
 */
type Changed<T> = T extends string ? string : T

/**
 * Given text, a Secret of it, such as one that a program made. What is typed into a task file is
 * there for everybody to read: prefer `env.secret`.
 * @chapter Values
 */
export function secret(value: string): Secret
/**
 * As a tag, joins strings, numbers, Secrets and `Later`s into one Secret: ``
 * secret`mysql+pymysql://${user}:${uri(password)}@localhost/${db}` ``.
 */
export function secret<const P extends readonly Value<SecretPart>[]>(
  text: TemplateStringsArray,
  ...parts: P
): Joined<P>
export function secret(
  text: string | TemplateStringsArray,
  ...parts: readonly Value<SecretPart>[]
): Value<Secret> {
  if (typeof text === 'string') return new Secret(text)
  if (!parts.some((part) => part instanceof Later))
    return join(text, parts as readonly SecretPart[])
  return Later.all(parts).map(joined, text)
}

const joined = (parts: readonly SecretPart[], text: TemplateStringsArray): Secret =>
  join(text, parts)

function join(text: TemplateStringsArray, parts: readonly SecretPart[]): Secret {
  const whole = text.reduce(
    (before, piece, index) => before + textOf(parts[index - 1] ?? '') + piece,
  )
  return new Secret(whole, true)
}

const textOf = (part: SecretPart): string => (part instanceof Secret ? reveal(part) : String(part))

/**
 * Percent-encodes a value for any part of a URL, as encodeURIComponent does (a space is `%20`,
 * never `+`). A Secret stays a Secret, a `Later` a `Later`.
 * @chapter Values
 * @ansible `urlencode`
 */
export function uri<const T extends Value<string> | Value<Secret>>(value: T): Changed<T> {
  return changed(value, encodeURIComponent) as Changed<T>
}

/**
 * Writes text as a JSON string, with its quotes. A Secret stays a Secret, a `Later` a `Later`.
 * @chapter Values
 * @ansible `to_json`
 */
export function json<const T extends Value<string> | Value<Secret>>(value: T): Changed<T> {
  return changed(value, jsonText) as Changed<T>
}

const jsonText = (text: string): string => JSON.stringify(text)

function apply(known: string | Secret, change: (text: string) => string): string | Secret {
  if (!(known instanceof Secret)) return change(known)
  return new Secret(change(reveal(known)), true)
}

function changed(
  value: Value<string> | Value<Secret>,
  change: (text: string) => string,
): Value<string | Secret> {
  if (value instanceof Later) return (value as Later<string | Secret>).map(apply, change)
  return apply(value, change)
}
