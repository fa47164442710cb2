import { FettleError } from '../../core/errors.js'
import { hideDotenv } from '../../inventory/environment/environment.js'
import type { Inventory } from '../../inventory/inventory.js'
import { loadInventory as load, type InventoryOptions } from '../../inventory/load.js'
import { withCode, type CodeErrors } from './load-code.js'
import type { OwnModules } from './public-names.js'

/**
 * Loads the inventory of `-i` and `-e`. A TypeScript inventory is loaded as task files are, and its
 * function is called. From here on the values of `.env` are masked in all output: every command
 * about hosts starts with this.
 */
export function loadInventory(
  given: Omit<InventoryOptions, 'runCode'>,
  copy?: () => Promise<OwnModules>,
): Promise<Inventory> {
  const { project } = given
  hideDotenv(project)
  const errors: CodeErrors = {
    code: 'inventory-invalid',
    remedy: 'correct the inventory at that place',
  }
  return load({ ...given, runCode: (file) => withCode(file, project, errors, inventoryOf, copy) })
}

function inventoryOf(exported: unknown, shown: string): unknown {
  if (exported === undefined || exported === null)
    throw new FettleError('inventory-invalid', {
      address: shown,
      message: `${shown} does not export an inventory as its default`,
      remedy:
        'export default { web: { hosts: { web1: {} } } }, or a function that returns such an object',
    })
  return typeof exported === 'function' ? (exported as () => unknown)() : exported
}
