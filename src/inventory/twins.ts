import type { InventoryHost } from './inventory.js'

/** Names in a sentence before it is cut. */
const shownNames = 6

/**
 * Hosts that the inventory reaches at one address and port, by the same way: names of one machine.
 */
export function twinsAmong(hosts: readonly InventoryHost[]): readonly (readonly InventoryHost[])[] {
  const byAddress = new Map<string, InventoryHost[]>()
  for (const host of hosts) {
    const { local, host: address, port, commonArguments } = host.connection
    const key = JSON.stringify(
      local ? 'local' : [address.toLowerCase(), port ?? null, commonArguments ?? []],
    )
    byAddress.set(key, [...(byAddress.get(key) ?? []), host])
  }
  return [...byAddress.values()].filter((names) => names.length > 1)
}

/** What a person should know of hosts that are one machine. */
export function twinWarning(names: readonly string[], address: string | null): string {
  const shown = [
    ...names.slice(0, shownNames),
    ...(names.length > shownNames ? [`${String(names.length - shownNames)} more`] : []),
  ]
  const at = address === null ? '' : ` (${address})`
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''} are one machine${at}: apply takes them one after the other, and what their tasks set differently changes back and forth with every run`
}

/** The same for hosts that the inventory shows to be one. */
export function evidentTwinWarning(twins: readonly InventoryHost[]): string {
  const { local, host, port } = twins[0]?.connection ?? { local: true, host: '' }
  return twinWarning(
    twins.map(({ name }) => name),
    local ? 'this one' : port === undefined ? host : `${host}, port ${String(port)}`,
  )
}
