import type { FettleError } from '../../core/errors.js'
import { nearest } from '../../core/names/nearest.js'
import { checkGroupName, namedHosts } from '../merge/names.js'
import { takePriority } from '../merge/group-priority.js'
import { readVariables, type Layer } from '../merge/variable-layer.js'
import { BadName, maxHosts } from './range.js'
import type { MappingEntry, MappingFile } from './mapping-file.js'
import {
  addChild,
  addHosts,
  groupOf,
  type GroupNode,
  type InventoryTree,
} from '../merge/inventory-tree.js'
import type { Warnings } from '../warnings.js'

const sections = ['children', 'hosts', 'vars']
const maxDepth = 64

/**
 * Reads Ansible's YAML structure, in any syntax, into a tree: groups at the top, each with
 * `children`, `hosts` and `vars`.
 * @param isOneOfMany whether a file without any group, such as one of variables, may stand among
 *   others
 */
export function readGroups<N>(
  tree: InventoryTree,
  source: MappingFile<N>,
  root: N | null,
  warnings: Warnings,
  isOneOfMany = false,
): void {
  const reader = new GroupReader(tree, source, warnings)
  const others: MappingEntry<N>[] = []
  let groups = 0
  for (const entry of source.entries(root, 'an inventory')) {
    if (!reader.isGroup(entry)) {
      others.push(entry)
      continue
    }
    groups++
    reader.group(entry, null, 0)
  }
  const [first] = others
  if (first !== undefined && groups === 0 && !isOneOfMany) throw reader.noGroup(first)
  for (const { name, key } of others)
    warnings.add(`${name} is passed over, as by Ansible: it is no group`, source.place(key))
}

class GroupReader<N> {
  constructor(
    private readonly tree: InventoryTree,
    private readonly source: MappingFile<N>,
    private readonly warnings: Warnings,
  ) {}

  /**
   * Whether a top-level entry describes a group. A group may have the name of one of its parts:
   * `hosts: { hosts: { web1: } }`.
   */
  isGroup({ name, value }: MappingEntry<N>): boolean {
    if (this.source.text(value) !== null || this.source.isList(value)) return name === 'plugin'
    if (!sections.includes(name)) return true
    return this.source.entries(value, name).some((inner) => sections.includes(inner.name))
  }

  noGroup({ name, key, value }: MappingEntry<N>): FettleError {
    if (sections.includes(name))
      return this.source.error(
        key,
        `${name} stands where the name of a group is expected`,
        'indent it under a group, such as all:',
      )
    const is = value !== null && this.source.isList(value) ? 'a list' : 'a single value'
    return this.source.error(
      value ?? key,
      `group ${name} must be a mapping (name: value), and is ${is}`,
    )
  }

  group({ name, key, value }: MappingEntry<N>, parent: GroupNode | null, depth: number): void {
    const { source } = this
    if (name === 'plugin' && source.text(value) !== null)
      throw source.error(
        key,
        "is the configuration of one of Ansible's inventory plugins, which Fettle does not run",
        'write a .ts inventory that exports a function',
      )
    this.#named(key, () => checkGroupName(name))
    if (name === 'all' && parent !== null)
      throw source.error(key, `all cannot be a child of ${parent.name}: every group is its child`)
    if (depth > maxDepth)
      throw source.error(key, `groups are nested more than ${String(maxDepth)} levels deep`)
    const group = groupOf(this.tree, name)
    for (const section of source.entries(value, `group ${name}`))
      this.#section(group, section, depth)
    if (parent !== null) addChild(parent, group, source.place(key))
  }

  #section(group: GroupNode, section: MappingEntry<N>, depth: number): void {
    const { source } = this
    switch (section.name) {
      case 'vars': {
        const what = `vars of group ${group.name}`
        readVariables(group.vars, source, section.value, what, this.warnings)
        takePriority(group)
        return
      }
      case 'children':
        for (const child of this.#members(section, group)) this.group(child, group, depth + 1)
        return
      case 'hosts':
        for (const host of this.#members(section, group)) this.#hosts(host, group)
        return
      default:
        this.#skip(group, section)
    }
  }

  #skip(group: GroupNode, { name, key }: MappingEntry<N>): void {
    const guess = nearest(name, sections)
    const message = `group ${group.name} has children, hosts and vars, and no ${name}`
    if (guess !== undefined) throw this.source.error(key, message, `did you mean ${guess}?`)
    const place = this.source.place(key)
    this.warnings.add(`${message}, which is passed over, as by Ansible`, place)
  }

  /** As in Ansible, a single name may stand there instead of a mapping: `hosts: web1`. */
  #members({ name, value }: MappingEntry<N>, group: GroupNode): readonly MappingEntry<N>[] {
    const single = this.source.text(value)
    if (single !== null && value !== null) return [{ name: single, key: value, value: null }]
    return this.source.entries(value, `${name} of group ${group.name}`)
  }

  /** Adds one entry of `hosts`: a name or a range, optionally with a port as in `web1:2222`. */
  #hosts({ name, key, value }: MappingEntry<N>, group: GroupNode): void {
    const { source } = this
    const hosts = this.#named(key, () => namedHosts(name))
    const vars: Layer = new Map()
    readVariables(vars, source, value, `the variables of ${name}`, this.warnings)
    addHosts(this.tree, group, hosts, vars, () => source.place(key))
    if (this.tree.hosts.size > maxHosts)
      throw source.error(key, `the inventory has more than ${String(maxHosts)} hosts`)
  }

  #named<T>(key: N, read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (error instanceof BadName) throw this.source.error(key, error.message, error.remedy)
      throw error
    }
  }
}
