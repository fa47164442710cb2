import { lines, shellFunctions, type Sh } from '../../core/sh.js'
import asOwnerText from './as-owner.sh.js'
import asUserText from './as-user.sh.js'

/**
 * `fettle_as USER COMMAND…`. Programs that refuse other people's files (git) or execute what lies
 * in them (git's hooks, Python's packages) are always run as the owner of those files.
 */
export const asUser: Sh = shellFunctions(asUserText)

/** `fettle_as_owner OWNER DIRECTORY COMMAND…`. */
export const asOwner: Sh = lines([asUser, shellFunctions(asOwnerText)])

/** The owner of a file. `name` is `UNKNOWN` where the number has no name. */
export interface Owner {
  readonly name: string
  readonly id: string
}

/** Parses the output of `stat -c '%U %u'`. */
export function ownerOf(said: string): Owner | undefined {
  const [, name, id] = /^(.+) (\d+)$/.exec(said) ?? []
  return name === undefined || id === undefined ? undefined : { name, id }
}

export const isOwner = (owner: Owner, wanted: string): boolean =>
  owner.name === wanted || owner.id === wanted
