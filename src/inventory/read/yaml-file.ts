import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  visit,
  type Alias,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { showPlace, type SourcePlace } from '../inventory.js'
import { plainYaml } from './plain-yaml.js'
import type { MappingEntry, MappingFile } from './mapping-file.js'
import { unfitText } from './text-file.js'
import { vaultName, type ValuePath } from './value-parts.js'
import type { Warnings } from '../warnings.js'
import { parseYaml } from './yaml-parse.js'
import { unsafeTag, vaultTags } from './yaml-scalars.js'

const maxCharacters = 5_000_000
/**
 * The limit of lines, items and brackets: the parser's time and memory grow with them, a kilobyte
 * for each. 80,000 hosts of three lines are below it.
 */
const maxParts = 300_000
const maxDepth = 64
/** How many nodes a file may have with its aliases expanded. */
const maxNodes = 1_500_000

/**
 * A YAML file that is read node by node, so that every value keeps its place and hostile input
 * (multiplying aliases, cycles, tags that ask for code) is an error with its place. Of two entries
 * with one name the later counts, as in Ansible, and a warning says so; duplicates are searched for
 * here because the parser's own search takes six times as long as parsing. Plain words and `<<`
 * have their meaning in YAML 1.1, which Ansible reads.
 */
export class YamlFile implements MappingFile<Node> {
  readonly root: Node | null
  readonly #lines = new LineCounter()
  #anchors: ReadonlyMap<string, readonly Node[]> | null = null
  #followed = 0
  /** Entries for which a warning was given that a later one replaces them. */
  readonly #replaced = new Set<Node>()

  /** @throws FettleError `inventory-invalid` for text that is not one YAML document */
  constructor(
    readonly file: string,
    text: string,
    private readonly warnings: Warnings,
  ) {
    const unfit = unfitText(text)
    if (unfit !== null) throw this.#invalid(null, unfit.message, unfit.remedy)
    const smaller = 'write hosts as ranges, such as web[1:500], or split the inventory'
    if (text.length > maxCharacters)
      throw this.#invalid(null, `is larger than ${String(maxCharacters / 1_000_000)} MB`, smaller)
    const parts = text.match(/[\n[{,]|[-?] /g)?.length ?? 0
    if (parts > maxParts)
      throw this.#invalid(null, `has more than ${String(maxParts)} lines and items`, smaller)
    // PyYAML accepts the line ends of old Macs (CR).
    const lines = text.replaceAll(/\r(?!\n)/g, '\n')
    this.root = plainYaml(lines, this.#lines.addNewLine) ?? this.#parsed(lines)
  }

  #parsed(text: string): Node | null {
    const { root, problem } = parseYaml(text, isJson(text) ? 'json' : 'yaml')
    if (problem !== null) throw this.#invalid(this.#at(problem.offset), sentence(problem.message))
    return root
  }

  place(node: Node): SourcePlace {
    return this.#at(startOf(node))
  }

  error(node: Node | null, message: string, remedy?: string): FettleError {
    return this.#invalid(node === null ? null : this.place(node), message, remedy)
  }

  entries(node: Node | null, what: string): readonly MappingEntry<Node>[] {
    const mapping = this.#follow(node)
    if (mapping === null || (isScalar(mapping) && mapping.value === null)) return []
    if (!isMap(mapping)) {
      const is = isSeq(mapping) ? 'a list' : 'a single value'
      throw this.error(node, `${what} must be a mapping (name: value), and is ${is}`)
    }
    return this.#entriesOf(mapping)
  }

  plain(node: Node | null, depth = 0): unknown {
    if (depth > maxDepth)
      throw this.error(node, `is nested more than ${String(maxDepth)} levels deep`)
    const target = this.#follow(node)
    if (target === null) return null
    // As ansible-inventory prints it. Selecting the host reports that it cannot be read.
    if (isScalar(target))
      return isEncrypted(target) ? Object.freeze({ [vaultName]: target.value }) : target.value
    if (isSeq(target)) {
      const items = target.items.map((item) => this.plain(isNode(item) ? item : null, depth + 1))
      return Object.freeze(items)
    }
    const made = Object.create(null) as Record<string, unknown>
    for (const { name, value } of this.entries(target, 'this'))
      made[name] = this.plain(value, depth + 1)
    return Object.freeze(made)
  }

  text(node: Node | null): string | null {
    const target = this.#follow(node)
    if (!isScalar(target) || target.value === null || isEncrypted(target)) return null
    return target.source ?? (typeof target.value === 'string' ? target.value : null)
  }

  placeIn({ key, value }: MappingEntry<Node>, path: readonly PropertyKey[]): SourcePlace {
    const target = this.#follow(value)
    const [step, ...rest] = path
    if (isMap(target)) {
      const inner = this.#entriesOf(target).find(({ name }) => name === step)
      if (inner !== undefined) return this.placeIn(inner, rest)
    }
    const item = itemOf(target, step)
    if (item === null) return this.place(key)
    return this.placeIn({ name: '', key: item, value: item }, rest)
  }

  isList(node: Node | null): boolean {
    return isSeq(this.#follow(node))
  }

  isUnsafe(node: Node | null, path: ValuePath): boolean {
    const target = this.#follow(node)
    if (target === null || target.tag === unsafeTag) return target !== null
    const [step, ...rest] = path
    if (isMap(target)) {
      const inner = this.#entriesOf(target).find(({ name }) => name === step)
      return this.isUnsafe(inner?.value ?? null, rest)
    }
    const item = itemOf(target, step)
    return item !== null && this.isUnsafe(item, rest)
  }

  #entriesOf(mapping: YAMLMap): readonly MappingEntry<Node>[] {
    const found = new Map<string, MappingEntry<Node>>()
    const merged: MappingEntry<Node>[] = []
    for (const pair of mapping.items) {
      const entry = this.#entry(pair as Pair<Node, Node | null>)
      const { name, key, value } = entry
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
        merged.push(...this.#merged(value))
        continue
      }
      const first = found.get(name)
      if (first !== undefined) this.#warnOfTwo(name, first.key, key)
      found.set(name, entry)
    }
    for (const entry of merged) {
      if (!found.has(entry.name)) found.set(entry.name, entry)
    }
    return [...found.values()]
  }

  #warnOfTwo(name: string, first: Node, second: Node): void {
    if (this.#replaced.has(first)) return
    this.#replaced.add(first)
    this.warnings.add(
      `${name} is there twice, and this one counts, as with Ansible; the other is at ${showPlace(this.place(first))}`,
      this.place(second),
    )
  }

  #entry({ key, value }: Pair<Node, Node | null>): MappingEntry<Node> {
    const target = this.#follow(key)
    if (!isScalar(target))
      throw this.error(
        key,
        'a name must be a single word',
        'put names that begin with [ or { in quotes',
      )
    return { name: this.text(target) ?? target.source ?? '', key, value: value ?? null }
  }

  #merged(value: Node | null): readonly MappingEntry<Node>[] {
    const target = this.#follow(value)
    if (!isSeq(target)) return this.entries(target, 'what << takes')
    return target.items.flatMap((item) => this.entries(item as Node, 'what << takes'))
  }

  /** Resolves an alias: the last anchor of its name before it. */
  #follow(node: Node | null): Exclude<Node, Alias> | null {
    if (++this.#followed > maxNodes)
      throw this.error(
        node,
        'stands for too much: its aliases multiply',
        'write the values out, or use group_vars',
      )
    if (!isAlias(node)) return node
    const position = startOf(node)
    const target = this.#anchored(node.source).findLast((anchored) => startOf(anchored) < position)
    if (target === undefined || isAlias(target))
      throw this.error(node, `there is no &${node.source} before this`)
    return target
  }

  #anchored(name: string): readonly Node[] {
    this.#anchors ??= anchorsOf(this.root)
    return this.#anchors.get(name) ?? []
  }

  #at(offset: number): SourcePlace {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line, column: col }
  }

  #invalid(place: SourcePlace | null, message: string, remedy?: string): FettleError {
    const where = place === null ? this.file : showPlace(place)
    return new FettleError('inventory-invalid', {
      address: where,
      message: `${where}: ${message}`,
      ...omitUndefined({ remedy }),
    })
  }
}

const startOf = (node: Node): number => node.range?.[0] ?? 0

/** The list item with this index; null where there is none. */
function itemOf(node: Node | null, index: PropertyKey | undefined): Node | null {
  if (!isSeq(node) || typeof index !== 'number') return null
  const item = node.items[index]
  return isNode(item) ? item : null
}

const isEncrypted = ({ tag }: Scalar): boolean => tag !== undefined && vaultTags.includes(tag)

/** As in Ansible, whatever parses as JSON is JSON, whatever the file's name. */
function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The parser's message without the quoted text, which may be a password. */
const sentence = (message: string): string =>
  message.replace(/(?<=characters|stream|document|token): .*/s, '')

function anchorsOf(root: Node | null): ReadonlyMap<string, readonly Node[]> {
  const found = new Map<string, Node[]>()
  visit(root, {
    Node(_, node) {
      if (isAlias(node) || node.anchor === undefined) return
      const same = found.get(node.anchor)
      if (same === undefined) found.set(node.anchor, [node])
      else same.push(node)
    },
  })
  return found
}
