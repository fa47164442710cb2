/**
 * Letters that take two columns (East Asian Width W and F, and emoji), as terminals draw them. A
 * flag is two letters of one column each.
 */
const wide =
  /(?!\p{RI})\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const zero = /\p{M}|\p{Cf}/u

/** A fast path for the characters of nearly every line: testing a letter's class is slow. */
const isPlain = (letter: string): boolean =>
  letter < '\u0300' || letter === '›' || letter === '│' || letter === '…'

function columnsOf(letter: string): number {
  if (isPlain(letter)) return 1
  if (zero.test(letter)) return 0
  return wide.test(letter) ? 2 : 1
}

const plain = /^[ -~]*$/

/** How many columns of a terminal a text without control characters takes. */
export function width(text: string): number {
  if (plain.test(text)) return text.length
  let sum = 0
  for (const letter of text) sum += columnsOf(letter)
  return sum
}

/** The text, cut with `…` if it takes more than `columns`. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text
  if (columns < 1) return ''
  let kept = ''
  let sum = 0
  for (const letter of text) {
    sum += columnsOf(letter)
    if (sum > columns - 1) break
    kept += letter
  }
  return `${kept}…`
}

/** The text in exactly `columns`: cut, or padded with blanks. */
export function fill(text: string, columns: number): string {
  const cut = clip(text, columns)
  return cut + ' '.repeat(Math.max(0, columns - width(cut)))
}

/** A piece of a line with its colour. */
export type Piece = readonly [text: string, paint?: (text: string) => string]

export const widthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, [text]) => sum + width(text), 0)

/** Joins pieces to one line of at most `columns`; colours take none. */
export function joinPieces(pieces: readonly Piece[], columns: number): string {
  let left = columns
  let line = ''
  for (const [text, paint] of pieces) {
    const cut = clip(text, left)
    left -= width(cut)
    if (cut !== '') line += paint?.(cut) ?? cut
    if (left <= 0) break
  }
  return line
}

const paints = /\u001b\[[\d;]*m/g
/** Colours, words and blanks. */
const tokens = /(?:\u001b\[[\d;]*m)+|[^\s\u001b]+|\s+/g
/**
 * With fewer columns left than this, continuation lines are not indented: hardly a word would fit.
 */
const minIndentedColumns = 30

/**
 * Wraps a line, coloured or not, at `columns`, between words. Continuation lines have the
 * indentation of the first.
 */
export function wrapped(line: string, columns: number): readonly string[] {
  const bare = line.replace(paints, '')
  if (width(bare) <= columns) return [line]
  const indent = columns < minIndentedColumns ? '' : (/^ *(?:│ )?/.exec(bare)?.[0] ?? '')
  const lines: string[] = []
  let current = ''
  let used = 0
  const next = (): void => {
    lines.push(current.trimEnd())
    current = indent
    used = width(indent)
  }
  for (const token of line.match(tokens) ?? []) {
    if (token.startsWith('\u001b')) {
      current += token
      continue
    }
    const isBlank = token.trim() === ''
    if (used + width(token) > columns && (isBlank || used > width(indent))) next()
    if (isBlank && lines.length > 0 && used === width(indent)) continue
    for (const letter of token) {
      if (used + columnsOf(letter) > columns) next()
      current += letter
      used += columnsOf(letter)
    }
  }
  return [...lines, current]
}
