import { gap, DecodingBuilder, type Decoding } from './decoding.js'

/** A lookup table from character code to digit value; -1 for other characters. */
function valuesOf(...alphabets: readonly string[]): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (const alphabet of alphabets) {
    for (const [value, letter] of [...alphabet].entries()) values[letter.charCodeAt(0)] = value
  }
  return values
}

const valueAt = (values: Int8Array, units: Uint16Array, at: number): number =>
  values[units[at] ?? gap] ?? -1

const nibbles = valuesOf('0123456789abcdef', '0123456789ABCDEF')

/**
 * Decodes pairs of hex digits to bytes, once from the first digit and once from the second, because
 * the alignment is not known. `digits` are offsets in the source.
 */
function addBytes(made: DecodingBuilder, digits: readonly number[]): void {
  const { units } = made.source
  for (const first of [0, 1]) {
    for (let index = first; index + 1 < digits.length; index += 2) {
      const [high, low] = [digits[index] ?? 0, digits[index + 1] ?? 0]
      made.add((valueAt(nibbles, units, high) << 4) | valueAt(nibbles, units, low), high, low + 1)
    }
    made.gap(digits[0] ?? 0)
  }
}

/** Decodes little-endian words of four hex digits (`od -x`, hexdump), at all four alignments. */
function addWords(made: DecodingBuilder, digits: readonly number[]): void {
  const { units } = made.source
  const digit = (index: number): number => valueAt(nibbles, units, digits[index] ?? 0)
  for (let first = 0; first < 4; first++) {
    for (let index = first; index + 3 < digits.length; index += 4) {
      const [from, to] = [digits[index] ?? 0, (digits[index + 3] ?? 0) + 1]
      made.add((digit(index + 2) << 4) | digit(index + 3), from, to)
      made.add((digit(index) << 4) | digit(index + 1), from, to)
    }
    made.gap(digits[0] ?? 0)
  }
}

/** Shorter runs cannot be a secret: the shortest secret that is searched for has four bytes. */
const fewestDigits = 8
/** Separators that may stand between bytes, such as the indentation of the next line. */
const between = valuesOf(' \t\r\n:,;-')
const mostBetween = 12
/** Whether a run of digits is the offset with which dumps start each line. */
const isOffsetLength = (digits: number): boolean => digits >= 6 && digits <= 16
const x = 0x78

/**
 * Hexadecimal bytes: `68756e`, `68 75 6e`, `68:75:6e`, `6875 6e74`, `0x68, 0x75`, also over several
 * lines.
 */
function hexadecimal(source: Decoding): Decoding | null {
  const { units } = source
  const made = new DecodingBuilder(source, 2)
  let digits: number[] = []
  let together = 0
  let signs = 0
  let words = false
  const flush = (): void => {
    if (digits.length >= fewestDigits) addBytes(made, digits)
    if (digits.length >= fewestDigits && words) addWords(made, digits)
    digits = []
    words = false
  }
  for (let at = 0; at <= units.length; at++) {
    if (valueAt(nibbles, units, at) >= 0) {
      signs = 0
      // Skip the zero of `0x`.
      if (units[at + 1] === x) at++
      else {
        digits.push(at)
        together++
      }
    } else if (digits.length > 0) {
      words ||= together === 4
      if (isOffsetLength(together) || valueAt(between, units, at) < 0 || ++signs > mostBetween)
        flush()
      together = 0
    }
  }
  return made.build(true)
}

const column = new RegExp(
  [
    /[0-9A-Fa-f]{2}[ \t]+[|>]([^\n]{1,64})[|<][ \t]*$/, // hexdump, od
    /[0-9A-Fa-f]{6,16}:(?: [0-9A-Fa-f]{2,8})+ {2,}(\S[^\n]{0,63})$/, // xxd
  ]
    .map(({ source }) => source)
    .join('|'),
  'dgm',
)

/** The character column that hexdump, od and xxd print beside the bytes, joined over all lines. */
function columns(source: Decoding): Decoding | null {
  const made = new DecodingBuilder(source)
  for (const { indices } of source.text.matchAll(column))
    made.keep(...(indices?.[1] ?? indices?.[2] ?? [0, 0]))
  return made.build(true)
}

/** Bytes written as numbers with separators. */
function numbers(source: Decoding, run: RegExp, number: RegExp, radix: number): Decoding | null {
  if (source.text.search(run) < 0) return null
  const made = new DecodingBuilder(source)
  for (const { 0: text, index } of source.text.matchAll(run)) {
    for (const { 0: digits, index: at } of text.matchAll(number)) {
      made.add(Number.parseInt(digits, radix) & 0xff, index + at, index + at + digits.length)
    }
    made.gap(index)
  }
  return made.build(true)
}

const decimalRun = /(?<![\d.])\d{1,3}(?:(?:[ \t]{0,2}[,;])?\s{1,12}\d{1,3}|,\d{1,3}){3,}(?![\d.])/g
const octalRun = /(?<!\d)[0-3][0-7]{2}(?:\s{1,2}(?:[0-7]{7} )?[0-3][0-7]{2}){3,}(?!\d)/g

/** `[104, 117, 110]`: a Buffer of Node as JSON, or a list in Python. */
const decimal = (source: Decoding): Decoding | null => numbers(source, decimalRun, /\d+/g, 10)

/** `150 165 156`: `od -b`. */
const octal = (source: Decoding): Decoding | null =>
  numbers(source, octalRun, /(?<!\d)\d{3}(?!\d)/g, 8)

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const sextets = valuesOf(`${letters}+/`, `${letters}-_`)
const equals = 0x3d
const lineBreak = 0x0a

/**
 * Four bytes have six letters. Without padding eight are required, because most shorter runs are
 * words.
 */
const fewestLetters = 6
const fewestUnpadded = 8

/**
 * Base64 and base64url, wrapped into lines or not. Each run is decoded from each of its first four
 * letters, because the text before base64 may look like part of it.
 */
export function base64(source: Decoding): Decoding | null {
  const { units } = source
  const made = new DecodingBuilder(source, 3.5)
  let run: number[] = []
  for (let at = 0; at <= units.length; at++) {
    if (valueAt(sextets, units, at) >= 0) {
      run.push(at)
      continue
    }
    if (run.length === 0) continue
    const isLong = run.length >= (units[at] === equals ? fewestLetters : fewestUnpadded)
    const next = isLong ? afterFold(units, at) : at
    if (next > at) at = next - 1
    else {
      for (let first = 0; isLong && first < 4; first++) addSextets(made, run, first)
      run = []
    }
  }
  return made.build(true)
}

/** Where base64 continues after a line break and indentation; `at` where it does not. */
function afterFold(units: Uint16Array, at: number): number {
  let next = units[at] === 0x0d ? at + 1 : at
  if (units[next] !== lineBreak) return at
  do next++
  while (units[next] === 0x20 || units[next] === 0x09)
  return valueAt(sextets, units, next) >= 0 ? next : at
}

/** Decodes a run of base64 from its letter `first` on. `run` are offsets in the source. */
function addSextets(made: DecodingBuilder, run: readonly number[], first: number): void {
  const { units } = made.source
  let value = valueAt(sextets, units, run[first] ?? 0)
  let bits = 0
  for (let index = first + 1; index < run.length; index++) {
    const place = run[index] ?? 0
    const next = valueAt(sextets, units, place)
    if (bits < 6)
      made.add(
        ((value << (2 + bits)) | (next >> (4 - bits))) & 0xff,
        run[index - 1] ?? 0,
        place + 1,
      )
    value = next
    bits = (bits + 2) % 8
  }
  made.gap(run[0] ?? 0)
}

/**
 * Encodings of bytes whose result is not decoded any further. Each returns null where it finds
 * nothing to decode.
 */
export const byteEncodings: readonly ((source: Decoding) => Decoding | null)[] = [
  hexadecimal,
  columns,
  decimal,
  octal,
]
