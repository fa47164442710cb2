import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { FettleError } from '../../core/errors.js'
import { suggestion } from '../../core/names/nearest.js'
import { readVariables, priorityName, type Layer } from '../merge/variable-layer.js'
import { systemCode } from './system-code.js'
import { readText, shownPath, unreadable } from './text-file.js'
import type { Warnings } from '../warnings.js'
import { YamlFile } from './yaml-file.js'

/** @throws FettleError `inventory-missing` or `inventory-invalid` */
export function readYaml(project: string, path: string, warnings: Warnings): YamlFile {
  const shown = shownPath(project, path)
  return new YamlFile(shown, readText(path, shown), warnings)
}

/** The variables that the file, or files, of one group or host set. */
export interface VariableFile {
  readonly layer: Layer
  /** Why one of them could not be read; it concerns only their hosts. Null: all were read. */
  readonly problem: FettleError | null
}

/** The variables that `group_vars/` and `host_vars/` of one directory set. */
export interface VariableFiles {
  readonly groups: ReadonlyMap<string, VariableFile>
  readonly hosts: ReadonlyMap<string, VariableFile>
}

/** Reads the variable files of a directory for the groups and hosts of the inventory. */
export function readVariableFiles(
  project: string,
  directory: string,
  names: {
    readonly groups: ReadonlyMap<string, unknown>
    readonly hosts: ReadonlyMap<string, unknown>
  },
  warnings: Warnings,
): VariableFiles {
  const groups = layersIn(project, join(directory, 'group_vars'), names.groups, warnings)
  const hosts = layersIn(project, join(directory, 'host_vars'), names.hosts, warnings)
  const message = `${priorityName} counts only in the inventory itself, as in Ansible`
  for (const { layer } of groups.values()) {
    const priority = layer.get(priorityName)
    if (priority !== undefined) warnings.add(message, priority.place())
  }
  return { groups, hosts }
}

/** The endings that Ansible tries, in its order. Only the first that exists is read. */
const endings = ['', '.yml', '.yaml', '.json']
const maxGuesses = 10

/**
 * The layers of `group_vars/<name>` or `host_vars/<name>`: a folder of that name, whose files are
 * read by name, or a file, with or without an ending. Names are looked up in the directory's
 * listing, never joined to a path.
 */
function layersIn(
  project: string,
  directory: string,
  known: ReadonlyMap<string, unknown>,
  warnings: Warnings,
): ReadonlyMap<string, VariableFile> {
  const layers = new Map<string, VariableFile>()
  const unused: [name: string, ending: string][] = []
  const warn = (file: string, message: string): void =>
    warnings.add(message, { file: shownPath(project, join(directory, file)), line: 0, column: 0 })
  for (const [name, [ending = '', second]] of byName(filesOfFolder(project, directory))) {
    if (!known.has(name)) {
      if (ending !== '') unused.push([name, ending])
      continue
    }
    layers.set(name, variableFile(project, join(directory, name + ending), warnings))
    if (second !== undefined)
      warn(name + second, `is not read, because ${name}${ending} is there, as in Ansible`)
  }
  // A large number of unused files belongs to another inventory, and is not a list of typing
  // errors.
  for (const [name, ending] of unused.slice(0, maxGuesses)) {
    const hint = unused.length > maxGuesses ? '' : suggestion(name, [...known.keys()])
    warn(name + ending, `is not used: the inventory has no ${name}${hint}`)
  }
  if (unused.length > maxGuesses)
    warn(
      '',
      `${String(unused.length - maxGuesses)} more files are not used: the inventory has nothing of their names`,
    )
  return layers
}

/** The endings with which each name exists, in Ansible's order. */
function byName(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const ending of endings) {
    for (const file of files) {
      // `web.yml` may be the file of a group `web`, or the file without an ending of a group
      // `web.yml`.
      if (!file.endsWith(ending) || file === ending) continue
      const name = file.slice(0, file.length - ending.length)
      const same = found.get(name)
      if (same === undefined) found.set(name, [ending])
      else same.push(ending)
    }
  }
  return found
}

function variableFile(project: string, path: string, warnings: Warnings): VariableFile {
  const layer: Layer = new Map()
  try {
    for (const file of filesOf(project, path)) {
      const yaml = readYaml(project, file, warnings)
      readVariables(layer, yaml, yaml.root, 'a file of variables', warnings)
    }
    return { layer, problem: null }
  } catch (error) {
    if (!(error instanceof FettleError)) throw error
    return { layer, problem: error }
  }
}

/** The file itself, or the files without an ending in a folder and the folders below it. */
function filesOf(project: string, path: string): readonly string[] {
  if (!isFolder(path)) return [path]
  const inner = filesOfFolder(project, path)
    .filter((name) => endings.includes(extname(name)))
    .map((name) => join(path, name))
  return inner.flatMap((each) =>
    extname(each) !== '' && isFolder(each) ? [] : filesOf(project, each),
  )
}

/** False for what cannot be examined: reading it gives the error. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function filesOfFolder(project: string, directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
      .sort()
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return []
    throw unreadable(shownPath(project, directory), cause)
  }
}
