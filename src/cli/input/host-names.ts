import { loadInventory } from '../load/load-inventory.js'

/**
 * The names of an inventory's groups and hosts. Empty if it cannot be read: completion shows no
 * errors.
 */
export async function hostNames(
  sources: readonly string[],
  project: string,
): Promise<readonly string[]> {
  try {
    const { groups, hosts } = await loadInventory({ sources, project, extraVars: [] })
    return [...new Set([...groups.keys(), ...hosts.keys()])]
  } catch {
    return []
  }
}
