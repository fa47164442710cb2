/** A word of a line, without its quotes. */
export interface Word {
  readonly text: string
  /** Counted from 1. */
  readonly column: number
}

/** A quote or a backslash that lacks what follows it. */
export class BadQuote extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message)
  }
}

/** The words of a line as Python's `shlex.split(line, comments=True)` finds them: a `#` outside quotes ends the line, within a word too. */
export function iniWords(line: string): readonly Word[] {
  const words: Word[] = []
  let word: { text: string; readonly column: number } | null = null
  let at = 0
  while (at < line.length && line.charAt(at) !== '#') {
    const character = line.charAt(at)
    if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
      at++
      continue
    }
    word ??= { text: '', column: at + 1 }
    const [text, next] = piece(line, at)
    word.text += text
    at = next
  }
  return word === null ? words : [...words, word]
}

/** The text of a quoted part, an escaped character or a plain one, and where the line goes on. */
function piece(line: string, at: number): readonly [text: string, next: number] {
  const character = line.charAt(at)
  if (character === '\\') {
    if (at + 1 === line.length) throw new BadQuote('a backslash at the end of a line escapes nothing', at + 1)
    return [line.charAt(at + 1), at + 2]
  }
  if (character !== '"' && character !== "'") return [character, at + 1]
  const [quoted, inner = ''] = (character === '"' ? /^"((?:[^"\\]|\\.)*)"/s : /^'([^']*)'/).exec(line.slice(at)) ?? []
  if (quoted === undefined) throw new BadQuote('this quote has no partner', at + 1)
  return [character === '"' ? inner.replace(/\\(["\\])/g, '$1') : inner, at + quoted.length]
}
