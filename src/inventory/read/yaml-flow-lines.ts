/** A text with inserted spaces, and the mapping of its offsets to the original. */
export interface IndentedText {
  readonly text: string
  /** The offset in the original text for one in this text. */
  original(offset: number): number
}

// YAML 1.2 requires every line inside brackets and quotes to be deeper than the name before them;
// YAML 1.1 does not. So
//
//   rules: [
//     'a',
//   ]
//
// is indented here before it is parsed again. This is not a parser: it is applied only to texts
// that were refused for their indentation.

/** A line that is empty, a comment, or a document separator. */
const blank = /(?:---|\.\.\.|%[^\n]*)?[ \t\r]*(?:#[^\n]*)?(?:\n|$)/y
const nesting = /(?:--- +)? *(?:[-?] +)*/y
const key =
  /(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s"'[\]{},#&*!|>@`](?:[^\n:]|:(?=[^\s]))*):(?=[ \t\n])/y
const marks = /[ \t]*(?:[!&][^\s]*[ \t]+)*/y
const token =
  /\s+|(?<=\s)#[^\n]*|"[^"\\]*(?:\\[^][^"\\]*)*"|'[^']*(?:''[^']*)*'|[[\]{},]|(?:[^\s[\]{},:]|:(?!\s))+|:/y

/** Indents the continuation lines of multi-line brackets and quotes. */
export function indentFlow(text: string): IndentedText {
  const starts: number[] = []
  let widest = 0
  let at = 0
  while (at < text.length) {
    const { parent, value } = headOf(text, at)
    const first = text.charAt(value)
    if (first !== '' && '[{"\''.includes(first)) {
      const end = endOfFlow(text, value)
      // An unclosed bracket or quote is not a matter of indentation.
      if (end === null) break
      let line = afterLine(text, value)
      while (line < end) {
        starts.push(line)
        line = afterLine(text, line)
      }
      widest = Math.max(widest, value - at)
      at = afterLine(text, end)
    } else {
      at = afterLine(text, value)
      // Lines deeper than a value's name belong to the value: a bracket in them does not start a
      // new one.
      if (!/[\r\n#]|^$/.test(first))
        while (at < text.length && belongs(text, at, parent)) at = afterLine(text, at)
    }
  }
  return padded(text, starts, widest + 1)
}

/**
 * The column of the name in a line, or of the dash before its value, and where the value begins.
 */
function headOf(text: string, start: number): { readonly parent: number; readonly value: number } {
  if (matched(blank, text, start) !== null)
    return { parent: 0, value: Math.max(start, afterLine(text, start) - 1) }
  const inner = start + (matched(nesting, text, start)?.length ?? 0)
  const named = matched(key, text, inner)
  const behind = inner + (named?.length ?? 0)
  const value = behind + (matched(marks, text, behind)?.length ?? 0)
  if (named !== null) return { parent: inner - start, value }
  const dash = text.slice(start, inner).search(/[-?] +$/)
  return { parent: dash >= 0 ? dash : inner - start - 1, value }
}

function belongs(text: string, start: number, parent: number): boolean {
  if (matched(/[ \t]*(?:\r?\n|$)/y, text, start) !== null) return true
  return (matched(/ */y, text, start)?.length ?? 0) > parent
}

/** The offset after the matching bracket or quote; null where there is none. */
function endOfFlow(text: string, start: number): number | null {
  let depth = 0
  let at = start
  while (at < text.length) {
    const found = matched(token, text, at)
    if (found === null) break
    at += found.length
    if (found === '[' || found === '{') depth++
    else if (found === ']' || found === '}') depth--
    if (depth <= 0) return at
  }
  return null
}

function padded(text: string, starts: readonly number[], width: number): IndentedText {
  const space = ' '.repeat(width)
  const parts = starts.map((start, index) => space + text.slice(start, starts[index + 1]))
  const places = starts.map((start, index) => start + index * width)
  const original = (offset: number): number => {
    const before = countBelow(places, offset)
    const last = starts[before - 1]
    return last === undefined ? offset : Math.max(last, offset - before * width)
  }
  return { text: text.slice(0, starts[0]) + parts.join(''), original }
}

/** How many of some ascending numbers are at most a limit (binary search). */
function countBelow(numbers: readonly number[], limit: number): number {
  let from = 0
  let to = numbers.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((numbers[middle] ?? 0) <= limit) from = middle + 1
    else to = middle
  }
  return from
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

function matched(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
