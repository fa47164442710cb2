import { enter, enterThrough, split } from '../../core/enter.js'
import { absent, present, shellFact, type Fact } from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import { processorLimit } from '../limits.js'
import { placesIn, type Place } from './place-answer.js'
import placeText from './place.sh.js'

export type { Actor, Flag, Place, PlaceDirectory, PlaceTree } from './place-answer.js'

/** A path that is to be changed. */
export interface PlaceKey {
  readonly path: string
  /** The link that is followed to get to it. */
  readonly via?: string
  /**
   * Also look for what cannot be changed in the directory at the path: with `[]` where all of it is to
   * go, else with what find(1) takes for the entries that are to change: `['!', '-user', 'app']`.
   */
  readonly tree?: readonly string[]
}

/** Seconds for all trees: one may hold millions of files. */
const longest = 600

/** Shell that enters the directory of a path, as a change does. */
const entering = ({ path, via }: PlaceKey): Sh =>
  via === undefined ? enter(split(path).directory) : enterThrough(via, path)

/** A key of each directory with the shell that enters it, by that shell. */
const waysOf = (keys: readonly PlaceKey[]): ReadonlyMap<string, PlaceKey> =>
  new Map(keys.map((key) => [entering(key).body, key]))

const hasTree = ({ tree }: PlaceKey): boolean => tree !== undefined

function script(keys: readonly PlaceKey[]): Sh {
  const ways = waysOf(keys)
  const numbers = [...ways.keys()]
  return lines([
    ...(keys.some(hasTree) ? [processorLimit(longest)] : []),
    shellFunctions(placeText),
    sh`fettle_who`,
    ...[...ways.values()].map(
      (key, index) => sh`fettle_way ${index} ${split(key.path).directory} ${entering(key)}`,
    ),
    ...keys.flatMap((key, index) => {
      const way = numbers.indexOf(entering(key).body)
      const thing = sh`fettle_thing ${index} ${way} ${split(key.path).name}`
      return key.tree === undefined ? [thing] : [thing, sh`fettle_tree ${key.tree}`]
    }),
    sh`fettle_rest_of_places`,
  ])
}

/** What the recorded answer says of all places. */
const recorded: Pick<Place, 'actor' | 'directory'> = {
  actor: { uid: 1000, name: 'deploy', groups: [1000, 1000, 'deploy', 33, 'www-data'] },
  directory: {
    path: '/srv/app',
    isOpen: true,
    uid: 1000,
    gid: 33,
    group: 'www-data',
    mode: 0o2775,
    flag: null,
    type: 'ef53',
    isReadOnly: false,
    longestName: 255,
  },
}

/**
 * What stands in the way of changes at paths by the user who asks: directories that are closed or
 * that may not be entered, flags of chattr(1), mounts. Absent where the directory is not there.
 */
export const placeFact = shellFact<PlaceKey, Place>({
  name: 'place',
  script: (keys) => ({ script: script(keys) }),
  mayTake: (keys) => (keys.some(hasTree) ? longest : 60),
  parse(output, keys) {
    const ways = [...waysOf(keys).keys()]
    const asked = keys.map((key) => ({
      name: split(key.path).name,
      way: ways.indexOf(entering(key).body),
      hasTree: hasTree(key),
    }))
    const places =
      output.code === 0 ? placesIn(output.stdout.toString(), ways.length, asked) : undefined
    if (places !== undefined)
      return places.map((place): Fact<Place> => (place === null ? absent : present(place)))
    return allUnknown(
      keys,
      'places could not be looked at',
      output,
      'see what stat(1) and lsattr(1) say on the host',
    )
  },
  recorded: {
    keys: [
      { path: '/srv/app/motd' },
      { path: '/srv/link/motd' },
      { path: '/srv/none/motd' },
      { path: '/srv/app/tree', tree: [] },
    ],
    stdout: [
      'uid=1000(deploy) gid=1000(deploy) groups=1000(deploy),33(www-data)',
      [
        'open /srv/app',
        'refused fettle: /srv/link is a symbolic link of another user',
        'none',
        '/srv/app/tree/fixed',
        '',
        'directories',
      ].join('\0'),
      '1000 33 2775 www-data',
      'systems',
      'ef53 255',
      'mounts',
      '29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
      '31 29 0:27 / /srv/app/tree/a\\040b rw,relatime shared:2 - tmpfs tmpfs rw',
      'flags',
      '----i---------e------- /srv/app/motd',
      '--------------e------- /srv/app/tree',
      '--------------e------- /srv/app',
      'end',
      '',
    ].join('\n'),
    facts: [
      present({ ...recorded, flag: 'immutable', isMount: false, tree: null }),
      present({
        ...recorded,
        directory: {
          reason: '/srv/link is a symbolic link of another user',
          remedy: null,
          words: '',
        },
        flag: null,
        isMount: false,
        tree: null,
      }),
      absent,
      present({
        ...recorded,
        flag: null,
        isMount: false,
        tree: { fixed: '/srv/app/tree/fixed', shut: null, mount: '/srv/app/tree/a b' },
      }),
    ],
  },
})
