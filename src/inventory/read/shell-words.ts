/** Splits a text as a POSIX shell would, without expansions; null for an unclosed quote. */
export function shellWords(text: string): readonly string[] | null {
  const words: string[] = []
  let rest = text.trim()
  while (rest !== '') {
    const [word] = /^(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/s.exec(rest) ?? []
    if (word === undefined || !/^(?:\s|$)/.test(rest.slice(word.length))) return null
    words.push(unquote(word))
    rest = rest.slice(word.length).trimStart()
  }
  return words
}

const unquote = (word: string): string =>
  word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  )
