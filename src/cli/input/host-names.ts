import { loadInventory } from '../load/load-inventory.js'

/**
 * The names of an inventory's groups and hosts; none while it cannot be read: who completes a word
 * wants no error.
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
