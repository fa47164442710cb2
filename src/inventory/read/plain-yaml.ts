import { isMap, Pair, Scalar, visit, YAMLMap, type Node } from 'yaml'
import { parseYaml } from './yaml-parse.js'
import { plainValue } from './yaml-scalars.js'

// A fast path for plain YAML: the parser takes a second for 10,000 hosts. Block mappings with the
// name and value on one line, which most inventories consist of, are read here into the same nodes.
// Values of other forms go to the parser one by one. In any doubt this returns null, and the parser
// reads the whole text: no error is reported from here.

const name = String.raw`[\p{L}\p{N}_](?:[\p{L}\p{N}_.+@[\]-]|:(?=\S))*`
const quoted = String.raw`"[^"\\\n\t]*"|'[^'\n\t]*'`
const word = String.raw`(?!-[ \r\n]|[@%,])(?:[\p{L}\p{N}_./@+=,~%();$-]|:(?=\S))+`
const flowWord = String.raw`(?!-[ ,}]|@)[\p{L}\p{N}_./@+-]+`
const flowEntry = String.raw`([\p{L}\p{N}_-]+): +(${flowWord}|${quoted}) *`
const flowEntryWhole = flowEntry.replaceAll(/\((?!\?)/g, '(?:')
const flowEntries = String.raw`(?:${flowEntryWhole}(?:, *(?=[^}])|(?=\})))*`
const single = String.raw`${word}(?: +${word})*|${quoted}`

/**
 * A blank line, a comment, or a name followed by nothing, by a mapping in braces or by a scalar.
 */
const line = new RegExp(
  String.raw`( *)(?:(${name}|${quoted}) *:(?: +(?:\{ *(${flowEntries})\}|(${single})))?(?: +#[^\n]*| *)|#[^\n]*|)(?:\r?\n|$)`,
  'uy',
)
const entry = new RegExp(flowEntry, 'uy')
const named = new RegExp(String.raw`( *)(?:${name}|${quoted}) *:(?=[ \r\n]|$)`, 'uy')
const start = /---[ ]*(?:#[^\n]*)?\r?\n/y

/** With more values of other forms than this, parsing the whole text at once is faster. */
const maxParsedValues = 1000

type YamlValue = Node | null
type Mapping = YAMLMap<Scalar, YamlValue>
type YamlEntry = Pair<Scalar, YamlValue>

/** An entry read by the parser, and where the next line begins. */
interface Parsed {
  readonly pair: YamlEntry
  readonly next: number
}

/** A mapping that is being read, and the indentation of its names. */
interface OpenMapping {
  readonly indent: number
  readonly map: Mapping
  /** Its last entry while that has no value, and where that line begins. */
  open: { readonly pair: YamlEntry; readonly at: number } | null
}

/**
 * The longest line, in characters, that is matched here: the regular expression needs memory for
 * each.
 */
const maxLineLength = 65_536

/** The root of a text that is a plain block mapping; null for any other. */
export function plainYaml(text: string, newLine: (offset: number) => void): YAMLMap | null {
  let longest = 0
  let at = 0
  while (at < text.length) {
    newLine(at)
    const next = afterLine(text, at)
    longest = Math.max(longest, next - at)
    at = next
  }
  return longest > maxLineLength ? null : new PlainYamlParser(text).root()
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

class PlainYamlParser {
  readonly #root = mappingAt(0)
  readonly #levels: OpenMapping[] = []
  #started = false
  #parsings = 0

  constructor(private readonly text: string) {}

  root(): YAMLMap | null {
    let at = 0
    while (at !== this.text.length) {
      const next = this.#readLine(at)
      if (next === null) return null
      at = next
    }
    return this.#levels.length === 0 ? null : this.#root
  }

  /**
   * Reads what begins on this line, and returns where the next begins; null for what must be left
   * to the parser.
   */
  #readLine(at: number): number | null {
    line.lastIndex = at
    const found = line.exec(this.text)
    if (found === null) return this.#readOther(at)
    const next = line.lastIndex
    const [, { length: indent } = '', key, flow, value] = found
    if (key === undefined) return next
    const level = this.#levelFor(indent, at + indent)
    const pair = new Pair<Scalar, YamlValue>(scalarAt(key, at + indent), null)
    if (level === null || pair.key.value === null) return null
    const behindName = at + indent + key.length
    if (value !== undefined) pair.value = scalarAt(value, valueFrom(this.text, behindName))
    else if (flow !== undefined)
      pair.value = flowAt(flow, this.text, valueFrom(this.text, behindName))
    level.open = pair.value === null ? { pair, at } : null
    level.map.items.push(pair)
    return next
  }

  /**
   * Reads the start of the document, an entry with a value of another form, or such a value below
   * its name.
   */
  #readOther(at: number): number | null {
    start.lastIndex = at
    if (!this.#started && this.#levels.length === 0 && start.test(this.text)) {
      this.#started = true
      return start.lastIndex
    }
    named.lastIndex = at
    const [whole, { length: indent } = ''] = named.exec(this.text) ?? []
    if (whole === undefined) return this.#below(at)
    const level = this.#levelFor(indent, at + indent)
    if (level === null) return null
    const parsed = this.#parseEntry(at, indent)
    if (parsed === null) return null
    level.open = null
    level.map.items.push(parsed.pair)
    return parsed.next
  }

  #below(at: number): number | null {
    const last = this.#levels.at(-1)
    if (!last?.open) return null
    const { pair, at: from } = last.open
    const parsed = this.#parseEntry(from, last.indent)
    if (parsed === null || parsed.next === at) return null
    pair.value = parsed.pair.value
    last.open = null
    return parsed.next
  }

  /**
   * Has the parser read an entry: its line, the deeper lines, and a list that is not indented
   * deeper.
   */
  #parseEntry(from: number, indent: number): Parsed | null {
    const belongs = new RegExp(
      String.raw`(?: {${String(indent + 1)},}[^\n]*| {${String(indent)}}-(?=[ \r\n])[^\n]*| *(?:#[^\n]*|\r)?)(?:\n|$)`,
      'y',
    )
    if (++this.#parsings > maxParsedValues) return null
    let next = afterLine(this.text, from)
    belongs.lastIndex = next
    while (next < this.text.length && belongs.test(this.text)) next = belongs.lastIndex
    const { root, problem } = parseYaml(this.text.slice(from, next))
    if (problem !== null || !isMap<Scalar, YamlValue>(root) || root.items.length !== 1) return null
    const [pair] = root.items
    if (pair === undefined || pair.key.value === null) return null
    const shift = (_: unknown, node: Node): void => {
      if (node.range)
        node.range = [node.range[0] + from, node.range[1] + from, node.range[2] + from]
    }
    visit(root, { Node: shift })
    return { pair, next }
  }

  /**
   * The mapping that a name belongs to by its indentation. A deeper name starts a new mapping if
   * the last entry has no value yet.
   */
  #levelFor(indent: number, offset: number): OpenMapping | null {
    const levels = this.#levels
    while (levels.length > 0 && (levels.at(-1)?.indent ?? 0) > indent) levels.pop()
    const last = levels.at(-1)
    if (last?.indent === indent) return last
    const map = last === undefined ? this.#emptyRoot() : openedBelow(last, offset)
    if (map === null) return null
    const level: OpenMapping = { indent, map, open: null }
    levels.push(level)
    return level
  }

  /** The root while it has no entries: all of them must have the same indentation. */
  #emptyRoot(): Mapping | null {
    return this.#root.items.length > 0 ? null : this.#root
  }
}

/** Starts a mapping as the value of the last entry, if that has none yet. */
function openedBelow(level: OpenMapping, offset: number): Mapping | null {
  if (level.open === null) return null
  const map = mappingAt(offset)
  level.open.pair.value = map
  level.open = null
  return map
}

function valueFrom(text: string, behindName: number): number {
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
  if (body === '') return made
  entry.lastIndex = text.indexOf(body, offset + 1)
  for (;;) {
    const found = entry.exec(text)
    if (found === null) return made
    const [whole, key = '', value = ''] = found
    const at = entry.lastIndex - whole.length
    const valueStart = at + whole.indexOf(value, key.length + 1)
    made.items.push(new Pair<Scalar, Scalar>(scalarAt(key, at), scalarAt(value, valueStart)))
    if (text.charAt(entry.lastIndex) !== ',') return made
    entry.lastIndex++
    while (text.charAt(entry.lastIndex) === ' ') entry.lastIndex++
  }
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
