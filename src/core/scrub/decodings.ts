import { base64, byteEncodings } from './byte-encodings.js'
import { Decoding } from './decoding.js'
import { textEncodings, visible } from './text-encodings.js'

/** How many nested encodings are undone: JSON in JSON, JSON in base64. */
const depth = 2

/**
 * All decodings of a text, to search each of them for secrets. The alternative, encoding each
 * secret, would miss partly encoded text and base64 with another alignment or wrapping, and would
 * keep many forms of each secret. The work is linear in the length of the text.
 */
export function* readingsOf(text: string): Generator<Decoding> {
  const source = Decoding.of(text)
  yield source
  const shown = visible(source)
  if (shown !== null) yield shown
  yield* within(shown ?? source, depth)
}

function* within(reading: Decoding, left: number): Generator<Decoding> {
  for (const decode of [...textEncodings, base64]) {
    const inner = decode(reading)
    if (inner === null) continue
    yield inner
    if (left > 1 && holdsText(inner)) yield* within(inner, left - 1)
  }
  for (const decode of reading.decoded ? [] : byteEncodings) {
    const inner = decode(reading)
    if (inner !== null) yield inner
  }
}

/**
 * A longer run of printable characters is taken for text, which may be encoded again. Shorter runs
 * occur by chance.
 */
const fewestPrintable = 12

function holdsText({ units, decoded }: Decoding): boolean {
  if (!decoded) return true
  let row = 0
  for (let at = 0; at < units.length && row < fewestPrintable; at++) {
    const unit = units[at] ?? 0
    row = unit >= 0x20 && unit < 0x7f ? row + 1 : 0
  }
  return row === fewestPrintable
}
