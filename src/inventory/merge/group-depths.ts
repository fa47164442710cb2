import { FettleError } from '../../core/errors.js'
import { showPlace, type SourcePlace } from '../inventory.js'
import type { InventoryTree } from './inventory-tree.js'

const maxDepth = 64

/**
 * The depth of each group below `all`, by the longest path: a child is deeper than each of its
 * parents.
 * @throws FettleError `inventory-invalid` for a group that is below itself, or below `ungrouped`
 */
export function depthsOf(tree: InventoryTree): ReadonlyMap<string, number> {
  const depths = new Map([['all', 0]])
  const depthOf = (name: string, below: readonly string[]): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const path = [...below, name]
    const parents = [...(tree.groups.get(name)?.parents ?? [])]
    const above = parents.map(([parent, place]) => {
      checkParent(name, parent, path, place)
      return depthOf(parent, path)
    })
    const depth = 1 + Math.max(0, ...above)
    if (depth > maxDepth)
      throw new FettleError('inventory-invalid', {
        address: name,
        message: `group ${name} is more than ${String(maxDepth)} levels below all`,
      })
    depths.set(name, depth)
    return depth
  }
  for (const name of tree.groups.keys()) depthOf(name, [])
  return depths
}

/** @param path the path of groups from the start of the search to `name` */
function checkParent(
  name: string,
  parent: string,
  path: readonly string[],
  place: SourcePlace,
): void {
  // Ansible accepts this, and gives such hosts only some of its variables.
  if (parent === 'ungrouped')
    throw invalid(
      place,
      `${name} cannot be a child of ungrouped, which holds the hosts that are in no other group`,
    )
  if (path.includes(parent)) {
    const between = path.slice(path.indexOf(parent) + 1).reverse()
    const circle = [parent, ...between, parent].join(' > ')
    throw invalid(place, `group ${parent} is below itself: ${circle}`)
  }
  if (path.length > maxDepth)
    throw invalid(place, `groups are nested more than ${String(maxDepth)} levels deep`)
}

function invalid(place: SourcePlace, message: string): FettleError {
  return new FettleError('inventory-invalid', {
    address: showPlace(place),
    message: `${showPlace(place)}: ${message}`,
  })
}
