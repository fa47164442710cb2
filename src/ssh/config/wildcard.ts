/**
 * Matches a whole text against a pattern of `*` and `?`. Each star takes as little as possible and
 * only the last one is retried, so a hostile pattern cannot make this exponential.
 */
export function wildcard(pattern: string, text: string): boolean {
  let p = 0
  let n = 0
  /** For backtracking: the last star, and where the text after its match begins. */
  let star = -1
  let from = 0
  while (n < text.length) {
    const sign = pattern[p]
    if (sign === '*') {
      star = p
      from = n
      p += 1
    } else if (sign === '?' || sign === text[n]) {
      p += 1
      n += 1
    } else if (star >= 0) {
      from += 1
      p = star + 1
      n = from
    } else return false
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}
