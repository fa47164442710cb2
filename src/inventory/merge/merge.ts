import type { FettleError } from '../../core/errors.js'
import { connectionOf } from './connection.js'
import { depthsOf } from './group-depths.js'
import type { Connection, Inventory, InventoryGroup, InventoryHost } from '../inventory.js'
import type { Layer, Variable } from './variable-layer.js'
import type { GroupNode, HostNode, InventoryTree } from './inventory-tree.js'
import type { VariableFile, VariableFiles } from '../read/variable-files.js'
import type { Warnings } from '../warnings.js'

/** What hosts with the same groups share: computed once for all of them. */
interface GroupSet {
  readonly groups: readonly string[]
  readonly layers: readonly Layer[]
  readonly vars: Readonly<Record<string, unknown>>
  readonly unreadable: FettleError | null
}

/**
 * Merges the layers of the tree, and of the variable files beside the inventories, into each host's
 * variables.
 */
export function merge(
  tree: InventoryTree,
  files: readonly VariableFiles[],
  extra: Layer,
  project: string,
  warnings: Warnings,
): Inventory {
  placeUngrouped(tree)
  placeBelowAll(tree)
  const depths = depthsOf(tree)
  const groupSets = new Map<string, GroupSet>()
  const hosts = new Map<string, InventoryHost>()
  for (const host of tree.hosts.values()) {
    const key = [...host.groups].join('\n')
    const groupSet = groupSets.get(key) ?? groupSetOf(tree, host, files, depths)
    groupSets.set(key, groupSet)
    hosts.set(host.name, mergedHost(host, groupSet, files, extra, project))
    if (tree.groups.has(host.name))
      warnings.add(`${host.name} names both a host and a group`, {
        file: 'the inventory',
        line: 0,
        column: 0,
      })
  }
  const groups = new Map<string, readonly string[]>()
  const graph = new Map<string, InventoryGroup>()
  for (const { name, children, hosts: own } of tree.groups.values()) {
    groups.set(name, membersOf(tree, name))
    graph.set(name, { children: [...children], hosts: [...own] })
  }
  const extraVars = new Map([...extra].map(([name, variable]) => [name, variable.place()]))
  return { hosts, groups, graph, extraVars, warnings: warnings.all }
}

/**
 * As in Ansible, `ungrouped` holds the hosts that are in no other group, wherever they are listed.
 */
function placeUngrouped(tree: InventoryTree): void {
  const ungrouped = tree.groups.get('ungrouped')
  for (const { name, groups } of tree.hosts.values()) {
    if (groups.size === 0) {
      groups.add('ungrouped')
      ungrouped?.hosts.add(name)
    }
    if (groups.size > 1 && groups.delete('ungrouped')) ungrouped?.hosts.delete(name)
  }
}

function placeBelowAll(tree: InventoryTree): void {
  const all = tree.groups.get('all')
  for (const { name, parents } of tree.groups.values())
    if (name !== 'all' && parents.size === 0) all?.children.add(name)
}

/**
 * A group's hosts in Ansible's order, by which patterns count: its own, then those of its children,
 * level by level.
 */
function membersOf(tree: InventoryTree, group: string): readonly string[] {
  const below = new Set([group])
  const hosts = new Set<string>()
  for (const name of below) {
    const found = tree.groups.get(name)
    for (const host of found?.hosts ?? []) hosts.add(host)
    for (const child of found?.children ?? []) below.add(child)
  }
  return [...hosts]
}

/** Every group of a host, direct or indirect. */
function groupsOf(tree: InventoryTree, host: HostNode): ReadonlySet<GroupNode> {
  const found = new Set<GroupNode>()
  const climb = (name: string): void => {
    const group = tree.groups.get(name)
    if (group === undefined || found.has(group)) return
    found.add(group)
    for (const parent of group.parents.keys()) climb(parent)
  }
  for (const group of ['all', ...host.groups]) climb(group)
  return found
}

function groupSetOf(
  tree: InventoryTree,
  host: HostNode,
  files: readonly VariableFiles[],
  depths: ReadonlyMap<string, number>,
): GroupSet {
  const depth = ({ name }: GroupNode): number => depths.get(name) ?? 0
  const byName = (a: GroupNode, b: GroupNode): number => (a.name < b.name ? -1 : 1)
  const groups = [...groupsOf(tree, host)].sort(
    (a, b) => depth(a) - depth(b) || a.priority - b.priority || byName(a, b),
  )
  const filesFor = (some: readonly GroupNode[]): readonly VariableFile[] =>
    files.flatMap((each) => some.flatMap(({ name }) => each.groups.get(name) ?? []))
  const read = [...filesFor(groups.slice(0, 1)), ...filesFor(groups.slice(1))]
  const layers = [...groups.map(({ vars }) => vars), ...read.map(({ layer }) => layer)]
  return {
    groups: groups.map(({ name }) => name),
    layers,
    vars: varsOf(layers, null),
    unreadable: problemIn(read),
  }
}

function varsOf(
  layers: readonly Layer[],
  base: Readonly<Record<string, unknown>> | null,
): Readonly<Record<string, unknown>> {
  const vars = Object.assign(Object.create(null) as Record<string, unknown>, base)
  for (const layer of layers) {
    for (const [name, { value }] of layer) vars[name] = value
  }
  return vars
}

const problemIn = (files: readonly VariableFile[]): FettleError | null =>
  files.find(({ problem }) => problem !== null)?.problem ?? null

function mergedHost(
  { name, namedAt, vars: own }: HostNode,
  groupSet: GroupSet,
  files: readonly VariableFiles[],
  extra: Layer,
  project: string,
): InventoryHost {
  const read = files.flatMap(({ hosts }) => hosts.get(name) ?? [])
  const layers = [own, ...read.map(({ layer }) => layer), extra]
  const vars = Object.freeze(varsOf(layers, groupSet.vars))
  const set = (variable: string): Variable | undefined => {
    const holds = (layer: Layer): boolean => layer.has(variable)
    const layer = layers.findLast(holds) ?? groupSet.layers.findLast(holds)
    return layer?.get(variable)
  }
  let connection: Connection | null = null
  return {
    name,
    groups: groupSet.groups,
    vars,
    get namedAt() {
      return namedAt()
    },
    unreadable: groupSet.unreadable ?? problemIn(read),
    place: (variable, path) => set(variable)?.place(path) ?? null,
    isUnsafe: (variable, path) => set(variable)?.isUnsafe?.(path) ?? false,
    get connection() {
      return (connection ??= connectionOf(this, project))
    },
  }
}
