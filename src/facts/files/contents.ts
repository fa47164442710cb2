import { sh, type Sh } from '../../core/sh.js'

/**
 * Shell that prints the sizes of the files `"$@"`, one per line, then their bytes, up to `longest`
 * of each: two processes for any number of files.
 */
export const showContents = (longest: number): Sh =>
  sh`[ $# = 0 ] || { stat -L -c %s -- "$@" && head -q -c ${longest} -- "$@"; }`

/** Splits the first lines from an answer whose rest is binary; null where there are fewer lines. */
export function firstLines(
  bytes: Buffer,
  count: number,
): { readonly lines: readonly string[]; readonly rest: Buffer } | null {
  let end = 0
  for (let line = 0; line < count; line++) {
    end = bytes.indexOf('\n', end) + 1
    if (end === 0) return null
  }
  return {
    lines: bytes.toString('utf8', 0, end).split('\n').slice(0, -1),
    rest: bytes.subarray(end),
  }
}

/** Splits bytes into parts of given lengths; null where the lengths do not add up to the whole. */
export function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] | null {
  let end = 0
  const parts = lengths.map((length) => {
    const start = end
    end += length
    return bytes.subarray(start, end)
  })
  return end === bytes.length ? parts : null
}

/** Parses the output of `showContents` for `count` files; null where it cannot be understood. */
export function readContents(
  bytes: Buffer,
  count: number,
  longest: number,
): readonly Buffer[] | null {
  const sizes = firstLines(bytes, count)
  if (sizes === null || !sizes.lines.every((size) => /^\d+$/.test(size))) return null
  const lengths = sizes.lines.map((size) => Math.min(Number(size), longest))
  return cut(sizes.rest, lengths)
}

/** What is there for a key: a word, and the bytes of a file, whose word is `has`. */
export interface FoundFile<K> {
  readonly key: K
  readonly word: string
  readonly bytes: Buffer
}

/**
 * Parses a word for each key, one of `words` or `has`, and behind them the output of `showContents` for
 * those whose word is `has`; null where it cannot be understood.
 */
export function readFoundFiles<K>(
  stdout: Buffer,
  keys: readonly K[],
  words: readonly string[],
  longest: number,
): readonly FoundFile<K>[] | null {
  const answer = firstLines(stdout, keys.length)
  if (answer?.lines.every((word) => word === 'has' || words.includes(word)) !== true) return null
  const there = answer.lines.filter((word) => word === 'has').length
  const contents = readContents(answer.rest, there, longest)
  if (contents === null) return null
  const left = [...contents]
  return keys.map((key, index) => {
    const word = answer.lines[index] ?? ''
    return { key, word, bytes: (word === 'has' ? left.shift() : undefined) ?? Buffer.alloc(0) }
  })
}
