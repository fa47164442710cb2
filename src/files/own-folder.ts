import { chmodSync, existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { userName } from './accounts.js'
import { hasModes, thisUser } from './trust.js'
import { writeWhole } from './write-whole.js'

/** A folder that is this user's alone. */
export interface OwnFolder {
  readonly path: string
  /** Others could put something into it until it was closed now. */
  readonly wasOpen: boolean
}

/** What keeps a folder from being used; null: nothing. `shown` is its name in messages. */
function hindrance(path: string, found: Stats, shown: string): string | null {
  if (found.isSymbolicLink())
    return `${shown} is a symbolic link, which is not followed; remove it: rm ${shown}`
  const user = thisUser()
  if (user === null || found.uid === user || !hasModes(path)) return null
  const chown = `chown -R ${userName(user)} ${shown}`
  return `${shown} belongs to ${userName(found.uid)}; remove it, or make it yours: ${chown}`
}

/**
 * Makes a folder for this user alone (0700, whatever the umask), or closes the one that is there.
 */
function closed(path: string, shown: string): OwnFolder {
  const before = lstatSync(path, { throwIfNoEntry: false })
  if (before?.isSymbolicLink() !== true) mkdirSync(path, { recursive: true, mode: 0o700 })
  const found = lstatSync(path)
  const hinders = hindrance(path, found, shown)
  if (hinders !== null) throw new Error(hinders)
  if ((found.mode & 0o777) !== 0o700 && hasModes(path)) chmodSync(path, 0o700)
  return { path, wasOpen: (found.mode & 0o022) !== 0 && hasModes(path) }
}

/**
 * `.fettle` of a project, where Fettle keeps what belongs to the project and never into a
 * repository, or a folder in it.
 * @throws Error with the remedy where it is a link, or somebody else's, or cannot be made
 */
export function ownFolder(project: string, name?: string): OwnFolder {
  const own = closed(join(project, '.fettle'), '.fettle')
  const ignored = join(own.path, '.gitignore')
  if (!existsSync(ignored)) writeWhole(ignored, '*\n')
  if (name === undefined) return own
  const inner = closed(join(own.path, name), `.fettle/${name}`)
  return { path: inner.path, wasOpen: own.wasOpen || inner.wasOpen }
}
