/**
 * The limit of hosts in an inventory; a range with a typing error would otherwise produce millions.
 */
export const maxHosts = 100_000

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** What is wrong with the name of a host or group. The caller adds the place. */
export class BadName extends Error {
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message)
  }
}

/**
 * Expands the ranges of a name by Ansible's rules: `web[01:20]`, `db-[a:f]`, with a step `[1:9:2]`.
 * Both ends are included, `[:3]` starts at 0, and a leading zero asks for numbers of that width.
 * Several ranges give every combination.
 * @throws BadName with what is wrong
 */
export function expandRanges(name: string): readonly string[] {
  const match = /^([^[\]]*)\[([^[\]]*)\](.*)$/.exec(name)
  if (match === null) {
    if (/[[\]]/.test(name)) throw new BadName(`${name} has a bracket without its partner`)
    return [name]
  }
  const [, before = '', range = '', after = ''] = match
  const ends = expandRanges(after)
  const middles = expandRange(range)
  if (middles.length * ends.length > maxHosts)
    throw new BadName(`${name} stands for more than ${String(maxHosts)} hosts`)
  return middles.flatMap((middle) => ends.map((end) => `${before}${middle}${end}`))
}

function expandRange(range: string): readonly string[] {
  const match = /^(?:(\d{0,9}):(\d{1,9})|([a-z]):([a-z]))(?::(\d{1,9}))?$/i.exec(range)
  if (match === null)
    throw new BadName(`[${range}] is no range: write [1:20], [01:20], [a:f] or [1:9:2]`)
  const [, from, to, fromLetter, toLetter, stepText = '1'] = match
  const step = Number(stepText)
  if (step === 0) throw new BadName(`[${range}] has a step of 0`)
  if (from !== undefined && to !== undefined) {
    const width = from.startsWith('0') ? from.length : 1
    if (width > 1 && to.length !== width)
      throw new BadName(`[${range}] must have as many digits at its end as at its beginning`)
    const numbers = steps(range, Number(from), Number(to), step)
    return numbers.map((number) => String(number).padStart(width, '0'))
  }
  const first = letters.indexOf(fromLetter ?? '')
  const last = letters.indexOf(toLetter ?? '')
  return steps(range, first, last, step).map((index) => letters.charAt(index))
}

function steps(range: string, from: number, to: number, step: number): readonly number[] {
  if (from > to) throw new BadName(`[${range}] ends before it begins`)
  const count = Math.floor((to - from) / step) + 1
  if (count > maxHosts)
    throw new BadName(`[${range}] stands for more than ${String(maxHosts)} hosts`)
  return Array.from({ length: count }, (_, index) => from + index * step)
}
