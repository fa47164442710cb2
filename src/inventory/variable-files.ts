import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { nearest } from '../core/nearest.js'
import { readVariables, priorityName, type Layer } from './layer.js'
import { systemCode } from './system-code.js'
import { readText, shownPath, unreadable } from './text-file.js'
import type { Warnings } from './warnings.js'
import { YamlFile } from './yaml-file.js'

/** @throws FettleError `inventory-missing` or `inventory-invalid` */
export async function readYaml(project: string, path: string): Promise<YamlFile> {
  const shown = shownPath(project, path)
  return new YamlFile(shown, await readText(path, shown))
}

/** What `group_vars/` and `host_vars/` of one directory set. */
export interface VariableFiles {
  readonly groups: ReadonlyMap<string, Layer>
  readonly hosts: ReadonlyMap<string, Layer>
}

/** Reads the files of variables in a directory for the groups and hosts of the inventory. */
export async function readVariableFiles(project: string, directory: string, names: { readonly groups: ReadonlyMap<string, unknown>; readonly hosts: ReadonlyMap<string, unknown> }, warnings: Warnings): Promise<VariableFiles> {
  const groups = await layersIn(project, join(directory, 'group_vars'), names.groups, warnings)
  const hosts = await layersIn(project, join(directory, 'host_vars'), names.hosts, warnings)
  for (const layer of groups.values()) {
    const priority = layer.get(priorityName)
    if (priority !== undefined) warnings.add(`${priorityName} counts only in the inventory itself, as in Ansible`, priority.place())
  }
  return { groups, hosts }
}

/** As Ansible looks for them: of these the first that is there, and no other. */
const endings = ['', '.yml', '.yaml', '.json']

/**
 * The layers of `group_vars/<name>` or `host_vars/<name>`: a folder of that name, whose files are read by name, or a file, with or without an ending.
 * Names are looked up in the listing, never joined to a path.
 */
async function layersIn(project: string, directory: string, known: ReadonlyMap<string, unknown>, warnings: Warnings): Promise<ReadonlyMap<string, Layer>> {
  const layers = new Map<string, Layer>()
  for (const [name, files] of byName(await listed(project, directory))) {
    const [file, second] = files
    const warn = (ending: string, message: string): void => warnings.add(message, { file: shownPath(project, join(directory, name + ending)), line: 0, column: 0 })
    if (file === undefined) continue
    if (known.has(name)) {
      layers.set(name, await layerOf(project, join(directory, name + file), warnings))
      if (second !== undefined) warn(second, `is not read, because ${name}${file} is there, as in Ansible`)
    } else if (file !== '') {
      const guess = nearest(name, [...known.keys()])
      warn(file, `is not used: the inventory has no ${name}${guess === undefined ? '' : `; did you mean ${guess}?`}`)
    }
  }
  return layers
}

/** The endings that each name is there with, in Ansible's order. */
function byName(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const ending of endings) {
    for (const file of files) {
      // `web.yml` may be the file of a group `web`, or the bare one of a group `web.yml`.
      if (!file.endsWith(ending) || file === ending) continue
      const name = file.slice(0, file.length - ending.length)
      const same = found.get(name)
      if (same === undefined) found.set(name, [ending])
      else same.push(ending)
    }
  }
  return found
}

async function layerOf(project: string, path: string, warnings: Warnings): Promise<Layer> {
  const layer: Layer = new Map()
  for (const file of await filesOf(project, path)) {
    const yaml = await readYaml(project, file)
    readVariables(layer, yaml, yaml.root, 'a file of variables', warnings)
  }
  return layer
}

/** A file, or those of a folder and of the folders below it whose names have no ending. */
async function filesOf(project: string, path: string): Promise<readonly string[]> {
  if (!(await isFolder(path))) return [path]
  const inner = (await listed(project, path)).filter((name) => endings.includes(extname(name))).map((name) => join(path, name))
  return (await Promise.all(inner.map(async (each) => (extname(each) !== '' && (await isFolder(each)) ? [] : filesOf(project, each))))).flat()
}

// What cannot be looked at is left for reading it to say why.
const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() === true

async function listed(project: string, directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => !name.startsWith('.') && !name.endsWith('~')).sort()
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return []
    throw unreadable(shownPath(project, directory), cause)
  }
}
