/** A word of a line, unquoted. */
export interface Word {
  readonly text: string
  /** Counted from 1. */
  readonly column: number
}

/** An unclosed quote, or a backslash at the end. */
export class BadQuote extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message)
  }
}

const gap = /\s*(?:#.*)?/sy
const word = /(?:[^\s"'\\#]+|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/sy

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does: a `#` outside quotes starts a
 * comment, even inside a word.
 */
export function iniWords(line: string): readonly Word[] {
  const words: Word[] = []
  let at = 0
  for (;;) {
    gap.lastIndex = at
    gap.test(line)
    const start = gap.lastIndex
    if (start === line.length) return words
    word.lastIndex = start
    const [written = ''] = word.exec(line) ?? []
    at = start + written.length
    const next = line.charAt(at)
    if (next === '\\')
      throw new BadQuote('a backslash at the end of a line escapes nothing', at + 1)
    if (next === '"' || next === "'") throw new BadQuote('this quote has no partner', at + 1)
    words.push({ text: unquoted(written), column: start + 1 })
  }
}

function unquoted(written: string): string {
  if (!/["'\\]/.test(written)) return written
  return written.replace(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
    (_, double?: string, single?: string, escaped?: string) =>
      double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? '',
  )
}
