/**
 * A number with a text that JavaScript would not print for it: `8.0` would read `8`, and `1.10` of
 * a command line `1.1`. In text it is that text, in arithmetic and comparisons the number.
 */
export class WrittenNumber {
  constructor(
    readonly text: string,
    readonly value: number,
  ) {}

  toString(): string {
    return this.text
  }

  /**
   * Text wherever no number is asked for: `+`, by which templates join texts, has the hint
   * `default`.
   */
  [Symbol.toPrimitive](hint: 'string' | 'number' | 'default'): string | number {
    return hint === 'number' ? this.value : this.text
  }

  toJSON(): number | string {
    return Number.isFinite(this.value) ? this.value : this.text
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.text
  }
}

/** A number as it is printed here, or with the text that it has elsewhere. */
export const numberAs = (text: string, value: number): number | WrittenNumber =>
  text === String(value) ? value : new WrittenNumber(text, value)

/**
 * A float of Python, which prints `8.0`, `1e-05` and `inf` where JavaScript prints `8`, `0.00001`
 * and `Infinity`.
 */
export const pythonFloat = (value: number): number | WrittenNumber =>
  numberAs(pythonText(value), value)

/**
 * What Python's `repr` makes of a float: the same digits as JavaScript's, with an exponent below
 * 1e-4 and from 1e16 on.
 */
function pythonText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const size = Number(exponent)
  if (size < -4 || size >= 16) {
    const sign = size < 0 ? '-' : '+'
    return `${digits}e${sign}${String(Math.abs(size)).padStart(2, '0')}`
  }
  return Number.isInteger(value) ? `${String(value)}.0` : String(value)
}

/** Python reads no longer integers: it would take the square of their length in time. */
export const mostDigits = 4300

/**
 * An integer of Python. One that JavaScript would round is text, with all its digits: an account's
 * number is no measure.
 */
export function pythonInteger(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/**
 * JSON with numbers as they are written (`8.0`), and as in Python with `Infinity` and `NaN`.
 * Undefined for what JSON leaves out.
 */
export function jsonText(value: unknown, indent?: number | string): string | undefined {
  const numbers: string[] = []
  const plain = stringified(value, indent, (number) => {
    numbers.push(jsonNumber(number))
    return number.value
  })
  if (plain === undefined || numbers.length === 0) return plain
  // JSON.stringify writes no number its own way: a text stands for it meanwhile, and the value
  // holds none of its kind.
  let mark = '#'
  while (plain.includes(mark)) mark += '#'
  const next = numbers.values()
  return stringified(value, indent, () => mark)?.replaceAll(
    `"${mark}"`,
    () => next.next().value ?? '',
  )
}

type Replace = (number: WrittenNumber) => unknown

function stringified(
  value: unknown,
  indent: number | string | undefined,
  written: Replace,
): string | undefined {
  const replaced = function (
    this: Readonly<Record<string, unknown>>,
    name: string,
    shown: unknown,
  ): unknown {
    const own = this[name]
    return own instanceof WrittenNumber ? written(own) : shown
  }
  return JSON.stringify(value, replaced, indent)
}

const jsonNames: ReadonlyMap<string, string> = new Map([
  ['inf', 'Infinity'],
  ['-inf', '-Infinity'],
  ['nan', 'NaN'],
])

const jsonForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i

/** What JSON has no form for (`0x1F`) is a text there. */
function jsonNumber({ text }: WrittenNumber): string {
  const name = jsonNames.get(text)
  if (name !== undefined) return name
  return jsonForm.test(text) ? text : JSON.stringify(text)
}
