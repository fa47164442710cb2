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
