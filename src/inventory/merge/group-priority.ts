import { FettleError } from '../../core/errors.js'
import { showPlace } from '../inventory.js'
import { priorityName } from './variable-layer.js'
import type { GroupNode } from './inventory-tree.js'

/**
 * As in Ansible, `ansible_group_priority` in the inventory itself sets the group's priority, and is
 * not a variable of its hosts.
 */
export function takePriority(group: GroupNode): void {
  const set = group.vars.get(priorityName)
  if (set === undefined) return
  if (!/^[-+]?\d+$/.test(String(set.value))) {
    const place = showPlace(set.place())
    throw new FettleError('inventory-invalid', {
      address: place,
      message: `${place}: ${priorityName} of group ${group.name} must be a whole number`,
    })
  }
  group.priority = Number(set.value)
  group.vars.delete(priorityName)
}
