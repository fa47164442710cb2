import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { FettleError } from '../core/errors.js'
import { whoMayChange } from '../files/trust.js'

/**
 * The cache folder, for what may be deleted but is slow to recreate: images, packages, the lab's
 * key. A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification says.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: given = '' } = process.env
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'fettle', 'lab')
}

/**
 * Creates a folder if it does not exist.
 * @throws FettleError `lab-unavailable` for a link, or if others may write to it
 */
export function ensureOwn(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const found = lstatSync(folder)
  const who = found.isSymbolicLink() ? 'it is a symbolic link' : whoMayChange(folder, found)
  if (who === null) return
  throw new FettleError('lab-unavailable', {
    message: `${folder} cannot be used, because the lab acts as root on what lies there: ${who}`,
    remedy: `remove it, or close it: chown root: ${folder} && chmod go-w ${folder}`,
  })
}

/** The private key for the hosts of all labs of this user. */
export const keyFile = (): string => join(cacheFolder(), 'id_ed25519')

/**
 * The folder with one folder for each running lab, which has the overlays of its hosts. Not below
 * /run, which may be in memory.
 */
export const labsFolder = '/var/lib/fettle-lab'

export const labFolder = (id: string): string => join(labsFolder, id)

/** The keys of a lab's hosts. */
export const knownHostsFile = (id: string): string => join(labFolder(id), 'known_hosts')

/** A lock file that all labs of this machine share. */
export const lockFile = (name: string): string => `/run/lock/fettle-lab/${name}`

/**
 * The names of everything of a lab that the kernel knows, by which leftovers of a crash are found
 * without any record. Interface names have at most 15 characters.
 */
export const names = {
  bridge: (id: string) => `fettle-${id}`,
  port: (id: string, index: number) => `ftl-${id}-${index}`,
  namespace: (id: string, index: number) => `fettle-${id}-${index}`,
  cgroup: (id: string, index: number) => `fettle-${id}-${index}`,
  /** The id of the lab that has created something of this name, or `null`. */
  idOf: (name: string) => /^(?:fettle|ftl)-([0-9a-f]{6})(?:-\d+)?$/.exec(name)?.[1] ?? null,
}
