import type { Node } from 'yaml'
import { nearest } from '../core/nearest.js'
import type { Place } from './inventory.js'
import { readVariables, type Layer, type Variable } from './layer.js'
import { BadRange, expandRanges, mostHosts } from './range.js'
import { Warnings } from './warnings.js'
import { YamlFile, type Entry } from './yaml-file.js'

export interface Group {
  readonly name: string
  readonly vars: Layer
  /** Groups that name it among their children, and where. `all` is everybody's parent and is not among them. */
  readonly parents: Map<string, Place>
}

export interface Host {
  readonly name: string
  readonly vars: Layer
  /** The groups that name it themselves; `all` is not among them. */
  readonly groups: Set<string>
}

/** Groups and hosts as the files of an inventory describe them, before anything is merged. */
export interface Tree {
  readonly groups: Map<string, Group>
  readonly hosts: Map<string, Host>
}

export function newTree(): Tree {
  const tree: Tree = { groups: new Map(), hosts: new Map() }
  groupOf(tree, 'all')
  groupOf(tree, 'ungrouped')
  return tree
}

export function groupOf(tree: Tree, name: string): Group {
  const known = tree.groups.get(name)
  if (known !== undefined) return known
  const made: Group = { name, vars: new Map(), parents: new Map() }
  tree.groups.set(name, made)
  return made
}

export function hostOf(tree: Tree, name: string): Host {
  const known = tree.hosts.get(name)
  if (known !== undefined) return known
  const made: Host = { name, vars: new Map(), groups: new Set() }
  tree.hosts.set(name, made)
  return made
}

const sections = ['children', 'hosts', 'vars']
/** What neither patterns nor a command line could take for anything but a name. */
const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u
const deepest = 64

/** Reads a file of Ansible's YAML shape into a tree: groups at the top, each with `children`, `hosts` and `vars`. */
export function readTree(tree: Tree, yaml: YamlFile, warnings: Warnings): void {
  const reader = new TreeReader(tree, yaml, warnings)
  for (const entry of yaml.entries(yaml.root, 'an inventory')) reader.group(entry, null, 0)
}

class TreeReader {
  constructor(
    private readonly tree: Tree,
    private readonly yaml: YamlFile,
    private readonly warnings: Warnings,
  ) {}

  group({ name, key, value }: Entry, parent: string | null, depth: number): void {
    const { yaml } = this
    if (sections.includes(name)) throw yaml.error(key, `${name} stands where the name of a group is expected`, `indent it under a group, such as all:`)
    this.#checkName(key, name, 'a group')
    if (name === 'all' && parent !== null) throw yaml.error(key, `all cannot be a child of ${parent}: every group is its child`)
    if (depth > deepest) throw yaml.error(key, `groups are nested more than ${String(deepest)} levels deep`)
    const group = groupOf(this.tree, name)
    if (parent !== null && parent !== 'all') group.parents.set(parent, yaml.place(key))
    for (const section of yaml.entries(value, `group ${name}`)) this.#section(group, section, depth)
  }

  #section(group: Group, { name, key, value }: Entry, depth: number): void {
    const { yaml } = this
    switch (name) {
      case 'vars':
        readVariables(group.vars, yaml, value, `vars of group ${group.name}`, this.warnings)
        return
      case 'children':
        for (const child of yaml.entries(value, `children of group ${group.name}`)) this.group(child, group.name, depth + 1)
        return
      case 'hosts':
        for (const host of yaml.entries(value, `hosts of group ${group.name}`)) this.#hosts(host, group.name)
        return
      default: {
        const guess = nearest(name, sections)
        throw yaml.error(key, `group ${group.name} has children, hosts and vars, and no ${name}`, guess === undefined ? 'put groups under children, machines under hosts and variables under vars' : `did you mean ${guess}?`)
      }
    }
  }

  /** One entry below `hosts`: a name, or a range of them, perhaps with a port as in `web1:2222`. */
  #hosts({ name, key, value }: Entry, group: string): void {
    const [, range = name, port] = /^(.*[^:]):(\d{1,5})$/.exec(name) ?? []
    const vars: Layer = new Map<string, Variable>()
    if (port !== undefined) vars.set('ansible_port', { value: Number(port), place: () => this.yaml.place(key) })
    readVariables(vars, this.yaml, value, `the variables of ${name}`, this.warnings)
    for (const expanded of this.#expand(key, range)) {
      this.#checkName(key, expanded, 'a host')
      const host = hostOf(this.tree, expanded)
      if (group !== 'all') host.groups.add(group)
      for (const [variable, set] of vars) host.vars.set(variable, set)
    }
    if (this.tree.hosts.size > mostHosts) throw this.yaml.error(key, `the inventory has more than ${String(mostHosts)} hosts`)
  }

  #expand(key: Node, range: string): readonly string[] {
    try {
      return expandRanges(range)
    } catch (error) {
      if (error instanceof BadRange) throw this.yaml.error(key, error.message)
      throw error
    }
  }

  #checkName(key: Node, name: string, what: string): void {
    if (plainName.test(name)) return
    throw this.yaml.error(key, `${JSON.stringify(name)} is no name of ${what}: it takes letters, digits, _, - and .`, what === 'a host' ? 'give it a short name, and its address as ansible_host' : 'choose another name')
  }
}

/** Hosts named on the command line, as in Ansible's `-i web1,web2`. */
export function readHostList(tree: Tree, list: string): void {
  for (const word of list.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const yaml = new YamlFile('-i', `all: {hosts: {${JSON.stringify(word)}: }}`)
    readTree(tree, yaml, new Warnings())
  }
}
