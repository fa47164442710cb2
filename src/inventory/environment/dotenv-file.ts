import { parse } from 'dotenv'
import { FettleError } from '../../core/errors.js'
import { decodeText } from '../../core/text-encoding.js'

/** A value, or the reason why programs that read such files would disagree on it. */
type DotenvValue =
  | { readonly value: string }
  | { readonly problem: string; readonly remedy: string }
/** What `.env` sets a name to, and the line. */
type DotenvEntry = DotenvValue & { readonly line: number }

const blank = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y
const name = /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*/y
const quoted = /'([^']*)'|"((?:[^"\\]|\\[^])*)"/y
const end = /(?:[ \t]+#[^\n]*|[ \t]*)(?:\n|$)/y
const rest = /([^\n]*)(?:\n|$)/y
const gap = /[ \t]*/y

const pairInstead = 'write NAME=value'
const noName: DotenvValue = {
  problem: 'is no name that a shell takes',
  remedy: 'give it a name of letters, digits and _',
}
const cutQuote: DotenvValue = {
  problem:
    'ends with a backslash before the quote, which some programs take for a part of the value',
  remedy: 'set it in the environment instead',
}

const ambiguous = (odd: string, where: string, value: string): DotenvValue => ({
  problem: `holds ${odd} ${where} quotes, which programs read in different ways`,
  remedy: inQuotes(value),
})

/** Quotes a value in a way that all programs read alike. */
function inQuotes(value: string): string {
  if (!value.includes("'") && !value.endsWith('\\'))
    return `put the whole value in single quotes, NAME='…', line breaks too: there everything means itself`
  if (!/["\\$`]/.test(value)) return 'put the whole value in double quotes, NAME="…"'
  return 'set it in the environment instead: no quotes hold it for all of them'
}

/**
 * A parsed `.env` file. A value is what dotenv reads, if sh, docker compose and python-dotenv read
 * the same or sh refuses the line. Where one of them would silently get another value (`A=x#y`, of
 * which dotenv takes `x`), reading the name is an error.
 * There are two exceptions. Nothing in single quotes is an error, because they are the remedy,
 * although python-dotenv knows escapes there. And Windows line ends are not part of a value,
 * although they are for sh.
 */
export class DotenvFile {
  readonly #entries = new Map<string, DotenvEntry>()

  /**
   * @throws FettleError `environment-invalid` for a line in which no name is found, and for an
   *   unclosed quote
   */
  constructor(
    readonly file: string,
    content: Uint8Array,
  ) {
    const text = this.#decoded(content).replaceAll(/\r\n?/g, '\n')
    new DotenvParser(text, this.#entries, (line, ...said) =>
      this.#invalid(`${file}:${String(line)}`, ...said),
    ).read()
    const known: Readonly<Record<string, string>> = parse(text)
    for (const [found, entry] of this.#entries) {
      if (!('value' in entry) || known[found] === entry.value) continue
      this.#entries.set(found, {
        line: entry.line,
        problem: 'can be read in more than one way',
        remedy: inQuotes(entry.value),
      })
    }
  }

  /**
   * The value of a name; undefined where the file does not set it.
   * @throws FettleError `environment-invalid` for a value that can be read in more than one way.
   *   The message does not show it.
   */
  get(wanted: string): string | undefined {
    const entry = this.#entries.get(wanted)
    if (entry === undefined || 'value' in entry) return entry?.value
    throw this.#invalid(
      `${this.file}:${String(entry.line)}`,
      `${wanted} ${entry.problem}`,
      entry.remedy,
    )
  }

  #decoded(content: Uint8Array): string {
    const decoded = decodeText(content)
    if ('text' in decoded && !decoded.text.includes('\0')) return decoded.text
    const problem = 'problem' in decoded ? decoded.problem : 'holds a NUL byte'
    throw this.#invalid(this.file, problem, 'save the file as UTF-8')
  }

  #invalid(where: string, problem: string, remedy: string): FettleError {
    return new FettleError('environment-invalid', {
      address: where,
      message: `${where}: ${problem}`,
      remedy,
    })
  }
}

/**
 * A parser that reads the lines as sh would, and records where dotenv could read them differently.
 */
class DotenvParser {
  #at = 0
  #line = 1

  constructor(
    private readonly text: string,
    private readonly entries: Map<string, DotenvEntry>,
    private readonly invalid: (line: number, problem: string, remedy: string) => FettleError,
  ) {}

  read(): void {
    while (this.#at < this.text.length) {
      if (this.#match(blank) === null) this.#statement()
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)
    if (found === null) return null
    this.#at = pattern.lastIndex
    this.#line += found[0].split('\n').length - 1
    return found
  }

  #statement(): void {
    const line = this.#line
    const found = this.#match(name)?.[1]
    const sign = this.text.charAt(this.#at)
    if (found === undefined || !['=', ':', '\n', ''].includes(sign)) {
      throw this.invalid(
        line,
        'this line is no NAME=value',
        `${pairInstead}, where a name has letters, digits and _; or begin the line with #`,
      )
    }
    if (sign === '=') {
      this.#at++
      this.#match(gap)
      const isQuoted = /['"]/.test(this.text.charAt(this.#at))
      const read = isQuoted ? this.#quoted(line) : this.#plain()
      const reading = /^[A-Za-z_]\w*$/.test(found) ? read : noName
      this.entries.set(found, { line, ...reading })
      return
    }
    this.#match(rest)
    const problem = sign === ':' ? 'is set with a colon, which is YAML' : 'is named without a value'
    this.entries.set(found, { line, problem, remedy: pairInstead })
  }

  #quoted(line: number): DotenvValue {
    const found = this.#match(quoted)
    if (found === null) {
      throw this.invalid(
        line,
        'a quote begins here and has no partner',
        'close it, or put a value that holds one in quotes of the other kind',
      )
    }
    const [, single, double = ''] = found
    const value = single ?? double
    if (this.#match(end) === null) {
      const behind = this.#match(rest)?.[1] ?? ''
      return { problem: 'has text right behind its quotes', remedy: inQuotes(value + behind) }
    }
    if (single?.endsWith('\\') === true) return cutQuote
    if (single !== undefined) return { value }
    const [odd] = /[\\$`]/.exec(value) ?? []
    return odd === undefined ? { value } : ambiguous(odd, 'in double', value)
  }

  #plain(): DotenvValue {
    const value = (this.#match(rest)?.[1] ?? '')
      .replace(/[ \t]#[^]*$/, '')
      .replace(/(?<![ \t])[ \t]+$/, '')
    const [odd] = /[#'"`\\$<>]/.exec(value) ?? /(?<=^|:)~/.exec(value) ?? []
    return odd === undefined ? { value } : ambiguous(odd, 'outside', value)
  }
}
