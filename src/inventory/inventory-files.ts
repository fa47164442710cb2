import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { FettleError } from '../core/errors.js'
import { shownPath, unreadable } from './text-file.js'

/** The files that one `-i` stands for. */
export interface InventoryFiles {
  readonly files: readonly string[]
  /** Where its `group_vars` and `host_vars` may be. */
  readonly directory: string
}

/** What Ansible does not take for an inventory in a directory. */
const ignored =
  /^\.|^(?:group_vars|host_vars|vars_plugins)$|(?:~|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry))$/
/** What a project of Fettle has there besides: a pattern for a new inventory, and host keys. */
const besides = /^example\.|^known_hosts/
const code = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

export const isCode = (file: string): boolean => code.includes(extname(file))

/**
 * A file is itself. A directory is all files in it, by name, and in directories below it, as with
 * Ansible; `example.*` and `known_hosts` are left out, and code is run only as `hosts.ts` or
 * `hosts.js`. A `hosts.ini`, which Ansible leaves out, is read where nothing else is.
 * @throws FettleError `inventory-missing`
 */
export function inventoryFiles(project: string, source: string): InventoryFiles {
  const path = resolve(project, source)
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined)
    throw missing(`there is no inventory ${shownPath(project, path)}`, project, path)
  if (!info.isDirectory()) return { files: [path], directory: dirname(path) }
  const found = filesIn(project, path)
  const files =
    found.length === 0 ? [join(path, 'hosts.ini')].filter((file) => existsSync(file)) : found
  if (files.length === 0)
    throw missing(`${shownPath(project, path)} holds no inventory`, project, path)
  return { files, directory: path }
}

function filesIn(project: string, directory: string): readonly string[] {
  return listed(project, directory)
    .filter(
      (name) =>
        !ignored.test(name) &&
        !besides.test(name) &&
        (!isCode(name) || basename(name, extname(name)) === 'hosts'),
    )
    .flatMap((name) => {
      const path = join(directory, name)
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
        ? filesIn(project, path)
        : [path]
    })
}

function listed(project: string, directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch (cause) {
    throw unreadable(shownPath(project, directory), cause)
  }
}

function missing(message: string, project: string, path: string): FettleError {
  const example = join(path, 'example.yml')
  const remedy = existsSync(example)
    ? `cp ${shownPath(project, example)} ${shownPath(project, join(path, 'hosts.yml'))}, and edit it; or name another inventory with -i`
    : 'create hosts.yml there, or name another inventory with -i'
  return new FettleError('inventory-missing', {
    address: shownPath(project, path),
    message,
    remedy,
  })
}
