import { credentials } from './credentials.js'
import { readingsOf } from './decodings.js'
import { anchorLength, SearchIndex, type OnMatch } from './search-index.js'
import { isCommon, patternsOf } from './searched-texts.js'
import { unspaced } from './text-encodings.js'

const mask = '[secret]'

/** All that is hidden in this process. */
const hidden = new SearchIndex()
/** The texts of all Secrets that are searched for. */
const secrets = new Set<string>()

/** Has a text hidden from now on in all that passes `scrub`. */
export function hide(text: string): void {
  for (const pattern of patternsOf(text, false)) hidden.add(pattern)
}

/**
 * Has the text of a Secret hidden, which moreover may not be an argument of a program here.
 * @param compound made of other Secrets and plain text
 */
export function hideSecret(text: string, compound: boolean): void {
  if (secrets.has(text)) return
  for (const pattern of patternsOf(text, compound)) hidden.add(pattern)
  if (!isCommon(text)) secrets.add(text)
}

/** Whether a text is a Secret's. */
export const isSecret = (text: string): boolean => secrets.has(text)

/** Whether a text holds a Secret's as it is. */
export const showsSecret = (text: string): boolean =>
  [...secrets].some((secret) => text.includes(secret))

type Span = readonly [from: number, to: number]

/**
 * A text is searched in windows, so that what is decoded of it takes a bounded amount of memory.
 */
const windowLength = 65_536
/** More than the longest pattern takes in any encoding: 512 characters, each written as twelve. */
const overlap = 8192

/**
 * Shorter patterns are not searched for without white space: words beside each other may look like
 * them.
 */
const shortestUnspaced = 8

/** Where a text was cut: what Fettle leaves out, and how programs say that there is more. */
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

/** Spans in order; those that overlap or touch are one. */
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

/** Results for short texts: hosts have the same resources, whose reasons are the same. */
const results = new Map<string, string>()
const longestKept = 200
const mostKept = 2000
/** How many patterns there were for these results. */
let resultsFor = 0

/**
 * Replaces whatever of a text is secret by `[secret]`: known secrets in any encoding, and passwords
 * in URLs and command lines. Texts from elsewhere (a host's output, an API's message) pass here
 * before they are cut or divided into lines.
 * @param cuts offsets where something was left out, so that half a secret may stand before or
 * behind them
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
 * Scrubs all texts in plain data; the names of properties stay.
 * @param except properties whose values stay, too
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
 * Scrubs lines that come in pieces. A secret may begin in one piece and end in the next, or have
 * something else between its halves; what was told before is remembered, so that the rest of a
 * secret is known for what it is.
 */
export class ScrubbedLines {
  /** The end of what was told. */
  #told = ''
  /** A line whose end has not come. */
  #open = ''
  /** Offsets in it where pieces met. */
  #cuts: readonly number[] = []

  /**
   * @param ends the characters that end a line
   * @param longest how much of a line without an end is remembered
   */
  constructor(
    readonly ends: readonly string[] = ['\n'],
    readonly longest = Infinity,
  ) {}

  /** Whether a line has begun and not ended. */
  get isOpen(): boolean {
    return this.#open !== ''
  }

  /** Takes the next piece. Answers the lines that have ended. */
  hear(piece: string): readonly string[] {
    const text = this.#open + piece
    const cuts = [...this.#cuts, this.#open.length]
    const end = Math.max(...this.ends.map((sign) => text.lastIndexOf(sign) + 1))
    const begin = Math.max(end, text.length - this.longest)
    this.#open = text.slice(begin)
    const met = cuts.filter((cut) => cut >= begin).map((cut) => cut - begin)
    this.#cuts = begin > end ? [...met, 0] : met
    if (end === 0) return []
    const scrubbed = this.#scrubbed(text.slice(0, end - 1), cuts, text.slice(end - 1))
    return scrubbed.split(new RegExp(`[${this.ends.join('')}]`))
  }

  /** Takes the open line as far as it has come. What comes next is another line. */
  take(): string {
    const open = this.#open
    const cuts = this.#cuts
    this.#open = ''
    this.#cuts = []
    return this.#scrubbed(open, cuts, '')
  }

  /** @param ahead what follows, and is told later */
  #scrubbed(text: string, cuts: readonly number[], ahead: string): string {
    const begin = this.#told.length
    const end = begin + text.length
    const whole = `${this.#told}${text}${ahead}`
    const allCuts = [...cuts.map((cut) => begin + cut), whole.length]
    const spans = hiddenSpans(whole, allCuts)
      .filter(([from, to]) => to > begin && from < end)
      .map(([from, to]): Span => [Math.max(from, begin), Math.min(to, end)])
    this.#told = `${whole.slice(0, end)}\n`.slice(-overlap)
    return masked(whole.slice(0, end), spans).slice(begin)
  }
}
