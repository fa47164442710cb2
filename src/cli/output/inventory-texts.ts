import { Secret } from '../../core/secret.js'
import { jsonText, WrittenNumber } from '../../core/written-number.js'
import {
  readVars,
  showPlace,
  type Inventory,
  type InventoryGroup,
  type InventoryHost,
} from '../../inventory/inventory.js'

/** The hosts to show, by name; null: all. */
export type Chosen = ReadonlySet<string> | null

/**
 * A group with its hosts and children that are shown. If hosts are chosen, groups without any of
 * them are left out.
 */
function shownGroup({ graph, groups }: Inventory, name: string, chosen: Chosen): InventoryGroup {
  const { children, hosts } = graph.get(name) ?? { children: [], hosts: [] }
  // As in Ansible, the hosts listed in `all` itself are shown below `ungrouped`.
  const own = name === 'all' ? [] : hosts
  if (chosen === null) return { children, hosts: own }
  return {
    children: children.filter((child) => groups.get(child)?.some((host) => chosen.has(host))),
    hosts: own.filter((host) => chosen.has(host)),
  }
}

/** The tree below a group, as `ansible-inventory --graph` prints it. */
export function graphText(inventory: Inventory, chosen: Chosen, group = 'all', depth = 0): string {
  const { children, hosts } = shownGroup(inventory, group, chosen)
  const groups = children.map((child) => graphText(inventory, chosen, child, depth + 1))
  const lines = hosts.map((host) => graphLine(host, depth + 1))
  return [graphLine(`@${group}:`, depth), ...groups, ...lines].join('')
}

const graphLine = (text: string, depth: number): string =>
  depth === 0 ? `${text}\n` : `${'  |'.repeat(depth)}--${text}\n`

/**
 * Groups, hosts and merged variables, as `ansible-inventory --list` prints them; passwords read
 * `[secret]`.
 */
export function listText(inventory: Inventory, chosen: Chosen): string {
  const listed: [string, unknown][] = []
  for (const name of inventory.graph.keys()) {
    const { children, hosts } = shownGroup(inventory, name, chosen)
    const filled = Object.entries({ children, hosts }).filter(([, names]) => names.length > 0)
    if (filled.length > 0) listed.push([name, Object.fromEntries(filled)])
  }
  const shown = [...inventory.hosts.values()]
    .filter(({ name }) => chosen?.has(name) ?? true)
    .map((host) => [host.name, readVars(host)] as const)
  const filled = shown.filter(([, vars]) => Object.keys(vars).length > 0)
  return printed(mapping([...listed, ['_meta', { hostvars: mapping(filled) }]]))
}

/** The merged variables of a host, as `ansible-inventory --host` prints them. */
export const hostText = (host: InventoryHost): string => printed(readVars(host))

/** The same as YAML, one variable a line, each followed by the place where it was set. */
export function placesText(host: InventoryHost): string {
  const names = Object.keys(readVars(host)).sort()
  return names.map((name) => placeLine(host, name)).join('')
}

function placeLine(host: InventoryHost, name: string): string {
  const place = host.place(name)
  const line = `${name}: ${jsonText(host.vars[name]) ?? ''}`
  return place === null ? `${line}\n` : `${line}  # ${showPlace(place)}\n`
}

/** An object without a prototype: a group may be called `__proto__`. */
function mapping(entries: readonly (readonly [string, unknown])[]): object {
  const made = Object.create(null) as Record<string, unknown>
  for (const [name, value] of entries) made[name] = value
  return made
}

const printed = (value: object): string => `${jsonText(sorted(value), 4) ?? ''}\n`

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Secret || value instanceof WrittenNumber) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return mapping(entries.map(([name, inner]) => [name, sorted(inner)]))
}
