import { listed } from '../../core/listed.js'
import type { InventoryHost } from '../inventory.js'

/** Names in a sentence before it is cut. */
const maxShownNames = 6

/**
 * Groups of hosts that the inventory reaches at one address and port by the same route: names of
 * one machine.
 */
export function twinsAmong(hosts: readonly InventoryHost[]): readonly (readonly InventoryHost[])[] {
  const byAddress = new Map<string, readonly InventoryHost[]>()
  for (const host of hosts) {
    const key = JSON.stringify(addressOf(host))
    const before = byAddress.get(key) ?? []
    byAddress.set(key, [...before, host])
  }
  return [...byAddress.values()].filter((names) => names.length > 1)
}

function addressOf({ connection }: InventoryHost): unknown {
  const { local, host, port, commonArguments } = connection
  if (local) return 'local'
  return [host.toLowerCase(), port ?? null, commonArguments ?? []]
}

/** The warning about hosts that are one machine. */
export function twinWarning(names: readonly string[], address: string | null): string {
  const shown = listed(names, maxShownNames)
  const at = address === null ? '' : ` (${address})`
  return `${shown} are one machine${at}: apply takes them one after the other, and what their tasks set differently changes back and forth with every run`
}

/** The same for hosts that the inventory shows to be one. */
export function evidentTwinWarning(twins: readonly InventoryHost[]): string {
  const names = twins.map(({ name }) => name)
  const { local, host, port } = twins[0]?.connection ?? { local: true, host: '' }
  if (local) return twinWarning(names, 'this one')
  return twinWarning(names, port === undefined ? host : `${host}, port ${String(port)}`)
}
