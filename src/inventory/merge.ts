import { FettleError } from '../core/errors.js'
import { connectionOf } from './connection.js'
import { showPlace, type Inventory, type InventoryHost, type Place } from './inventory.js'
import type { Layer } from './layer.js'
import type { Host, Tree } from './tree.js'
import type { Warnings } from './warnings.js'

/** What hosts of the same groups have in common. */
interface Family {
  readonly groups: readonly string[]
  readonly layers: readonly Layer[]
  readonly vars: Readonly<Record<string, unknown>>
}

/** Merges a tree's layers into each host's variables. */
export function merge(tree: Tree, extra: Layer, project: string, warnings: Warnings): Inventory {
  placeUngrouped(tree)
  const depths = depthsOf(tree)
  const families = new Map<string, Family>()
  const members = new Map<string, string[]>([...depths.keys()].map((group) => [group, []]))
  const hosts = new Map<string, InventoryHost>()
  for (const host of tree.hosts.values()) {
    const key = [...host.groups].join('\n')
    const family = families.get(key) ?? familyOf(tree, host, depths)
    families.set(key, family)
    for (const group of family.groups) members.get(group)?.push(host.name)
    hosts.set(host.name, mergedHost(host, family, extra, project))
    if (tree.groups.has(host.name)) warnings.add(`${host.name} names both a host and a group`, { file: 'the inventory', line: 0, column: 0 })
  }
  return { hosts, groups: members, extraVars: new Map([...extra].map(([name, variable]) => [name, variable.place()])), warnings: warnings.all }
}

/** As in Ansible, `ungrouped` holds the hosts that are in no other group, whoever put them there. */
function placeUngrouped(tree: Tree): void {
  for (const { groups } of tree.hosts.values()) {
    if (groups.size === 0) groups.add('ungrouped')
    if (groups.size > 1) groups.delete('ungrouped')
  }
}

const deepest = 64

function invalid(place: Place, message: string): FettleError {
  return new FettleError('inventory-invalid', { address: showPlace(place), message: `${showPlace(place)}: ${message}` })
}

/** How far each group is from `all`, by its longest way: a child is deeper than each of its parents. */
function depthsOf(tree: Tree): ReadonlyMap<string, number> {
  const depths = new Map([['all', 0]])
  const visit = (name: string, below: readonly string[]): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const depth = 1 + Math.max(0, ...[...(tree.groups.get(name)?.parents ?? [])].map(([parent, place]) => {
      const way = [...below, name]
      if (way.includes(parent)) throw invalid(place, `group ${parent} is below itself: ${[parent, ...way.slice(way.indexOf(parent) + 1).reverse(), parent].join(' > ')}`)
      if (way.length > deepest) throw invalid(place, `groups are nested more than ${String(deepest)} levels deep`)
      return visit(parent, way)
    }))
    if (depth > deepest) throw new FettleError('inventory-invalid', { address: name, message: `group ${name} is more than ${String(deepest)} levels below all` })
    depths.set(name, depth)
    return depth
  }
  for (const name of tree.groups.keys()) visit(name, [])
  return depths
}

function familyOf(tree: Tree, host: Host, depths: ReadonlyMap<string, number>): Family {
  const found = new Set(['all'])
  const climb = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    for (const parent of tree.groups.get(name)?.parents.keys() ?? []) climb(parent)
  }
  for (const group of host.groups) climb(group)
  const groups = [...found].sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || (a < b ? -1 : 1))
  const layers = groups.flatMap((group) => tree.groups.get(group)?.vars ?? [])
  return { groups, layers, vars: varsOf(layers, null) }
}

function varsOf(layers: readonly Layer[], base: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> {
  const vars = Object.assign(Object.create(null) as Record<string, unknown>, base)
  for (const layer of layers) for (const [name, { value }] of layer) vars[name] = value
  return vars
}

function mergedHost({ name, vars: own }: Host, family: Family, extra: Layer, project: string): InventoryHost {
  const vars = Object.freeze(varsOf([own, extra], family.vars))
  const place: InventoryHost['place'] = (variable, path) => {
    const set = extra.get(variable) ?? own.get(variable) ?? family.layers.findLast((layer) => layer.has(variable))?.get(variable)
    return set?.place(path) ?? null
  }
  return { name, groups: family.groups, vars, place, connection: connectionOf({ name, vars, place }, project) }
}
