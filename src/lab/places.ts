import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { FettleError } from '../core/errors.js'
import { changedBy } from '../files/trust.js'

/**
 * What may be thrown away but is dear to make again: images, packages, the lab's key. A cache
 * folder that is relative is none, as the XDG base directories say.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: given = '' } = process.env
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'fettle', 'lab')
}

/**
 * Makes a folder where there is none.
 * @throws FettleError `lab-unavailable` where others could put something there, or a link
 */
export function ensureOwn(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const found = lstatSync(folder)
  const who = found.isSymbolicLink() ? 'it is a symbolic link' : changedBy(folder, found)
  if (who === null) return
  throw new FettleError('lab-unavailable', {
    message: `${folder} cannot be used, because the lab acts as root on what lies there: ${who}`,
    remedy: `remove it, or close it: chown root: ${folder} && chmod go-w ${folder}`,
  })
}

/** The private key that logs in to every lab host of this user. */
export const keyFile = (): string => join(cacheFolder(), 'id_ed25519')

/**
 * One folder for each lab that is up, with the overlays of its hosts. Not below /run, which may be
 * memory.
 */
export const labsFolder = '/var/lib/fettle-lab'

export const labFolder = (id: string): string => join(labsFolder, id)

/** The keys of a lab's hosts. */
export const knownHostsFile = (id: string): string => join(labFolder(id), 'known_hosts')

/** Locks among all labs of this machine. */
export const lockFile = (name: string): string => `/run/lock/fettle-lab/${name}`

/**
 * Everything of a lab that the kernel knows carries one of these names, so what a crash left behind
 * is found without any record. Interface names have at most 15 characters.
 */
export const names = {
  bridge: (id: string) => `fettle-${id}`,
  port: (id: string, index: number) => `ftl-${id}-${index}`,
  namespace: (id: string, index: number) => `fettle-${id}-${index}`,
  cgroup: (id: string, index: number) => `fettle-${id}-${index}`,
  /** The id of the lab that something of this name belongs to, or `null`. */
  idOf: (name: string) => /^(?:fettle|ftl)-([0-9a-f]{6})(?:-\d+)?$/.exec(name)?.[1] ?? null,
}
