/** Hosts that one inventory may have; a range with a typing error would otherwise ask for millions. */
export const mostHosts = 100_000

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** What is wrong with a range, for the one who knows its place. */
export class BadRange extends Error {}

/**
 * The names that a name with ranges stands for, by Ansible's rules: `web[01:20]`, `db-[a:f]`, with a step `[1:9:2]`; both
 * ends are included, and a leading zero asks for numbers of that width. Several ranges in one name give every combination.
 * @throws BadRange with what is wrong
 */
export function expandRanges(name: string): readonly string[] {
  const match = /^([^[\]]*)\[([^[\]]*)\](.*)$/.exec(name)
  if (match === null) {
    if (/[[\]]/.test(name)) throw new BadRange(`${name} has a bracket without its partner`)
    return [name]
  }
  const [, before = '', range = '', after = ''] = match
  const ends = expandRanges(after)
  const middles = expandRange(range)
  if (middles.length * ends.length > mostHosts) throw new BadRange(`${name} stands for more than ${String(mostHosts)} hosts`)
  return middles.flatMap((middle) => ends.map((end) => `${before}${middle}${end}`))
}

function expandRange(range: string): readonly string[] {
  const match = /^(?:(\d{1,9}):(\d{1,9})|([a-z]):([a-z]))(?::(\d{1,9}))?$/i.exec(range)
  if (match === null) throw new BadRange(`[${range}] is no range: write [1:20], [01:20], [a:f] or [1:9:2]`)
  const [, from, to, fromLetter, toLetter, stepText = '1'] = match
  const step = Number(stepText)
  if (step === 0) throw new BadRange(`[${range}] has a step of 0`)
  if (from !== undefined && to !== undefined) {
    const width = from.startsWith('0') ? from.length : 1
    if (width > 1 && to.length !== width) throw new BadRange(`[${range}] must have as many digits at its end as at its beginning`)
    return steps(range, Number(from), Number(to), step).map((number) => String(number).padStart(width, '0'))
  }
  return steps(range, letters.indexOf(fromLetter ?? ''), letters.indexOf(toLetter ?? ''), step).map((index) => letters.charAt(index))
}

function steps(range: string, from: number, to: number, step: number): readonly number[] {
  if (from > to) throw new BadRange(`[${range}] ends before it begins`)
  const count = Math.floor((to - from) / step) + 1
  if (count > mostHosts) throw new BadRange(`[${range}] stands for more than ${String(mostHosts)} hosts`)
  return Array.from({ length: count }, (_, index) => from + index * step)
}
