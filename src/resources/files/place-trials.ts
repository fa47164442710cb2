import { split } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { modeText } from '../../core/mode.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Thing } from '../../core/thing.js'
import { trial, type Trial, type Verdict } from '../../core/trial.js'
import { placeFact, type Flag, type Place, type PlaceDirectory } from '../../facts/files/place.js'

/** What a change does at a path. */
export interface PlaceUse {
  readonly path: string
  /** The link that is followed to get to it. */
  readonly via?: string | undefined
  /**
   * - `make`: adds it to its directory, where there is nothing.
   * - `replace`: makes it beside its place, which it then takes, also where there is nothing.
   * - `remove`: takes it out of its directory.
   * - `adjust`: changes the mode, owner or group of what is there.
   */
  readonly does: 'make' | 'replace' | 'remove' | 'adjust'
  /** The uids of the owners of what is there. Default: there is nothing. */
  readonly uids?: readonly number[]
  /** The owner and the group that it is given. Default: none. */
  readonly owner?: string | number | undefined
  readonly group?: string | number | undefined
  /** The path of the last directory, where some are made in one another. Default: only the path. */
  readonly upTo?: string
  /** Everything in the directory at the path goes, or changes; see `PlaceKey.tree`. */
  readonly tree?: readonly string[]
}

/** A place whose directory was entered. */
interface Entered extends Place {
  readonly directory: PlaceDirectory
}

const isEntered = (place: Place): place is Entered => 'path' in place.directory

/** Types of file systems (statfs(2)) in which only the kernel makes and removes things. */
const kernelsOwn: readonly string[] = [
  '9fa0', // proc
  '62656572', // sysfs
  '64626720', // debugfs
  '74726163', // tracefs
  '73636673', // securityfs
  'f97cff8c', // selinuxfs
  '65735543', // fusectl
]

/** The longest path that the kernel takes, without the NUL at its end. */
const longestPath = 4095

const flagOf = (path: string, flag: Flag): Verdict =>
  flag === null
    ? null
    : {
        refused: `${path} is ${flag}`,
        remedy: `see lsattr(1); chattr -${flag === 'immutable' ? 'i' : 'a'} takes the flag away`,
      }

const readOnly = 'mount its file system so that it can be written to, or choose another path'
const becoming = 'use become, or let this user do it'

/** What is wrong with the directory for anything that adds to it, or takes from it. */
function directoryVerdict({ path, does }: PlaceUse, { actor, directory }: Entered): Verdict {
  if (does === 'adjust') return null
  const { path: within, isOpen, isReadOnly, flag, type } = directory
  if (!isOpen) {
    const refused = `${actor.name} may not write to ${within}`
    if (isReadOnly) return { refused, remedy: `it is read-only: ${readOnly}` }
    if (actor.uid !== 0) return { refused, remedy: becoming }
    return {
      refused,
      remedy: 'see whether it is immutable (lsattr), or its file system mounted read-only',
    }
  }
  if (kernelsOwn.includes(type))
    return {
      refused: `nothing can be made or removed in ${within}, which is the kernel's`,
      remedy: `choose another path than ${path}`,
    }
  // What is added may stay, which a rename and a removal change.
  return does === 'make' ? null : flagOf(within, flag)
}

/** The names that are made: of directories in one another more than one. */
const namesOf = ({ path, upTo = path }: PlaceUse): readonly string[] => [
  split(path).name,
  ...upTo.slice(path.length + 1).split('/'),
]

function lengthVerdict(use: PlaceUse, { directory }: Entered): Verdict {
  const { path, does, uids = [], upTo = path } = use
  if (does === 'adjust' || does === 'remove' || uids.length > 0) return null
  const { longestName } = directory
  const name = namesOf(use).find((each) => Buffer.byteLength(each) > longestName)
  if (name !== undefined)
    return {
      refused: `the name ${[...name].slice(0, 20).join('')}… is too long: its file system takes ${String(longestName)} bytes`,
      remedy: 'choose a shorter one',
    }
  if (Buffer.byteLength(upTo) <= longestPath) return null
  return {
    refused: `the path is longer than ${String(longestPath)} bytes`,
    remedy: 'choose a shorter one',
  }
}

/** What is wrong with what is there. */
function thingVerdict(use: PlaceUse, place: Entered): Verdict {
  const { path, does, uids = [] } = use
  const { actor, directory, flag, isMount } = place
  const isForeign = actor.uid !== 0 && uids.some((uid) => uid !== actor.uid)
  if (flag !== null) return flagOf(path, flag)
  if (does === 'adjust') {
    if (directory.isReadOnly && !isMount)
      return { refused: `${path} is on a file system that is read-only`, remedy: readOnly }
    if (!isForeign) return null
    const whose = use.tree === undefined ? 'which belongs' : 'in which something belongs'
    return {
      refused: `${actor.name} may not change ${path}, ${whose} to another user`,
      remedy: becoming,
    }
  }
  if (isMount)
    return { refused: `${path} is a mount point`, remedy: 'unmount it, or choose another path' }
  const isSticky = (directory.mode & 0o1000) !== 0 && directory.uid !== actor.uid
  if (!isForeign || !isSticky) return null
  return {
    refused: `${path} belongs to another user, and in ${directory.path} (${modeText(directory.mode)}) only they may remove it`,
    remedy: becoming,
  }
}

/** Whether the user may give the thing the owner and the group that it is to have. */
function accountVerdict(use: PlaceUse, { actor, directory }: Entered): Verdict {
  const { path, does, owner, group } = use
  if (actor.uid === 0) return null
  if (owner !== undefined && ![actor.name, String(actor.uid)].includes(String(owner)))
    return {
      refused: `${actor.name} may not give ${path} to ${String(owner)}: only root may`,
      remedy: 'use become, or leave out the owner',
    }
  // In a setgid directory what is new has its group.
  const inherited =
    does !== 'adjust' && (directory.mode & 0o2000) !== 0 ? [directory.gid, directory.group] : []
  const groups = [...actor.groups, ...inherited].map(String)
  if (group === undefined || groups.includes(String(group))) return null
  return {
    refused: `${actor.name} may not give ${path} the group ${String(group)}, and is not in it`,
    remedy: `use become, add ${actor.name} to the group, or leave it out`,
  }
}

/** What is wrong with something in the tree. */
function treeVerdict({ does }: PlaceUse, { actor, tree }: Entered): Verdict {
  if (tree === null) return null
  const { fixed, shut, mount } = tree
  if (fixed !== null)
    return { refused: `${fixed} is immutable or append-only`, remedy: 'see lsattr(1)' }
  if (does !== 'remove') return null
  if (mount !== null)
    return { refused: `${mount} is a mount point`, remedy: 'unmount it before this' }
  if (shut === null) return null
  return { refused: `${actor.name} may not write to ${shut}`, remedy: becoming }
}

/** Why the directory is not entered, in the words of the shell that a change enters it by. */
function entryVerdict({ path }: PlaceUse, { actor, directory }: Place): Verdict {
  if ('path' in directory) return null
  const { reason, remedy, words } = directory
  return {
    refused: reason ?? `${actor.name} may not enter ${split(path).directory}`,
    remedy: remedy ?? 'see the directories above it, and whom they belong to',
    ...omitUndefined({ detail: words === '' ? undefined : words }),
  }
}

type Judge = (use: PlaceUse, place: Entered) => Verdict

/** The first thing that is wrong with a place. */
const firstOf =
  (use: PlaceUse, judges: readonly Judge[]) =>
  (place: Place | null): Verdict => {
    if (place === null) return null
    if (!isEntered(place)) return entryVerdict(use, place)
    for (const judge of judges) {
      const verdict = judge(use, place)
      if (verdict !== null) return verdict
    }
    return null
  }

/**
 * Find out whether a path may be changed by the one who acts: one trial for its directory, and one
 * for what is there, which an earlier change may replace.
 */
export function placeTrials(use: PlaceUse): readonly Trial[] {
  const { path, via, tree, uids = [] } = use
  const wanted = request(placeFact, { path, ...omitUndefined({ via, tree }) })
  const needs: Thing[] = [`path:${split(path).directory}`]
  if (via !== undefined) needs.push(`path:${via}`)
  const ofDirectory = trial(
    wanted,
    firstOf(use, [directoryVerdict, lengthVerdict, accountVerdict]),
    {
      needs,
      whenUnsure: 'warn',
    },
  )
  if (uids.length === 0) return [ofDirectory]
  const ofThing = trial(wanted, firstOf(use, [thingVerdict, treeVerdict]), {
    needs: [...needs, tree === undefined ? `path:${path}` : `tree:${path}`],
    whenUnsure: 'warn',
  })
  return [ofDirectory, ofThing]
}
