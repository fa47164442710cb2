/** A percentage: `'30%'`. */
export type Percentage = `${number}%`

/** A number of hosts, or a percentage of them. */
export type Share = number | Percentage

/**
 * Whether plain JavaScript gave a whole number, or a percentage up to 100, that is at least
 * `least`.
 */
export function isShare(value: unknown, least: 0 | 1): value is Share {
  if (typeof value === 'number') return Number.isInteger(value) && value >= least
  if (typeof value !== 'string' || !/^\d+(\.\d+)?%$/.test(value)) return false
  const percent = Number.parseFloat(value)
  return percent <= 100 && (least === 0 || percent > 0)
}

/** The number that a share of `all` means; it may be a fraction. */
export function shareOf(share: Share, all: number): number {
  if (typeof share === 'number') return share
  return (Number.parseFloat(share) * all) / 100
}
