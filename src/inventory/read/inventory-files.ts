import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { FettleError } from '../../core/errors.js'
import { shownPath, unreadable } from './text-file.js'

/** The files that one `-i` stands for. */
export interface InventoryFiles {
  readonly files: readonly string[]
  /** The directory in which its `group_vars` and `host_vars` may be. */
  readonly directory: string
}

/** Files in a directory that Ansible does not read as an inventory. */
const ignored =
  /^\.|^(?:group_vars|host_vars|vars_plugins)$|(?:~|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry))$/
/** Further files that a Fettle project has there: an example inventory, and host keys. */
const ignoredByFettle = /^example\.|^known_hosts/
const code = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

export const isCode = (file: string): boolean => code.includes(extname(file))

/**
 * Lists the files of an inventory. A directory stands for all files in it and below it, by name, as
 * in Ansible; `example.*` and `known_hosts` are left out, and code is run only as `hosts.ts` or
 * `hosts.js`. A `hosts.ini`, which Ansible leaves out, is read if there is nothing else.
 * @throws FettleError `inventory-missing`
 */
export function inventoryFiles(project: string, source: string): InventoryFiles {
  const path = resolve(project, source)
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined)
    throw missing(`there is no inventory ${shownPath(project, path)}`, project, path)
  if (!info.isDirectory()) return { files: [path], directory: dirname(path) }
  const files = filesIn(project, path)
  if (files.length > 0) return { files, directory: path }
  const ini = join(path, 'hosts.ini')
  if (existsSync(ini)) return { files: [ini], directory: path }
  throw missing(`${shownPath(project, path)} holds no inventory`, project, path)
}

function filesIn(project: string, directory: string): readonly string[] {
  return entriesOf(project, directory)
    .filter(isTaken)
    .flatMap((name) => {
      const path = join(directory, name)
      const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
      return isFolder ? filesIn(project, path) : [path]
    })
}

function isTaken(name: string): boolean {
  if (ignored.test(name) || ignoredByFettle.test(name)) return false
  return !isCode(name) || basename(name, extname(name)) === 'hosts'
}

function entriesOf(project: string, directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch (cause) {
    throw unreadable(shownPath(project, directory), cause)
  }
}

function missing(message: string, project: string, path: string): FettleError {
  const example = join(path, 'example.yml')
  const copy = `cp ${shownPath(project, example)} ${shownPath(project, join(path, 'hosts.yml'))}`
  const first = existsSync(example) ? `${copy}, and edit it;` : 'create hosts.yml there,'
  return new FettleError('inventory-missing', {
    address: shownPath(project, path),
    message,
    remedy: `${first} or name another inventory with -i`,
  })
}
