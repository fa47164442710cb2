import { existsSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { FettleError } from '../core/errors.js'
import { readExtraVars } from './extra-vars.js'
import type { Inventory } from './inventory.js'
import { merge } from './merge.js'
import { newTree, readHostList, readTree, type Tree } from './tree.js'
import { readVariableFiles, readYaml, shownPath } from './variable-files.js'
import { Warnings } from './warnings.js'

export interface InventoryOptions {
  /** What `-i` names, in order: files, directories, or lists of hosts with a comma (`web1,web2`, `web1,`). None: the project's `inventory/`. */
  readonly sources: readonly string[]
  /** The project's directory; relative paths start here. */
  readonly project: string
  /** What `-e` gave, in order. */
  readonly extraVars: readonly string[]
}

/**
 * Loads hosts, groups and variables.
 *
 * A directory stands for its `hosts.yml` (or `hosts.yaml`) alone, so that an `example.yml` or a `staging.yml` beside it is
 * read only when `-i` names it. `group_vars/` and `host_vars/` are read beside each inventory. Several inventories are one,
 * the later winning. Precedence: all < group (child over parent, the later name at equal depth) < host < `-e`, and for one
 * group or host its file in `group_vars/` or `host_vars/` over what the inventory itself says. (Ansible lets all of
 * `group_vars/` win over every group of the inventory file, so that there `group_vars/all.yml` beats a group.)
 * @throws FettleError `inventory-missing`, `inventory-invalid`, or `usage` for an `-e` that cannot be read
 */
export async function loadInventory({ sources, project, extraVars }: InventoryOptions): Promise<Inventory> {
  const root = resolve(project)
  const tree = newTree()
  const warnings = new Warnings()
  const directories = new Set<string>()
  for (const source of sources.length === 0 ? ['inventory'] : sources) {
    const directory = await readSource(tree, root, source, warnings)
    if (directory !== null) directories.add(directory)
  }
  for (const directory of directories) {
    await readVariableFiles(root, join(directory, 'group_vars'), tree.groups, warnings)
    await readVariableFiles(root, join(directory, 'host_vars'), tree.hosts, warnings)
  }
  const extra = await readExtraVars(extraVars, root, warnings)
  return merge(tree, extra, root, warnings)
}

/** Reads one `-i`; answers the directory that may hold its variables. */
async function readSource(tree: Tree, project: string, source: string, warnings: Warnings): Promise<string | null> {
  if (source.includes(',')) {
    readHostList(tree, source)
    return null
  }
  const file = inventoryFile(project, resolve(project, source))
  readTree(tree, await readYaml(project, file), warnings)
  return dirname(file)
}

function inventoryFile(project: string, path: string): string {
  const shown = shownPath(project, path)
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined) throw new FettleError('inventory-missing', { address: shown, message: `there is no inventory ${shown}`, remedy: remedyFor(path) })
  if (info.isDirectory()) return hostsFile(path, shown)
  if (!['.yml', '.yaml', '.json'].includes(extname(path))) {
    throw new FettleError('inventory-invalid', { address: shown, message: `${shown}: an inventory is YAML, in a file whose name ends in .yml, .yaml or .json`, remedy: `ansible-inventory -i ${shown} --list -y prints any of Ansible's inventories as YAML` })
  }
  return path
}

function hostsFile(directory: string, shown: string): string {
  const [file, second] = ['hosts.yml', 'hosts.yaml'].map((name) => join(directory, name)).filter((path) => existsSync(path))
  if (file === undefined) throw new FettleError('inventory-missing', { address: shown, message: `${shown} has no hosts.yml`, remedy: remedyFor(directory) })
  if (second !== undefined) throw new FettleError('inventory-invalid', { address: shown, message: `${shown} has both hosts.yml and hosts.yaml`, remedy: 'keep one of the two' })
  return file
}

function remedyFor(directory: string): string {
  if (existsSync(join(directory, 'example.yml'))) return `cp ${join(directory, 'example.yml')} ${join(directory, 'hosts.yml')}, and edit it; or name another inventory with -i`
  return existsSync(join(directory, 'hosts')) || existsSync(join(directory, 'hosts.ini')) ? `ansible-inventory -i ${directory} --list -y prints Ansible's inventory as YAML` : 'create hosts.yml there, or name another inventory with -i'
}
