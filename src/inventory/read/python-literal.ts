import { mostDigits, pythonFloat, pythonInteger, WrittenNumber } from '../../core/written-number.js'

/** The deepest nesting of brackets. */
const maxDepth = 64

// One shared error, used as control flow: a new one for each text would record its stack, which
// takes longer than the parsing.
const noLiteral = new Error('no literal')

/**
 * Parses a Python literal as `ast.literal_eval` does for Ansible's INI: numbers, quoted text, True,
 * False, None, lists, tuples and mappings. Numbers print as Python prints them. Null for all other
 * text, and for what JSON cannot represent: sets, bytes, complex numbers.
 */
export function pythonLiteral(text: string): { readonly value: unknown } | null {
  try {
    return { value: new LiteralParser(text).whole() }
  } catch (error) {
    if (error === noLiteral) return null
    throw error
  }
}

const words: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
])
const number =
  /([-+]?)[ \t]*(?:((?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:e[-+]?\d+)?|\d(?:_?\d)*\.?e[-+]?\d+|\d(?:_?\d)*\.)|(0x[\da-f](?:_?[\da-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|[1-9](?:_?\d)*|0(?:_?0)*))(?![\w.])/iy
const quoted =
  /[ur]?(?:'''((?:[^\\]|\\.)*?)'''|"""((?:[^\\]|\\.)*?)"""|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/isy
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** Values separated by commas, and whether a comma follows the last. */
interface Sequence {
  readonly items: readonly unknown[]
  readonly length: number
  readonly comma: boolean
}

class LiteralParser {
  #at = 0
  #depth = 0

  constructor(private readonly text: string) {}

  whole(): unknown {
    const value = this.#sequence('') ?? this.#fail()
    if (this.#at < this.text.length) this.#fail()
    return value.length === 1 && !value.comma ? value.items[0] : value.items
  }

  #fail(): never {
    throw noLiteral
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }

  /** Skips blanks, and a comment at the end. */
  #next(): string {
    this.#match(/[ \t\f]*(?:#.*)?/sy)
    return this.text.charAt(this.#at)
  }

  /** Reads values separated by commas, and the closing `end`. */
  #sequence(end: string, read = (): unknown => this.#value()): Sequence | null {
    const items: unknown[] = []
    let comma = false
    while (this.#next() !== end) {
      if (items.length > 0 && !comma) this.#fail()
      items.push(read())
      comma = this.#next() === ','
      if (comma) this.#at++
    }
    this.#at += end.length
    if (items.length === 0 && end === '') return null
    return { items: Object.freeze(items), length: items.length, comma }
  }

  #value(): unknown {
    if (++this.#depth > maxDepth) this.#fail()
    const value = this.#atom()
    this.#depth--
    return value
  }

  #atom(): unknown {
    const first = this.#next()
    switch (first) {
      case '[':
        this.#at++
        return this.#sequence(']')?.items
      case '(': {
        this.#at++
        const inner = this.#sequence(')')
        return inner?.length === 1 && !inner.comma ? inner.items[0] : inner?.items
      }
      case '{':
        this.#at++
        return this.#mapping()
      default: {
        const word = this.#word()
        return word === undefined ? (this.#number() ?? this.#quoted()) : word
      }
    }
  }

  #mapping(): unknown {
    const made = Object.create(null) as Record<string, unknown>
    this.#sequence('}', () => {
      const key = this.#value()
      if (typeof key === 'object' && key !== null && !(key instanceof WrittenNumber)) this.#fail()
      if (this.#next() !== ':') this.#fail()
      this.#at++
      made[String(key)] = this.#value()
    })
    return Object.freeze(made)
  }

  #word(): boolean | null | undefined {
    const [word] = this.#match(/(?:True|False|None)(?!\w)/y) ?? []
    return word === undefined ? undefined : words.get(word)
  }

  #number(): unknown {
    const [, sign, float, int] = this.#match(number) ?? []
    if (sign === undefined) return undefined
    if (float !== undefined) return pythonFloat(Number(sign + float.replaceAll('_', '')))
    const digits = (int ?? '').replaceAll('_', '')
    if (digits.length > mostDigits) this.#fail()
    return pythonInteger(sign === '-' ? -BigInt(digits) : BigInt(digits))
  }

  /** Reads a string, or several adjacent ones, which Python concatenates. */
  #quoted(): string {
    let text: string | null = null
    for (;;) {
      const found = this.#match(quoted)
      if (found === null) return text ?? this.#fail()
      const inner = found[1] ?? found[2] ?? found[3] ?? found[4] ?? ''
      const isRaw = /^r/i.test(found[0])
      text = (text ?? '') + (isRaw ? inner : unescaped(inner))
      this.#next()
    }
  }
}

const unescaped = (text: string): string =>
  text.replace(
    /\\(?:([0-7]{1,3})|x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gis,
    (whole, octal?: string, byte?: string, short?: string, long?: string, letter?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      const code = byte ?? short ?? long
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
      return escapes[letter ?? ''] ?? whole
    },
  )
