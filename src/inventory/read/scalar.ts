import { numberAs, type WrittenNumber } from '../../core/written-number.js'

const words: ReadonlyMap<string, boolean | null> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
])
const int = /^[-+]?(?:0|[1-9]\d*)$|^0x[\da-f]+$|^0o[0-7]+$/i
const float = /^[-+]?(?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?$|^[-+]?\d+e[-+]?\d+$/i

/**
 * The value of a word outside YAML: a number, true, false, null, or else the text itself. To
 * Ansible it is text, so a number prints as it was written. Numbers with a leading zero (`0644`)
 * and numbers that JavaScript would round stay text.
 */
export function scalarOf(word: string): string | number | boolean | WrittenNumber | null {
  const known = words.get(word)
  if (known !== undefined) return known
  const number = Number(word)
  const isNumber =
    (int.test(word) && Number.isSafeInteger(number)) ||
    (float.test(word) && Number.isFinite(number))
  return isNumber ? numberAs(word, number) : word
}
