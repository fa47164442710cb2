export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
  readonly n: number
}

/** The median (of an even number, the mean of the two in the middle) and the range. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('there is nothing to take the median of')
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const half = sorted.length / 2
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half))
  return { median, lowest: at(0), highest: at(sorted.length - 1), n: sorted.length }
}
