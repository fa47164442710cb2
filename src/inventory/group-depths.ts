import { FettleError } from '../core/errors.js'
import { showPlace, type Place } from './inventory.js'
import type { Tree } from './tree.js'

const deepest = 64

/**
 * How far each group is from `all`, by its longest way: a child is deeper than each of its parents.
 * @throws FettleError `inventory-invalid` for a group that is below itself, or below `ungrouped`
 */
export function depthsOf(tree: Tree): ReadonlyMap<string, number> {
  const depths = new Map([['all', 0]])
  const visit = (name: string, below: readonly string[]): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const depth =
      1 +
      Math.max(
        0,
        ...[...(tree.groups.get(name)?.parents ?? [])].map(([parent, place]) => {
          const way = [...below, name]
          // Ansible takes it, and gives such hosts some of its variables and not others.
          if (parent === 'ungrouped')
            throw invalid(
              place,
              `${name} cannot be a child of ungrouped, which holds the hosts that are in no other group`,
            )
          if (way.includes(parent))
            throw invalid(
              place,
              `group ${parent} is below itself: ${[parent, ...way.slice(way.indexOf(parent) + 1).reverse(), parent].join(' > ')}`,
            )
          if (way.length > deepest)
            throw invalid(place, `groups are nested more than ${String(deepest)} levels deep`)
          return visit(parent, way)
        }),
      )
    if (depth > deepest)
      throw new FettleError('inventory-invalid', {
        address: name,
        message: `group ${name} is more than ${String(deepest)} levels below all`,
      })
    depths.set(name, depth)
    return depth
  }
  for (const name of tree.groups.keys()) visit(name, [])
  return depths
}

function invalid(place: Place, message: string): FettleError {
  return new FettleError('inventory-invalid', {
    address: showPlace(place),
    message: `${showPlace(place)}: ${message}`,
  })
}
