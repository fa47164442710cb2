import { credentials } from './credentials.js'
import { readingsOf } from './decodings.js'
import { anchorLength, SearchIndex, type OnMatch } from './search-index.js'
import { isCommon, patternsOf } from './searched-texts.js'
import { unspaced } from './text-encodings.js'

const mask = '[secret]'

/** All patterns that are hidden in this process. */
const hidden = new SearchIndex()
/** The texts of all Secrets, except common ones. */
const secrets = new Set<string>()

/** Hides a text from now on in everything that passes `scrub`. */
export function hide(text: string): void {
  for (const pattern of patternsOf(text, false)) hidden.add(pattern)
}

/**
 * Hides the text of a Secret, and lets `isSecret` and `showsSecret` find it.
 * @param compound made of other Secrets and plain text
 */
export function hideSecret(text: string, compound: boolean): void {
  if (secrets.has(text)) return
  for (const pattern of patternsOf(text, compound)) hidden.add(pattern)
  if (!isCommon(text)) secrets.add(text)
}

/** Whether a text is exactly that of a Secret. */
export const isSecret = (text: string): boolean => secrets.has(text)

/** Whether a text contains that of a Secret. */
export const showsSecret = (text: string): boolean =>
  [...secrets].some((secret) => text.includes(secret))

type Span = readonly [from: number, to: number]

/** A text is searched in windows, to limit the memory for its decodings. */
const windowLength = 65_536
/**
 * More than the longest encoding of a pattern: 512 characters of at most twelve characters each.
 */
const overlap = 8192

/**
 * Shorter patterns are not searched for in text without white space: adjacent words could match by
 * chance.
 */
const shortestUnspaced = 8

/** Signs that a text was cut, by Fettle or by other programs. */
const cutMark = /\n?\[… [^\n\]]{1,40} …\]\n?|…|\.{3}|\*{3,}/g

function cutsIn(text: string): readonly number[] {
  return [...text.matchAll(cutMark)].flatMap(({ 0: mark, index }) => [index, index + mark.length])
}

function secretSpans(text: string, cuts: readonly number[]): readonly Span[] {
  if (hidden.size === 0 || text.length < anchorLength) return []
  const spans: Span[] = []
  let begin = 0
  do {
    const from = begin
    const part = text.slice(from, from + windowLength)
    const near = cuts.map((cut) => cut - from).filter((cut) => cut >= 0 && cut <= part.length)
    findIn(part, [...near, ...cutsIn(part)], (start, end) => {
      spans.push([from + start, from + end])
    })
    begin += windowLength - overlap
  } while (begin + overlap < text.length)
  return spans
}

function findIn(part: string, cuts: readonly number[], found: OnMatch): void {
  for (const reading of readingsOf(part)) {
    hidden.find(reading, { least: anchorLength, cuts }, found)
    const close = reading.decoded ? null : unspaced(reading)
    if (close !== null) hidden.find(close, { least: shortestUnspaced, cuts }, found)
  }
}

/** Sorted spans; overlapping or adjacent ones are merged. */
function merged(spans: readonly Span[]): readonly Span[] {
  const made: [number, number][] = []
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    const last = made.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else made.push([from, to])
  }
  return made
}

function hiddenSpans(text: string, cuts: readonly number[]): readonly Span[] {
  const passwords = credentials(text).map(({ from, to }): Span => [from, to])
  return merged([...passwords, ...secretSpans(text, cuts)])
}

function masked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text
  const shown = spans.map(([from], index) => text.slice(spans[index - 1]?.[1] ?? 0, from))
  const rest = text.slice(spans.at(-1)?.[1])
  return [...shown, rest].join(mask)
}

/** Memoised results for short texts: hosts have the same resources, with the same reasons. */
const results = new Map<string, string>()
const longestKept = 200
const mostKept = 2000
/** The number of patterns at the time of these results. */
let resultsFor = 0

/**
 * Replaces all secrets in a text by `[secret]`: known secrets in any encoding, and passwords in
 * URLs and command lines. Text from outside (a host's output, an API's message) must be scrubbed
 * before it is cut or split into lines.
 * @param cuts offsets where something was removed, so that the text may have only part of a secret
 * there
 */
export function scrub(text: string, cuts: readonly number[] = []): string {
  if (text.length > longestKept || cuts.length > 0) return masked(text, hiddenSpans(text, cuts))
  if (resultsFor !== hidden.size || results.size >= mostKept) results.clear()
  resultsFor = hidden.size
  const result = results.get(text) ?? masked(text, hiddenSpans(text, cuts))
  results.set(text, result)
  return result
}

/**
 * Scrubs all strings in plain data, but not the names of properties.
 * @param except properties whose values are not scrubbed
 */
export function scrubAll<T>(value: T, except?: readonly string[]): T
export function scrubAll(value: unknown, except: readonly string[] = []): unknown {
  if (typeof value === 'string') return scrub(value)
  if (Array.isArray(value)) return value.map((each: unknown) => scrubAll(each, except))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, each]: [string, unknown]) => {
    const scrubbed = except.includes(name) ? each : scrubAll(each, except)
    return [name, scrubbed] as const
  })
  return Object.fromEntries(members)
}

/**
 * Scrubs lines of text that arrives in pieces. A secret may span several pieces, or be interrupted
 * by other text. So the end of the earlier output is kept and searched again with each piece.
 */
export class ScrubbedLines {
  /** The end of the text returned so far. */
  #emitted = ''
  /** The last line, as long as it is incomplete. */
  #partial = ''
  /** Offsets in the incomplete line where two pieces meet. */
  #cuts: readonly number[] = []

  /**
   * @param ends the characters that end a line
   * @param longest how many characters of an incomplete line are kept
   */
  constructor(
    readonly ends: readonly string[] = ['\n'],
    readonly longest = Infinity,
  ) {}

  /** Whether there is an incomplete line. */
  get isOpen(): boolean {
    return this.#partial !== ''
  }

  /** Takes the next piece and returns the lines that it completes. */
  push(piece: string): readonly string[] {
    const text = this.#partial + piece
    const cuts = [...this.#cuts, this.#partial.length]
    const end = Math.max(...this.ends.map((sign) => text.lastIndexOf(sign) + 1))
    const begin = Math.max(end, text.length - this.longest)
    this.#partial = text.slice(begin)
    const met = cuts.filter((cut) => cut >= begin).map((cut) => cut - begin)
    this.#cuts = begin > end ? [...met, 0] : met
    if (end === 0) return []
    const scrubbed = this.#scrubbed(text.slice(0, end - 1), cuts, text.slice(end - 1))
    return scrubbed.split(new RegExp(`[${this.ends.join('')}]`))
  }

  /** Returns the incomplete line and starts a new one. */
  flush(): string {
    const open = this.#partial
    const cuts = this.#cuts
    this.#partial = ''
    this.#cuts = []
    return this.#scrubbed(open, cuts, '')
  }

  /** @param lookahead the text that follows, which is searched too and returned later */
  #scrubbed(text: string, cuts: readonly number[], lookahead: string): string {
    const begin = this.#emitted.length
    const end = begin + text.length
    const whole = `${this.#emitted}${text}${lookahead}`
    const allCuts = [...cuts.map((cut) => begin + cut), whole.length]
    const spans = hiddenSpans(whole, allCuts)
      .filter(([from, to]) => to > begin && from < end)
      .map(([from, to]): Span => [Math.max(from, begin), Math.min(to, end)])
    this.#emitted = `${whole.slice(0, end)}\n`.slice(-overlap)
    return masked(whole.slice(0, end), spans).slice(begin)
  }
}
