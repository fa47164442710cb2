import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { FettleError } from '../core/errors.js'
import { nearest } from '../core/nearest.js'
import { readVariables, type Layer } from './layer.js'
import { systemCode } from './system-code.js'
import type { Warnings } from './warnings.js'
import { YamlFile } from './yaml-file.js'

/** A path as messages show it: relative to the project where it lies in it. */
export function shownPath(project: string, path: string): string {
  const inside = relative(project, path)
  return inside.startsWith('..') || inside === '' ? path : inside
}

/** @throws FettleError `inventory-missing` or `inventory-invalid` */
export async function readYaml(project: string, path: string): Promise<YamlFile> {
  const shown = shownPath(project, path)
  const text = await readText(path, shown)
  return new YamlFile(shown, text)
}

function unreadable(shown: string, cause: unknown): FettleError {
  return new FettleError('inventory-missing', { address: shown, message: `${shown}: cannot be read (${systemCode(cause) ?? String(cause)})`, cause })
}

/** Far above what YamlFile takes; it keeps a wrong path such as a disk image out of memory. */
const largest = 50_000_000

async function readText(path: string, shown: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > largest) throw new FettleError('inventory-invalid', { address: shown, message: `${shown}: is larger than ${String(largest / 1_000_000)} MB` })
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (cause) {
    if (cause instanceof FettleError) throw cause
    if (systemCode(cause) === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new FettleError('inventory-invalid', { address: shown, message: `${shown}: is not UTF-8 text`, remedy: 'save the file as UTF-8', cause })
    throw unreadable(shown, cause)
  }
}

/**
 * Reads `group_vars/<name>.yml` or `host_vars/<name>.yml` over the layers of those names. As in Ansible, `.yaml`, `.json`,
 * no ending, and a folder `<name>/` whose files are read by name will do. Names are looked up in the listing, never joined to a path.
 */
export async function readVariableFiles(project: string, directory: string, layers: ReadonlyMap<string, { readonly vars: Layer }>, warnings: Warnings): Promise<void> {
  for (const { name, path, isYaml } of await listed(project, directory)) {
    const layer = layers.get(name)?.vars
    if (layer !== undefined) {
      for (const file of await filesOf(project, path)) {
        const yaml = await readYaml(project, file)
        readVariables(layer, yaml, yaml.root, 'a file of variables', warnings)
      }
    } else if (isYaml) {
      const guess = nearest(name, [...layers.keys()])
      warnings.add(`is not used: the inventory has no ${name}${guess === undefined ? '' : `; did you mean ${guess}?`}`, { file: shownPath(project, path), line: 0, column: 0 })
    }
  }
}

interface Listed {
  readonly name: string
  readonly path: string
  readonly isYaml: boolean
}

async function listed(project: string, directory: string): Promise<readonly Listed[]> {
  const files = (await namesIn(project, directory)).filter((file) => !file.startsWith('.') && !file.endsWith('~'))
  return files.map((file) => {
    const name = file.replace(/\.(ya?ml|json)$/, '')
    return { name, path: join(directory, file), isYaml: name !== file }
  })
}

async function filesOf(project: string, path: string): Promise<readonly string[]> {
  // What cannot be looked at is left for reading it to say why.
  const info = await stat(path).catch(() => null)
  if (info?.isDirectory() !== true) return [path]
  const inner = (await listed(project, path)).filter(({ name, isYaml }) => isYaml || !name.includes('.'))
  return (await Promise.all(inner.map((entry) => filesOf(project, entry.path)))).flat()
}

async function namesIn(project: string, directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return []
    throw unreadable(shownPath(project, directory), cause)
  }
}
