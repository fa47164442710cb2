import type { Place } from './inventory.js'
import type { Layer } from './layer.js'
import type { NamedHosts } from './names.js'

export interface Group {
  readonly name: string
  /** What the inventory itself says; `group_vars` are apart. */
  readonly vars: Layer
  /**
   * Groups that name it among their children, and where. `all` is everybody's parent and is not
   * among them.
   */
  readonly parents: Map<string, Place>
  /** In the order in which they became its children. */
  readonly children: Set<string>
  /** Those that it names itself, in order. */
  readonly hosts: Set<string>
  /** Of two groups of one depth the one with the higher priority wins. */
  priority: number
}

export interface Host {
  readonly name: string
  /** Where it is named first. */
  readonly namedAt: () => Place
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
  groupOf(tree, 'all').children.add(groupOf(tree, 'ungrouped').name)
  return tree
}

export function groupOf(tree: Tree, name: string): Group {
  const known = tree.groups.get(name)
  if (known !== undefined) return known
  const made: Group = {
    name,
    vars: new Map(),
    parents: new Map(),
    children: new Set(),
    hosts: new Set(),
    priority: 1,
  }
  tree.groups.set(name, made)
  return made
}

export function addChild(parent: Group, child: Group, place: Place): void {
  parent.children.add(child.name)
  if (parent.name !== 'all') child.parents.set(parent.name, place)
}

/**
 * Puts hosts into a group and sets their variables. As in Ansible, a port counts only where its
 * host is named first.
 */
export function addHosts(
  tree: Tree,
  group: Group,
  { names, port }: NamedHosts,
  vars: Layer,
  place: () => Place,
): void {
  for (const name of names) {
    const host = tree.hosts.get(name) ?? newHost(tree, name, port, place)
    group.hosts.add(name)
    if (group.name !== 'all') host.groups.add(group.name)
    for (const [variable, set] of vars) host.vars.set(variable, set)
  }
}

function newHost(tree: Tree, name: string, port: number | null, place: () => Place): Host {
  const vars: Layer = new Map()
  if (port !== null) vars.set('ansible_port', { value: port, place })
  const host: Host = { name, namedAt: place, vars, groups: new Set() }
  tree.hosts.set(name, host)
  return host
}
