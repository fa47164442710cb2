/**
 * A number with its original text, where JavaScript would print it differently: `8.0` would become
 * `8`, and `1.10` from a command line `1.1`. In text it is the original text, in arithmetic and
 * comparisons the number.
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
   * Text unless a number is asked for. `+`, with which templates join texts, passes the hint
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

/** A number; with its original text where JavaScript prints it differently. */
export const numberAs = (text: string, value: number): number | WrittenNumber =>
  text === String(value) ? value : new WrittenNumber(text, value)

/**
 * A float as Python prints it: `8.0`, `1e-05` and `inf`, where JavaScript prints `8`, `0.00001` and
 * `Infinity`.
 */
export const pythonFloat = (value: number): number | WrittenNumber =>
  numberAs(pythonText(value), value)

/**
 * Python's `repr` of a float: the same digits as in JavaScript, with an exponent below 1e-4 and
 * from 1e16 on.
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

/** The longest integer that Python parses, in digits: parsing takes quadratic time. */
export const mostDigits = 4300

/**
 * An integer from Python. One that JavaScript would round becomes a string with all digits: it is
 * rather an account number than a quantity.
 */
export function pythonInteger(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/**
 * JSON with numbers in their original text (`8.0`) and, as in Python, with `Infinity` and `NaN`.
 * Undefined for values that JSON leaves out.
 */
export function jsonText(value: unknown, indent?: number | string): string | undefined {
  const numbers: string[] = []
  const plain = stringified(value, indent, (number) => {
    numbers.push(jsonNumber(number))
    return number.value
  })
  if (plain === undefined || numbers.length === 0) return plain
  // JSON.stringify cannot write a number as given text. So a placeholder stands for each, which
  // occurs nowhere else in the value, and is replaced afterwards.
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

/** Numbers that JSON has no form for (`0x1F`) become strings. */
function jsonNumber({ text }: WrittenNumber): string {
  const name = jsonNames.get(text)
  if (name !== undefined) return name
  return jsonForm.test(text) ? text : JSON.stringify(text)
}
