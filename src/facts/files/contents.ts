import { sh, type Sh } from '../../core/sh.js'

/**
 * Shell that writes the sizes of the files `"$@"`, a line each, and then their bytes, up to
 * `longest` of each: two programs, however many files.
 */
export const showContents = (longest: number): Sh =>
  sh`[ $# = 0 ] || { stat -L -c %s -- "$@" && head -q -c ${longest} -- "$@"; }`

/**
 * The first lines of an answer whose rest may be bytes of any kind; null when there are not so
 * many.
 */
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

/** Bytes that follow one another, by their lengths; null when they are not all there, or more. */
export function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] | null {
  let end = 0
  const parts = lengths.map((length) => {
    const start = end
    end += length
    return bytes.subarray(start, end)
  })
  return end === bytes.length ? parts : null
}

/** What `showContents` wrote of `count` files; null when it cannot be understood. */
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
