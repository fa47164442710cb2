/**
 * Whether a pattern of `*` and `?` is all of a text. Each star takes as little as it can, so a
 * hostile pattern cannot make this exponential.
 */
export function wildcard(pattern: string, text: string): boolean {
  let [p, n, star, from] = [0, 0, -1, 0]
  while (n < text.length) {
    if (pattern[p] === '*') [star, from] = [p++, n]
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[n]))
      [p, n] = [p + 1, n + 1]
    else if (star >= 0) [p, n] = [star + 1, ++from]
    else return false
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}
