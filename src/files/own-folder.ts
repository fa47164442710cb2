import { chmodSync, existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { userName } from './accounts.js'
import { hasModes, thisUser } from './trust.js'
import { writeWhole } from './write-whole.js'

/** A folder that only this user can access. */
export interface OwnFolder {
  readonly path: string
  /** Whether others could put files into it until now. */
  readonly wasOpen: boolean
}

/** Why a folder cannot be used; null: it can. `shown` is its name in messages. */
function whyUnusable(path: string, found: Stats, shown: string): string | null {
  if (found.isSymbolicLink())
    return `${shown} is a symbolic link, which is not followed; remove it: rm ${shown}`
  const user = thisUser()
  if (user === null || found.uid === user || !hasModes(path)) return null
  const chown = `chown -R ${userName(user)} ${shown}`
  return `${shown} belongs to ${userName(found.uid)}; remove it, or make it yours: ${chown}`
}

/**
 * Creates a folder for this user alone (0700, whatever the umask), or restricts the existing one.
 */
function ensureClosed(path: string, shown: string): OwnFolder {
  const before = lstatSync(path, { throwIfNoEntry: false })
  if (before?.isSymbolicLink() !== true) mkdirSync(path, { recursive: true, mode: 0o700 })
  const found = lstatSync(path)
  const reason = whyUnusable(path, found, shown)
  if (reason !== null) throw new Error(reason)
  if ((found.mode & 0o777) !== 0o700 && hasModes(path)) chmodSync(path, 0o700)
  return { path, wasOpen: (found.mode & 0o022) !== 0 && hasModes(path) }
}

/**
 * Opens a project's `.fettle`, or a folder in it, which holds what belongs to the project but never
 * into a repository.
 * @throws Error with the remedy if it is a link, belongs to another user, or cannot be created
 */
export function ownFolder(project: string, name?: string): OwnFolder {
  const own = ensureClosed(join(project, '.fettle'), '.fettle')
  const ignored = join(own.path, '.gitignore')
  if (!existsSync(ignored)) writeWhole(ignored, '*\n')
  if (name === undefined) return own
  const inner = ensureClosed(join(own.path, name), `.fettle/${name}`)
  return { path: inner.path, wasOpen: own.wasOpen || inner.wasOpen }
}
