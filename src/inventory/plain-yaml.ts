import { isMap, Pair, Scalar, visit, YAMLMap, type Node } from 'yaml'
import { parseYaml } from './yaml-parse.js'
import { plainValue } from './yaml-scalars.js'

// The parser of YAML takes a second for 10,000 hosts. What inventories mostly are, mappings in
// block style whose names and values stand in one line each, is read here, into the same nodes. A
// value of another form is the parser's, and so is the whole text where anything could be wrong: no
// error is told from here.

const name = String.raw`[\p{L}\p{N}_](?:[\p{L}\p{N}_.+@[\]-]|:(?=\S))*`
const quoted = String.raw`"[^"\\\n\t]*"|'[^'\n\t]*'`
const word = String.raw`(?!-[ \r\n]|[@%,])(?:[\p{L}\p{N}_./@+=,~%();$-]|:(?=\S))+`
const flowWord = String.raw`(?!-[ ,}]|@)[\p{L}\p{N}_./@+-]+`
const flowEntry = String.raw`([\p{L}\p{N}_-]+): +(${flowWord}|${quoted}) *`

/**
 * A blank line, a comment, or a name with nothing, a mapping in braces or a single value behind it.
 */
const line = new RegExp(
  String.raw`( *)(?:(${name}|${quoted}) *:(?: +(?:\{ *((?:${flowEntry.replaceAll(/\((?!\?)/g, '(?:')}(?:, *(?=[^}])|(?=\})))*)\}|(${word}(?: +${word})*|${quoted})))?(?: +#[^\n]*| *)|#[^\n]*|)(?:\r?\n|$)`,
  'uy',
)
const entry = new RegExp(flowEntry, 'uy')
const named = new RegExp(String.raw`( *)(?:${name}|${quoted}) *:(?=[ \r\n]|$)`, 'uy')
const start = /---[ ]*(?:#[^\n]*)?\r?\n/y

/** With more values of other forms the parser is quicker that reads the whole. */
const mostParsed = 1000

type Value = Node | null
type Mapping = YAMLMap<Scalar, Value>

/** A mapping that is being read, and how far its names are indented. */
interface Level {
  readonly indent: number
  readonly map: Mapping
  /** Its last name while that has no value, and where the line of that name begins. */
  open: { readonly pair: Pair<Scalar, Value>; readonly at: number } | null
}

/** Characters of a line: a pattern needs memory of its own for each. */
const longestLine = 65_536

/** The root of a text that is a plain block mapping; null for every other. */
export function plainYaml(text: string, newLine: (offset: number) => void): YAMLMap | null {
  let longest = 0
  for (let at = 0, next = 0; at < text.length; at = next) {
    newLine(at)
    next = afterLine(text, at)
    longest = Math.max(longest, next - at)
  }
  return longest > longestLine ? null : new Reader(text).root()
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

class Reader {
  readonly #root = mappingAt(0)
  readonly #levels: Level[] = []
  #started = false
  #parsings = 0

  constructor(private readonly text: string) {}

  root(): YAMLMap | null {
    for (let at: number | null = 0; at !== this.text.length; ) {
      at = this.#line(at)
      if (at === null) return null
    }
    return this.#levels.length === 0 ? null : this.#root
  }

  /**
   * Reads what begins in this line, and answers where the next begins; null for what must be left
   * to the parser.
   */
  #line(at: number): number | null {
    line.lastIndex = at
    const found = line.exec(this.text)
    if (found === null) return this.#other(at)
    const next = line.lastIndex
    const [, { length: indent } = '', key, flow, value] = found
    if (key === undefined) return next
    const level = this.#levelFor(indent, at + indent)
    const pair = new Pair<Scalar, Value>(scalarAt(key, at + indent), null)
    if (level === null || pair.key.value === null) return null
    if (flow !== undefined || value !== undefined) {
      const from = valueFrom(this.text, at + indent + key.length)
      pair.value = value === undefined ? flowAt(flow ?? '', this.text, from) : scalarAt(value, from)
    }
    level.open = pair.value === null ? { pair, at } : null
    level.map.items.push(pair)
    return next
  }

  /**
   * The beginning of the document, a name with a value of another form, or such a value below its
   * name.
   */
  #other(at: number): number | null {
    start.lastIndex = at
    if (!this.#started && this.#levels.length === 0 && start.test(this.text)) {
      this.#started = true
      return start.lastIndex
    }
    named.lastIndex = at
    const [whole, { length: indent } = ''] = named.exec(this.text) ?? []
    if (whole === undefined) return this.#below(at)
    const level = this.#levelFor(indent, at + indent)
    const parsed = level === null ? null : this.#parsed(at, indent)
    if (level === null || parsed === null) return null
    level.open = null
    level.map.items.push(parsed.pair)
    return parsed.next
  }

  #below(at: number): number | null {
    const last = this.#levels.at(-1)
    if (!last?.open) return null
    const { pair, at: from } = last.open
    const parsed = this.#parsed(from, last.indent)
    if (parsed === null || parsed.next === at) return null
    pair.value = parsed.pair.value
    last.open = null
    return parsed.next
  }

  /**
   * Has the parser read a name and what belongs to it: the deeper lines, and a list that is not
   * deeper.
   */
  #parsed(
    from: number,
    indent: number,
  ): { readonly pair: Pair<Scalar, Value>; readonly next: number } | null {
    const belongs = new RegExp(
      String.raw`(?: {${String(indent + 1)},}[^\n]*| {${String(indent)}}-(?=[ \r\n])[^\n]*| *(?:#[^\n]*|\r)?)(?:\n|$)`,
      'y',
    )
    if (++this.#parsings > mostParsed) return null
    let next = afterLine(this.text, from)
    for (belongs.lastIndex = next; next < this.text.length && belongs.test(this.text); )
      next = belongs.lastIndex
    const { root, problem } = parseYaml(this.text.slice(from, next))
    const pair = isMap<Scalar, Value>(root) && root.items.length === 1 ? root.items[0] : undefined
    if (root === null || pair === undefined || pair.key.value === null || problem !== null)
      return null
    const shift = (_: unknown, node: Node): void => {
      if (node.range)
        node.range = [node.range[0] + from, node.range[1] + from, node.range[2] + from]
    }
    visit(root, { Node: shift })
    return { pair, next }
  }

  /**
   * The mapping that a name belongs to by its indentation; a deeper one begins where the last name
   * has no value yet.
   */
  #levelFor(indent: number, offset: number): Level | null {
    const levels = this.#levels
    while (levels.length > 0 && (levels.at(-1)?.indent ?? 0) > indent) levels.pop()
    const last = levels.at(-1)
    if (last?.indent === indent) return last
    if (last === undefined ? this.#root.items.length > 0 : last.open === null) return null
    const map = last === undefined ? this.#root : mappingAt(offset)
    if (last?.open) {
      last.open.pair.value = map
      last.open = null
    }
    const level: Level = { indent, map, open: null }
    levels.push(level)
    return level
  }
}

const valueFrom = (text: string, behindName: number): number => {
  let at = text.indexOf(':', behindName) + 1
  while (text.charAt(at) === ' ') at++
  return at
}

function mappingAt(offset: number): Mapping {
  const made: Mapping = new YAMLMap()
  made.range = [offset, offset, offset]
  return made
}

function flowAt(body: string, text: string, offset: number): Mapping {
  const made = mappingAt(offset)
  entry.lastIndex = text.indexOf(body, offset + 1)
  for (
    let found = body === '' ? null : entry.exec(text);
    found !== null;
    found = entry.exec(text)
  ) {
    const [whole, key = '', value = ''] = found
    const at = entry.lastIndex - whole.length
    made.items.push(
      new Pair<Scalar, Scalar>(
        scalarAt(key, at),
        scalarAt(value, at + whole.indexOf(value, key.length + 1)),
      ),
    )
    if (text.charAt(entry.lastIndex) !== ',') break
    entry.lastIndex++
    while (text.charAt(entry.lastIndex) === ' ') entry.lastIndex++
  }
  return made
}

function scalarAt(written: string, offset: number): Scalar {
  const isQuoted = /^["']/.test(written)
  const source = isQuoted ? written.slice(1, -1) : written
  const made = new Scalar(isQuoted ? source : plainValue(source))
  made.source = source
  made.type = isQuoted ? Scalar.QUOTE_DOUBLE : Scalar.PLAIN
  made.range = [offset, offset + written.length, offset + written.length]
  return made
}
