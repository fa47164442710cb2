import { explanationIn, type Explanation } from '../../core/refuse.js'
import { isWithin, mountOf, mountsIn, type Mount } from './mounts.js'

/** What stands in the way of a change at a path. */
export interface Place {
  readonly actor: Actor
  /** The directory; or why it is not entered, in the words of the shell. */
  readonly directory: PlaceDirectory | Explanation
  readonly flag: Flag
  /** Whether a file system, a file or a directory is mounted there. */
  readonly isMount: boolean
  /** What cannot be changed in the tree that was asked about; null without one. */
  readonly tree: PlaceTree | null
}

/** Who acts. */
export interface Actor {
  readonly uid: number
  readonly name: string
  /** Names and ids. */
  readonly groups: readonly (string | number)[]
}

/** The directory of a path. */
export interface PlaceDirectory {
  /** Without links. */
  readonly path: string
  /** Whether the user may write to it. */
  readonly isOpen: boolean
  readonly uid: number
  readonly gid: number
  readonly group: string
  readonly mode: number
  readonly flag: Flag
  /** The type of the file system (statfs(2)), in hex. */
  readonly type: string
  readonly isReadOnly: boolean
  /** How many bytes a name may have. */
  readonly longestName: number
}

/** What forbids changes, as chattr(1) sets it: what is append-only can only grow. */
export type Flag = 'immutable' | 'append-only' | null

/** Paths in a tree: the first one of each kind, or null. */
export interface PlaceTree {
  /** Immutable or append-only. */
  readonly fixed: string | null
  /** A directory that is closed to the user and has anything in it. Only asked where all is to go. */
  readonly shut: string | null
  /** The place of a mount. */
  readonly mount: string | null
}

/** What was asked about a path: its name, the number of its directory, and whether about a tree. */
export interface AskedPlace {
  readonly name: string
  readonly way: number
  readonly hasTree: boolean
}

/** Parses the output of id(1). */
function actorIn(line: string): Actor | undefined {
  const [, uid, name, gid, groups = ''] =
    /^uid=(\d+)(?:\(([^)]*)\))? gid=(\d+)(?:\([^)]*\))?(?: groups=(.*?))?(?: context=.*)?$/.exec(
      line,
    ) ?? []
  if (uid === undefined || gid === undefined) return undefined
  const all = [...groups.matchAll(/(\d+)(?:\(([^)]*)\))?/g)].flatMap(([, id, group]) =>
    group === undefined ? [Number(id)] : [Number(id), group],
  )
  return { uid: Number(uid), name: name ?? uid, groups: [Number(gid), ...all] }
}

/** A directory that was entered. */
interface Entered {
  readonly path: string
  readonly isOpen: boolean
}

/** Where the way into a directory has led; null where there is none. */
type Way = Entered | { readonly refused: string } | null

const isEntered = (way: Way | undefined): way is Entered => way != null && 'path' in way

function wayIn(text: string): Way | undefined {
  const [, word, rest = ''] = /^(open|closed|refused|none)(?: (.*))?$/s.exec(text) ?? []
  if (word === undefined) return undefined
  if (word === 'none') return null
  return word === 'refused' ? { refused: rest } : { path: rest, isOpen: word === 'open' }
}

/**
 * The flags of things, in the order in which lsattr(1) was asked about them. It says nothing of
 * those that have none, such as links. Undefined where there is more than that.
 */
function flagsIn(text: string, paths: readonly string[]): ReadonlyMap<string, Flag> | undefined {
  const found = new Map<string, Flag>()
  let rest = text
  for (const path of paths) {
    const [, flags = ''] = /^([-A-Za-z]+) /.exec(rest) ?? []
    if (flags === '' || !rest.startsWith(`${flags} ${path}\n`)) continue
    rest = rest.slice(flags.length + path.length + 2)
    found.set(path, flagOf(flags))
  }
  return rest === '' ? found : undefined
}

function flagOf(flags: string): Flag {
  if (flags.includes('i')) return 'immutable'
  return flags.includes('a') ? 'append-only' : null
}

/** What is said of all directories and things. */
interface Surroundings {
  readonly mounts: readonly Mount[]
  readonly flags: ReadonlyMap<string, Flag>
}

function directoryOf(
  { path, isOpen }: Entered,
  owner: string | undefined,
  system: string | undefined,
  { mounts, flags }: Surroundings,
): PlaceDirectory | undefined {
  const [, uid, gid, mode = '', group = ''] = /^(\d+) (\d+) ([0-7]+) (.*)$/.exec(owner ?? '') ?? []
  const [type, longestName] = system?.split(' ') ?? []
  if (uid === undefined || type === undefined) return undefined
  return {
    path,
    isOpen,
    uid: Number(uid),
    gid: Number(gid),
    group,
    mode: Number.parseInt(mode, 8),
    flag: flags.get(path) ?? null,
    type,
    isReadOnly: mountOf(mounts, path)?.isReadOnly === true,
    longestName: Number(longestName),
  }
}

const tail =
  /^directories\n((?:\d+ \d+ [0-7]+ [^\n]*\n)*)systems\n((?:[0-9a-f]+ \d+\n)*)mounts\n((?:\d[^\n]*\n)*)flags\n(.*)end\n$/s

const rowsIn = (text: string): readonly string[] => text.split('\n').slice(0, -1)

const orNull = (path: string | undefined): string | null =>
  path === undefined || path === '' ? null : path

/**
 * What an answer of `place.sh` says of each path; null where its directory is not there.
 * @param wayCount how many directories were asked about
 */
export function placesIn(
  stdout: string,
  wayCount: number,
  asked: readonly AskedPlace[],
): readonly (Place | null)[] | undefined {
  const [, first = '', rest = ''] = /^([^\n]*)\n(.*)$/s.exec(stdout) ?? []
  const parts = rest.split('\0')
  const found = parts.splice(wayCount + 2 * asked.filter(({ hasTree }) => hasTree).length)
  const [, owners, systems = '', mountinfo = '', flagText = ''] = tail.exec(found.join('\0')) ?? []
  const actor = actorIn(first)
  const ways = parts.splice(0, wayCount).map(wayIn)
  if (actor === undefined || owners === undefined || ways.includes(undefined)) return undefined

  const entered = ways.filter(isEntered)
  const pathOf = ({ way, name }: AskedPlace): string | null => {
    const led = ways[way]
    return isEntered(led) ? `${led.path === '/' ? '' : led.path}/${name}` : null
  }
  const things = asked.flatMap((each) => pathOf(each) ?? [])
  const flags = flagsIn(flagText, [...things, ...entered.map(({ path }) => path)])
  if (flags === undefined) return undefined
  const mounts = mountsIn(mountinfo)
  const rows = [rowsIn(owners), rowsIn(systems)] as const
  const directories = new Map<Way | undefined, PlaceDirectory | undefined>(
    entered.map((way, index) => [
      way,
      directoryOf(way, rows[0][index], rows[1][index], { mounts, flags }),
    ]),
  )
  if (rows.some(({ length }) => length !== entered.length)) return undefined
  if ([...directories.values()].includes(undefined)) return undefined

  return asked.map((each): Place | null => {
    const [fixed, shut] = each.hasTree ? parts.splice(0, 2) : []
    const led = ways[each.way]
    if (led == null) return null
    const path = pathOf(each) ?? ''
    const mount = mounts.find((mount) => isWithin(mount.path, path))?.path ?? null
    return {
      actor,
      directory: directories.get(led) ?? explanationIn('refused' in led ? led.refused : ''),
      flag: flags.get(path) ?? null,
      isMount: mounts.some((mount) => mount.path === path),
      tree: each.hasTree ? { fixed: orNull(fixed), shut: orNull(shut), mount } : null,
    }
  })
}
