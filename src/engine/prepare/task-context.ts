import { z } from 'zod'
import { ExampleNames } from '../../core/names/example-names.js'
import type { HostFacts } from '../../core/host-facts.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { guardOf, withKnownNames, type Names } from '../../core/names/known-names.js'
import type { InventoryInfo, Play, TaskContext } from '../../core/play.js'
import { schemaNames } from '../../core/names/schema-names.js'
import { readVars, type Inventory, type InventoryHost } from '../../inventory/inventory.js'

const declareIt =
  'correct the name, or declare it in the schema of the play (vars), with .optional() where it may be missing; `in` tells whether a name is there'

/** The variable names that a play's tasks may read; null where the schema does not list them. */
export function namesOfVars({ name, vars }: Play): Names | null {
  if (vars !== null) return schemaNames([vars], 'vars', 'out', declareIt)
  return new ExampleNames(
    () => [],
    'vars',
    `the play ${JSON.stringify(name)} has no variables: declare them in a schema, vars: z.object({ … })`,
  )
}

/**
 * The inventory as tasks see it, created when first read. A name may be read if any host has it at
 * that place, or one of the plays declares it.
 */
export function inventoryInfo(inventory: Inventory, plays: readonly Play[]): () => InventoryInfo {
  let made: InventoryInfo | null = null
  const make = (): InventoryInfo => {
    const names = namesOfInventory(inventory, plays)
    return withReadErrors(inventory, withKnownNames(plainInfo(inventory), names))
  }
  return () => (made ??= make())
}

/** Makes reading the variables of a host throw where the inventory could not read them. */
function withReadErrors(inventory: Inventory, info: InventoryInfo): InventoryInfo {
  for (const shown of info.hosts) {
    const host = inventory.hosts.get(shown.name)
    if (host !== undefined && host.unreadable !== null)
      Object.defineProperty(shown, 'vars', { get: () => readVars(host), enumerable: true })
  }
  return info
}

const plainInfo = (inventory: Inventory): InventoryInfo => ({
  hosts: [...inventory.hosts.values()].map(({ name, groups, vars }) => ({ name, groups, vars })),
  groups: inventory.groups,
})

function namesOfInventory(inventory: Inventory, plays: readonly Play[]): Names {
  const schemas = plays.flatMap(({ vars }) => (vars === null ? [] : [vars]))
  const host = z.object({
    name: z.string(),
    groups: z.array(z.string()),
    vars: z.union([z.object({}), ...schemas]),
  })
  const declared = schemaNames(
    [z.object({ hosts: z.array(host), groups: z.map(z.string(), z.array(z.string())) })],
    'inventory',
    'in',
    '',
  )
  return new ExampleNames(
    () => [plainInfo(inventory)],
    'inventory',
    'correct the name, or set it in the inventory; `in` tells whether a name is there',
    declared,
  )
}

const correctIt = 'correct the name'
const hostNames = new ExampleNames(() => [{ name: '', groups: [] }], 'host', correctIt)
/** One task may be used in several plays, and test whether it was given facts. */
const contextNames = new ExampleNames(
  () => [{ host: null, vars: null, inventory: null, facts: null }],
  "the task's context",
  correctIt,
)

function readableFacts(facts: HostFacts | undefined): HostFacts | undefined {
  if (facts === undefined) return undefined
  return withKnownNames(facts, new ExampleNames(() => [facts], 'facts', correctIt))
}

/** The argument of a task's function for one host. */
export function taskContext(
  { name, groups }: InventoryHost,
  vars: unknown,
  inventory: () => InventoryInfo,
  facts?: HostFacts,
): TaskContext<unknown> {
  const context = {
    host: withKnownNames({ name, groups }, hostNames),
    vars,
    get inventory() {
      return inventory()
    },
    ...omitUndefined({ facts: readableFacts(facts) }),
  }
  return Object.setPrototypeOf(context, guardOf(contextNames, context)) as typeof context
}
