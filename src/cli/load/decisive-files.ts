import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FettleError } from '../../core/errors.js'
import type { DecisiveFiles } from '../../files/untrusted-paths.js'
import { inventoryFiles } from '../../inventory/read/inventory-files.js'
import { loadedCode } from './load-code.js'

/** A folder with everything in it; empty if it does not exist. */
function filesBelow(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return [folder, ...names.map((name) => join(folder, name))]
  } catch {
    return []
  }
}

/** The files of an inventory, and the variable files beside it. */
function inventoryPaths(project: string, source: string): readonly string[] {
  try {
    const { files, directory } = inventoryFiles(project, source)
    return [...files, ...variables(directory)]
  } catch (error) {
    // A list of hosts is not a file. Other errors were reported when it was loaded.
    if (error instanceof FettleError) return []
    throw error
  }
}

const variables = (directory: string): readonly string[] =>
  ['group_vars', 'host_vars'].flatMap((name) => filesBelow(join(directory, name)))

/**
 * Everything that decides what a run does: the inventory, the code that was loaded, templates, host
 * keys, the names of folders outside, and `.env`.
 */
export function decisiveFiles(directory: string, inventories: readonly string[]): DecisiveFiles {
  const project = resolve(directory)
  const sources = inventories.length === 0 ? ['inventory'] : inventories
  const there = (...names: readonly string[]): readonly string[] =>
    names.map((name) => join(project, name)).filter((path) => existsSync(path))
  return {
    paths: [
      ...sources.flatMap((source) => inventoryPaths(project, source)),
      ...variables(project),
      ...filesBelow(join(project, 'templates')),
      ...loadedCode(project),
      ...there('package.json', 'inventory/known_hosts'),
    ],
    secrets: there('.env'),
  }
}
