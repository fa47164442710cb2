import { gap, type Decoding } from './decoding.js'

/** A text that is searched for. */
export interface Pattern {
  readonly text: string
  /**
   * Any part of a certain length matches in decoded bytes: a line of a hex dump holds sixteen
   * bytes.
   */
  readonly parts: boolean
  /** Its first characters alone match everywhere: programs use them as the name of a token. */
  readonly beginning: boolean
}

export interface Search {
  /** Patterns that are shorter are not searched for. */
  readonly least: number
  /**
   * Offsets in the source where text may be missing. There the end of a pattern matches behind a
   * cut, and the start of a pattern before one.
   */
  readonly cuts: readonly number[]
}

/** Called for each match, with offsets in the source. */
export type OnMatch = (start: number, end: number) => void

/** Characters of an anchor. Shorter patterns are never found. */
export const anchorLength = 4

/** How long a part of a pattern must be to match. */
const partLength = 8

/**
 * Searches for many patterns in one pass. Every fourth offset of a pattern is an anchor; its four
 * characters are the key in a hash table. Where they occur in a text, pattern and text are compared
 * to the left and to the right. This finds whole patterns and parts of them in a time that does not
 * grow with their number, and takes a few numbers of memory for each anchor.
 */
export class SearchIndex {
  readonly #patterns: Pattern[] = []
  readonly #known = new Set<string>()
  /** The newest anchor of each slot; -1 for none. */
  #slots = new Int32Array(1024).fill(-1)
  readonly #keys: number[] = []
  /** The previous anchor in the same slot (a linked list). */
  readonly #previous: number[] = []
  readonly #pattern: number[] = []
  readonly #offset: number[] = []

  get size(): number {
    return this.#patterns.length
  }

  add(pattern: Pattern): void {
    const { text, parts } = pattern
    if (text.length < anchorLength || this.#known.has(text)) return
    this.#known.add(text)
    const last = text.length - anchorLength
    const count = parts ? Math.ceil(last / anchorLength) : 1
    const offsets = Array.from({ length: count }, (_, index) => index * anchorLength)
    // Only the first of equal anchors is kept. Otherwise a repetitive pattern would be compared
    // again and again.
    const anchors = new Map(offsets.reverse().map((offset) => [keyAt(text, offset), offset]))
    for (const [key, offset] of anchors) this.#addAnchor(key, offset)
    if (anchors.get(keyAt(text, last)) !== last) this.#addAnchor(keyAt(text, last), last)
    this.#patterns.push(pattern)
  }

  /** Adds an anchor for the pattern that `add` is about to push. */
  #addAnchor(key: number, offset: number): void {
    if (this.#keys.length * 2 > this.#slots.length) this.#grow()
    this.#keys.push(key)
    this.#pattern.push(this.#patterns.length)
    this.#offset.push(offset)
    this.#link(this.#keys.length - 1)
  }

  #link(anchor: number): void {
    const slot = slotOf(this.#keys[anchor] ?? 0, this.#slots.length)
    this.#previous[anchor] = this.#slots[slot] ?? -1
    this.#slots[slot] = anchor
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1)
    for (let anchor = 0; anchor < this.#keys.length; anchor++) this.#link(anchor)
  }

  /** Calls `found` for each match. Overlapping matches are reported separately, possibly twice. */
  find(reading: Decoding, search: Search, found: OnMatch): void {
    const { units } = reading
    let key = 0
    let covered = 0
    for (let at = 0; at < units.length; at++) {
      key = rolled(key, units[at] ?? 0)
      // Every pattern ends in an anchor, so a match that extends beyond the previous one is found
      // there.
      if (at + 1 < anchorLength || at < covered) continue
      let anchor = this.#slots[slotOf(key, this.#slots.length)] ?? -1
      for (; anchor >= 0; anchor = this.#previous[anchor] ?? -1) {
        if (this.#keys[anchor] !== key) continue
        const end = this.#compare(reading, at + 1 - anchorLength, anchor, search, found)
        covered = Math.max(covered, end)
      }
    }
  }

  /**
   * Compares a pattern and the text around an anchor at `at`. Returns the end of the match, or 0.
   */
  #compare(
    reading: Decoding,
    at: number,
    anchor: number,
    { least, cuts }: Search,
    found: OnMatch,
  ): number {
    const { units, decoded } = reading
    const {
      text = '',
      parts = false,
      beginning = false,
    } = this.#patterns[this.#pattern[anchor] ?? 0] ?? {}
    if (text.length < least) return 0
    /** The difference between an offset in the text and the one in the pattern. */
    const shift = at - (this.#offset[anchor] ?? 0)
    let from = at
    let to = at
    const end = Math.min(units.length, text.length + shift)
    while (to < end && units[to] === text.charCodeAt(to - shift)) to++
    if (to - at < anchorLength) return 0
    while (from > 0 && from > shift && units[from - 1] === text.charCodeAt(from - 1 - shift)) from--
    const isFirst = from === shift
    const isPart = to - from >= partLength && ((parts && decoded) || (beginning && isFirst))
    const begins = isFirst || isCut(reading, from, cuts)
    const ends = to - shift === text.length || isCut(reading, to, cuts)
    if (!isPart && !(begins && ends)) return 0
    found(reading.start(from), reading.end(to - 1))
    return to
  }
}

/**
 * Whether text may be missing before a unit: at a cut, and at the start or end of a run of decoded
 * bytes.
 */
function isCut(reading: Decoding, index: number, cuts: readonly number[]): boolean {
  const { units, decoded } = reading
  const isStart = index === 0
  const isEnd = index === units.length
  if (decoded && (isStart || isEnd || units[index - 1] === gap || units[index] === gap)) return true
  if (cuts.length === 0) return false
  const before = isStart ? 0 : reading.end(index - 1)
  const after = isEnd ? Infinity : reading.start(index)
  return cuts.some((cut) => before <= cut && cut <= after)
}

/**
 * A rolling key of four units: the bytes themselves where they are below 256. Equal keys only
 * select candidates; the texts are compared anyway.
 */
const rolled = (key: number, unit: number): number => (key >>> 8) | ((unit ^ (unit >>> 8)) << 24)

function keyAt(text: string, offset: number): number {
  let key = 0
  for (let at = offset; at < offset + anchorLength; at++) key = rolled(key, text.charCodeAt(at))
  return key
}

/** Fibonacci hashing: the upper bits of the product with the golden ratio. */
const slotOf = (key: number, slots: number): number =>
  Math.imul(key, 0x9e3779b1) >>> (Math.clz32(slots) + 1)
