/**
 * Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and
 * swaps of neighbouring letters.
 */
function distance(a: string, b: string): number {
  let before: readonly number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const removed = (row[j] ?? 0) + 1
      const added = (next[j - 1] ?? 0) + 1
      const isSame = a[i - 1] === b[j - 1]
      const replaced = (row[j - 1] ?? 0) + (isSame ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity
      next.push(Math.min(removed, added, replaced, swapped))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The candidate nearest to a misspelt word; undefined where none is near enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const misspelt = word.toLowerCase()
  const ranked = candidates
    .map((candidate) => ({ candidate, far: distance(misspelt, candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
  const [best] = ranked
  const farthest = Math.max(1, Math.floor(word.length / 3))
  if (best === undefined || best.far > farthest) return undefined
  return best.candidate
}

/** The end of a sentence about an unknown name: `; did you mean …?`, or nothing. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates)
  return guess === undefined ? '' : `; did you mean ${guess}?`
}
