import { FettleError } from '../../core/errors.js'
import { suggestion } from '../../core/names/nearest.js'
import { scrub } from '../../core/scrub/scrub.js'
import type { Inventory, InventoryHost } from '../../inventory/inventory.js'
import { readLimit } from '../../inventory/select/limit.js'
import { selectHosts } from '../../inventory/select/pattern.js'
import { oneLine } from '../../views/text/clean.js'
import type { HostFlags, OutputFlags } from '../input/flags.js'
import {
  graphText,
  hostText,
  listText,
  placesText,
  type Chosen,
} from '../output/inventory-texts.js'
import { loadInventory } from '../load/load-inventory.js'
import { exitCodeOf, printErrorEvent } from '../output/output.js'
import type { ProcessContext } from '../input/process-context.js'

/** The flags of `inventory`. */
export interface InventoryFlags extends HostFlags, Pick<OutputFlags, 'verbose'> {
  readonly graph?: boolean
  readonly list?: boolean
  readonly host?: string
}

/**
 * `fettle inventory`: prints the inventory as `ansible-inventory` does, without connecting to
 * anything. Warnings and errors go to standard error.
 * @returns 0, or 3 for an inventory that cannot be read and for a name that is not in it
 */
export async function inventoryCommand(flags: InventoryFlags, io: ProcessContext): Promise<number> {
  try {
    const inventory = await loadInventory({
      sources: flags.inventory,
      project: io.cwd,
      extraVars: flags.extraVars,
    })
    for (const warning of inventory.warnings) io.stderr.write(`note: ${oneLine(scrub(warning))}\n`)
    io.stdout.write(textOf(inventory, flags, io.cwd))
    return 0
  } catch (error) {
    await printErrorEvent(
      error,
      { ...io, stdout: io.stderr },
      { color: true, verbose: flags.verbose },
    )
    return exitCodeOf(error)
  }
}

function textOf(
  inventory: Inventory,
  { limit, graph, list, host, verbose }: InventoryFlags,
  directory: string,
): string {
  const given = [graph, list, host].filter((each) => each !== undefined)
  if (given.length > 1)
    throw new FettleError('usage', {
      message: '--graph, --list and --host exclude each other',
      remedy: 'give one of the three',
    })
  if (host !== undefined) {
    const found = hostOf(inventory, host)
    return verbose > 0 ? placesText(found) : hostText(found)
  }
  const chosen = chosenBy(limit, inventory, directory)
  return list === true ? listText(inventory, chosen) : graphText(inventory, chosen)
}

function chosenBy(limit: string | undefined, inventory: Inventory, directory: string): Chosen {
  if (limit === undefined) return null
  const hosts = selectHosts(inventory, readLimit(limit, directory))
  return new Set(hosts.map(({ name }) => name))
}

function hostOf({ hosts }: Inventory, name: string): InventoryHost {
  const host = hosts.get(name)
  if (host !== undefined) return host
  throw new FettleError('pattern-no-match', {
    message: `the inventory has no host ${name}${suggestion(name, [...hosts.keys()])}`,
    remedy: 'see fettle inventory --graph',
  })
}
