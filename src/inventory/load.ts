import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { FettleError } from '../core/errors.js'
import { warnOfAnsibleCfg } from './read/ansible-cfg.js'
import { DataFile } from './read/data-file.js'
import { readExtraVars } from './merge/extra-vars.js'
import { readGroups } from './read/group-reader.js'
import { readIni } from './read/ini-file.js'
import { isYaml } from './read/inventory-form.js'
import { inventoryFiles, isCode } from './read/inventory-files.js'
import type { Inventory } from './inventory.js'
import { merge } from './merge/merge.js'
import { readText, shownPath } from './read/text-file.js'
import { newTree, type InventoryTree } from './merge/inventory-tree.js'
import { readVariableFiles } from './read/variable-files.js'
import { Warnings } from './warnings.js'
import { YamlFile } from './read/yaml-file.js'

export interface InventoryOptions {
  /**
   * The values of `-i`, in order: files, directories, or lists of hosts with a comma (`web1,web2`,
   * `web1,`). Empty: the project's `inventory/`.
   */
  readonly sources: readonly string[]
  /** The project's directory; relative paths start here. */
  readonly project: string
  /** The values of `-e`, in order. */
  readonly extraVars: readonly string[]
  /**
   * Runs a TypeScript or JavaScript inventory and returns what it exports, or what its exported
   * function returns. Left out: such an inventory is refused.
   */
  readonly runCode?: (file: string) => Promise<unknown>
}

/**
 * Loads hosts, groups and variables, with Ansible's precedence, the later winning: `vars` of all,
 * `vars` of groups (child over parent, then `ansible_group_priority`, then the later name),
 * `group_vars/all`, `group_vars` of groups, a host's own, `host_vars`, `-e`.
 * Several inventories are merged, the later winning. `group_vars/` and `host_vars/` are read beside
 * each inventory and in the project's directory; the project's win, as those beside a playbook do
 * in Ansible.
 * @throws FettleError `inventory-missing`, `inventory-invalid`, or `usage` for an `-e` that cannot
 *   be parsed
 */
export async function loadInventory({
  sources,
  project,
  extraVars,
  runCode,
}: InventoryOptions): Promise<Inventory> {
  const root = resolve(project)
  const tree = newTree()
  const warnings = new Warnings()
  warnOfAnsibleCfg(root, sources, warnings)
  // A directory that occurs more than once is read once, at its last place, where it has
  // precedence.
  const directories = new Set<string>()
  const addDirectory = (directory: string): void => {
    directories.delete(directory)
    directories.add(directory)
  }
  for (const source of sources.length === 0 ? ['inventory'] : sources) {
    if (source.includes(',') && !existsSync(resolve(root, source))) {
      readHostList(tree, source)
      continue
    }
    const { files, directory } = inventoryFiles(root, source)
    for (const file of files)
      await readInventory(tree, root, file, runCode, warnings, files.length > 1)
    addDirectory(directory)
  }
  addDirectory(root)
  const variableFiles = [...directories].map((directory) =>
    readVariableFiles(root, directory, tree, warnings),
  )
  const extra = readExtraVars(extraVars, root, warnings)
  return merge(tree, variableFiles, extra, root, warnings)
}

async function readInventory(
  tree: InventoryTree,
  project: string,
  path: string,
  runCode: InventoryOptions['runCode'],
  warnings: Warnings,
  isOneOfMany: boolean,
): Promise<void> {
  const shown = shownPath(project, path)
  if (isCode(path)) {
    if (runCode === undefined)
      throw new FettleError('inventory-invalid', {
        address: shown,
        message: `${shown}: code cannot be run here`,
        remedy: 'give an inventory in YAML or INI',
      })
    const data = new DataFile(shown, await runCode(path))
    return readGroups(tree, data, data.root, warnings)
  }
  const text = readText(path, shown)
  refuseOtherForms(path, shown, text)
  if (!isYaml(path, text)) return readIni(tree, shown, text, warnings)
  const yaml = new YamlFile(shown, text, warnings)
  return readGroups(tree, yaml, yaml.root, warnings, isOneOfMany)
}

function refuseOtherForms(path: string, shown: string, text: string): void {
  const refused = (what: string): FettleError =>
    new FettleError('inventory-invalid', {
      address: shown,
      message: `${shown}: ${what}`,
      remedy: `ansible-inventory -i ${shown} --list -y prints any of Ansible's inventories as YAML; or write a .ts inventory that exports a function`,
    })
  if (text.startsWith('#!'))
    throw refused('is a program, which Fettle does not run as an inventory')
  if (extname(path) === '.toml') throw refused('TOML is no form of inventory that Fettle reads')
}

/** Adds hosts named on the command line, as in Ansible's `-i web1,web2`. */
function readHostList(tree: InventoryTree, list: string): void {
  const words = list.split(',').map((part) => part.trim())
  for (const word of words.filter((part) => part !== '')) {
    const named = new DataFile('-i', { ungrouped: { hosts: { [word]: null } } })
    readGroups(tree, named, named.root, new Warnings())
  }
}
