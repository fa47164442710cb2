import type { SourcePlace } from '../inventory.js'
import type { Layer } from './variable-layer.js'
import type { NamedHosts } from './names.js'

export interface GroupNode {
  readonly name: string
  /** The variables set in the inventory itself; those of `group_vars` are kept apart. */
  readonly vars: Layer
  /**
   * The groups that list it as a child, and where. `all` is not listed, since it is the parent of
   * every group.
   */
  readonly parents: Map<string, SourcePlace>
  /** In the order in which they were added. */
  readonly children: Set<string>
  /** The hosts that it lists itself, in order. */
  readonly hosts: Set<string>
  /** Of two groups of the same depth the one with the higher priority wins. */
  priority: number
}

export interface HostNode {
  readonly name: string
  /** Where it is first named. */
  readonly namedAt: () => SourcePlace
  readonly vars: Layer
  /** The groups that list it themselves; `all` is not among them. */
  readonly groups: Set<string>
}

/** Groups and hosts as the files of an inventory describe them, before anything is merged. */
export interface InventoryTree {
  readonly groups: Map<string, GroupNode>
  readonly hosts: Map<string, HostNode>
}

export function newTree(): InventoryTree {
  const tree: InventoryTree = { groups: new Map(), hosts: new Map() }
  groupOf(tree, 'all').children.add(groupOf(tree, 'ungrouped').name)
  return tree
}

export function groupOf(tree: InventoryTree, name: string): GroupNode {
  const known = tree.groups.get(name)
  if (known !== undefined) return known
  const made: GroupNode = {
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

export function addChild(parent: GroupNode, child: GroupNode, place: SourcePlace): void {
  parent.children.add(child.name)
  if (parent.name !== 'all') child.parents.set(parent.name, place)
}

/**
 * Adds hosts to a group and sets their variables. As in Ansible, a port counts only where its host
 * is first named.
 */
export function addHosts(
  tree: InventoryTree,
  group: GroupNode,
  { names, port }: NamedHosts,
  vars: Layer,
  place: () => SourcePlace,
): void {
  for (const name of names) {
    const host = tree.hosts.get(name) ?? newHost(tree, name, port, place)
    group.hosts.add(name)
    if (group.name !== 'all') host.groups.add(group.name)
    for (const [variable, set] of vars) host.vars.set(variable, set)
  }
}

function newHost(
  tree: InventoryTree,
  name: string,
  port: number | null,
  place: () => SourcePlace,
): HostNode {
  const vars: Layer = new Map()
  if (port !== null) vars.set('ansible_port', { value: port, place })
  const host: HostNode = { name, namedAt: place, vars, groups: new Set() }
  tree.hosts.set(name, host)
  return host
}
