import { FettleError } from '../../core/errors.js'
import { suggestion } from '../../core/names/nearest.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { Secret } from '../../core/secret.js'
import { takePriority } from '../merge/group-priority.js'
import { checkGroupName, namedHosts } from '../merge/names.js'
import { BadQuote, iniWords, type Word } from './ini-words.js'
import { showPlace, type SourcePlace } from '../inventory.js'
import { isPassword, setVariable, type Layer } from '../merge/variable-layer.js'
import { pythonLiteral } from './python-literal.js'
import { BadName, maxHosts } from './range.js'
import { scalarOf } from './scalar.js'
import { unfitText } from './text-file.js'
import {
  addChild,
  addHosts,
  groupOf,
  type GroupNode,
  type InventoryTree,
} from '../merge/inventory-tree.js'
import type { Warnings } from '../warnings.js'

/**
 * Reads Ansible's INI format into a tree: hosts in `[group]`, groups in `[group:children]`,
 * variables in `[group:vars]`. Values are Python literals, as in Ansible; true, false and null have
 * their YAML meaning, and everything else is text.
 * @throws FettleError `inventory-invalid` with line and column
 */
export function readIni(tree: InventoryTree, file: string, text: string, warnings: Warnings): void {
  const unfit = unfitText(text)
  if (unfit !== null)
    throw new FettleError('inventory-invalid', {
      address: file,
      message: `${file}: ${unfit.message}`,
      remedy: unfit.remedy,
    })
  const reader = new IniReader(tree, file, warnings)
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) reader.line(line, index + 1)
  reader.end()
}

type Kind = 'hosts' | 'vars' | 'children'
const kinds: readonly Kind[] = ['hosts', 'vars', 'children']

interface Undeclared {
  readonly place: SourcePlace
  readonly parents: Map<GroupNode, SourcePlace>
}

class IniReader {
  #group: GroupNode
  #kind: Kind = 'hosts'
  #line = 0
  /** Groups that were named as children or given variables, but not declared yet. */
  readonly #undeclared = new Map<string, Undeclared>()

  constructor(
    private readonly tree: InventoryTree,
    private readonly file: string,
    private readonly warnings: Warnings,
  ) {
    this.#group = groupOf(tree, 'ungrouped')
  }

  line(whole: string, line: number): void {
    this.#line = line
    const text = whole.trimEnd()
    const column = text.length - text.trimStart().length + 1
    if (text === '' || /^\s*[;#]/.test(text)) return
    const section = /^\s*\[(?<name>[^:\]\s]+)(?::(?<kind>\w+))?\]\s*(?:#.*)?$/.exec(text)?.groups
    if (section !== undefined)
      this.#section(section['name'] ?? '', section['kind'] ?? 'hosts', column + 1)
    else if (/^\s*\[.*\]$/.test(text))
      throw this.#error(
        column,
        'this is no section',
        'write [group], [group:vars] or [group:children], without spaces',
      )
    else if (this.#kind === 'hosts') this.#hosts(text)
    else if (this.#kind === 'vars') this.#variable(text, column)
    else this.#child(text, column)
  }

  end(): void {
    for (const [name, { place, parents }] of this.#undeclared) {
      const [parent] = parents.keys()
      const use =
        parent === undefined
          ? 'these variables could be of'
          : `${parent.name} could have among its children`
      const declared = [...this.tree.groups.keys()].filter((each) => !this.#undeclared.has(each))
      const message = `there is no group ${name} that ${use}${suggestion(name, declared)}`
      throw invalid(place, message, `declare it with a section [${name}]`)
    }
  }

  #section(name: string, kind: string, column: number): void {
    const known = kinds.find((each) => each === kind)
    if (known === undefined)
      throw this.#error(
        column + name.length + 1,
        `[${name}:${kind}] is of no kind that there is`,
        'write [group], [group:vars] or [group:children]',
      )
    this.#named(column, () => checkGroupName(name))
    if (known === 'vars' && !this.tree.groups.has(name) && !this.#undeclared.has(name))
      this.#undeclared.set(name, { place: this.#place(column), parents: new Map() })
    this.#group = groupOf(this.tree, name)
    this.#kind = known
    if (known === 'vars') return
    for (const [parent, place] of this.#undeclared.get(name)?.parents ?? [])
      addChild(parent, this.#group, place)
    this.#undeclared.delete(name)
  }

  #hosts(text: string): void {
    const [first, ...assignments] = this.#words(text)
    if (first === undefined) return
    const named = this.#named(first.column, () => namedHosts(first.text))
    const vars: Layer = new Map()
    for (const { text: assignment, column } of assignments) {
      const [name = '', value] = split(assignment)
      // The line may contain a password with a space in it, and is not quoted.
      if (name === '' || value === undefined)
        throw this.#error(
          column,
          'name=value is expected here',
          'put a value with spaces in quotes: name="two words"',
        )
      this.#set(vars, name, value, column)
    }
    const place = this.#place(first.column)
    addHosts(this.tree, this.#group, named, vars, () => place)
    if (this.tree.hosts.size > maxHosts)
      throw this.#error(first.column, `the inventory has more than ${String(maxHosts)} hosts`)
  }

  #variable(text: string, column: number): void {
    const [name = '', value] = split(text).map((part) => part.trim())
    if (name === '' || value === undefined)
      throw this.#error(
        column,
        `a variable of group ${this.#group.name} is expected here: name=value`,
      )
    this.#set(this.#group.vars, name, value, column)
    takePriority(this.#group)
  }

  #child(text: string, column: number): void {
    const [, name] = /^\s*([^:\]\s]+)\s*(?:#[^]*)?$/.exec(text) ?? []
    if (name === undefined)
      throw this.#error(
        column,
        `the name of a group is expected here, a child of ${this.#group.name}`,
      )
    this.#named(column, () => checkGroupName(name))
    if (name === 'all')
      throw this.#error(
        column,
        `all cannot be a child of ${this.#group.name}: every group is its child`,
      )
    const place = this.#place(column)
    const child = this.tree.groups.get(name)
    if (child !== undefined) return addChild(this.#group, child, place)
    const waiting = this.#undeclared.get(name) ?? {
      place,
      parents: new Map<GroupNode, SourcePlace>(),
    }
    waiting.parents.set(this.#group, place)
    this.#undeclared.set(name, waiting)
  }

  #set(layer: Layer, name: string, text: string, column: number): void {
    const place = this.#place(column)
    const literal = pythonLiteral(text)
    const value = literal === null ? scalarOf(text) : literal.value
    const password = typeof value === 'string' ? value : text
    const read = isPassword(name) ? new Secret(password) : value
    setVariable(layer, name, { value: read, place: () => place }, this.warnings)
  }

  #words(text: string): readonly Word[] {
    try {
      return iniWords(text)
    } catch (error) {
      if (error instanceof BadQuote) throw this.#error(error.column, error.message)
      throw error
    }
  }

  #named<T>(column: number, read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (error instanceof BadName) throw this.#error(column, error.message, error.remedy)
      throw error
    }
  }

  #place(column: number): SourcePlace {
    return { file: this.file, line: this.#line, column }
  }

  #error(column: number, message: string, remedy?: string): FettleError {
    return invalid(this.#place(column), message, remedy)
  }
}

function split(text: string): readonly string[] {
  const at = text.indexOf('=')
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function invalid(place: SourcePlace, message: string, remedy?: string): FettleError {
  return new FettleError('inventory-invalid', {
    address: showPlace(place),
    message: `${showPlace(place)}: ${message}`,
    ...omitUndefined({ remedy }),
  })
}
