import { DecodingBuilder, type Decoding } from './decoding.js'

/** Replaces each match; null where there is none. */
function replaced(
  source: Decoding,
  pattern: RegExp,
  meaning: (match: RegExpExecArray) => string,
): Decoding | null {
  if (source.text.search(pattern) < 0) return null
  const made = new DecodingBuilder(source)
  let done = 0
  for (const match of source.text.matchAll(pattern)) {
    const end = match.index + match[0].length
    made.keep(done, match.index)
    for (const unit of meaning(match).split('')) made.add(unit.charCodeAt(0), match.index, end)
    done = end
  }
  made.keep(done, source.text.length)
  return made.build(source.decoded)
}

const invisible = new RegExp(
  [
    /\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?/, // a title
    /\x1b\[[0-?]*[ -/]*[@-~]/, // a colour
    /\x1b[ -/]*[0-~]/,
    /[^\n]\x08/, // overstrike, which manual pages use for bold
    /[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** The text without escape sequences and zero-width characters; null where it has none. */
export const visible = (source: Decoding): Decoding | null => replaced(source, invisible, () => '')

const lineBreak = 0x0a
const isSpace = (unit: number): boolean =>
  unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0

/**
 * The text without white space (as before wrapping and indenting) and without od(1)'s offsets; null
 * where it has none.
 */
export function unspaced(source: Decoding): Decoding | null {
  const { units } = source
  if (!units.some(isSpace)) return null
  const made = new DecodingBuilder(source)
  for (let at = 0; at < units.length; at++) {
    const unit = units[at] ?? 0
    if (!isSpace(unit)) made.add(unit, at, at + 1)
    else if (unit === lineBreak && isOffset(units, at + 1)) at += 7
  }
  return made.build(source.decoded)
}

/** Whether an offset of od(1) starts here: seven octal digits and a space. */
function isOffset(units: Uint16Array, begin: number): boolean {
  return (
    units[begin + 7] === 0x20 &&
    units.subarray(begin, begin + 7).every((unit) => unit >= 0x30 && unit <= 0x37)
  )
}

/** The character with a code point; the last one of Unicode for larger numbers. */
const character = (number: number): string => String.fromCodePoint(Math.min(number, 0x10ffff))
const ofHex = (digits = '0'): string => character(Number.parseInt(digits, 16))

/** `%41`: percent-encoding in URLs and forms. */
function percent(source: Decoding): Decoding | null {
  if (!source.units.includes(0x25)) return null
  return replaced(source, /%(?:u([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))/g, ([, unit, byte]) =>
    ofHex(unit ?? byte),
  )
}

const letters: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  '\n': '',
  '\r\n': '',
}
const hex = (digits: string): string => `([0-9A-Fa-f]{${digits}})`
const number = `u\\{${hex('1,6')}\\}|u${hex('4')}|U${hex('8')}|x${hex('2')}|([0-7]{1,3})`
const escape = new RegExp(`\\\\(?:${number}|(\\r?\\n|[^]))`, 'g')

/** Backslash escapes: JSON, C, `$'…'` and `"…"` of shells, Python's repr, systemd, SQL. */
function backslash(source: Decoding): Decoding | null {
  if (!source.units.includes(0x5c)) return null
  return replaced(source, escape, ([, braces, four, eight, two, octal, letter]) => {
    if (letter !== undefined) return letters[letter] ?? letter
    return octal === undefined
      ? ofHex(braces ?? four ?? eight ?? two)
      : character(Number.parseInt(octal, 8))
  })
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

/** `&amp;`, `&#39;`, `&#x27;`: HTML and XML. */
function entity(source: Decoding): Decoding | null {
  if (!source.units.includes(0x26)) return null
  return replaced(
    source,
    /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([a-z]{2,4}));/g,
    ([whole, decimal, digits, name]) => {
      if (name !== undefined) return entities[name] ?? whole
      return decimal === undefined ? ofHex(digits) : character(Number(decimal))
    },
  )
}

/**
 * Encodings of text. Each decodes a whole text, and returns null where it finds nothing to decode.
 */
export const textEncodings: readonly ((source: Decoding) => Decoding | null)[] = [
  percent,
  backslash,
  entity,
]
