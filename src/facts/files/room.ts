import { split } from '../../core/enter.js'
import { absent, present, shellFact, type Fact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import roomText from './room.sh.js'

/** A file that is to be written. */
export interface RoomKey {
  readonly path: string
  readonly bytes: number
  /** The bytes of the file that it replaces; null where there is none. */
  readonly frees: number | null
}

/** Whether there is room for a file. */
export interface Room {
  /** What is too little for this file and those before it. */
  readonly lacks: 'blocks' | 'inodes' | null
  /** The free bytes before anything is written. */
  readonly free: number
}

/** A file system as it is before anything is written. */
interface FileSystem {
  readonly isCounted: boolean
  readonly block: number
  readonly freeBlocks: number
  readonly hasInodes: boolean
  readonly freeInodes: number
}

interface Directory {
  readonly device: string
  readonly system: FileSystem
}

/** Types (statfs(2)) that compress, so that more may fit than is free: btrfs, ZFS, bcachefs, F2FS. */
const compressing = ['9123683e', '2fc12fc1', 'ca451a4e', 'f2f52010']

function systemOf(line: string, isRoot: boolean): FileSystem | undefined {
  const [, type, forUsers, forRoot, block, inodes, freeInodes] =
    /^([0-9a-f]+) (\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(line) ?? []
  if (type === undefined) return undefined
  return {
    isCounted: !compressing.includes(type),
    block: Number(block),
    freeBlocks: Number(isRoot ? forRoot : forUsers),
    // A file system that makes inodes as needed has none to tell of.
    hasInodes: Number(inodes) > 0,
    freeInodes: Number(freeInodes),
  }
}

const answer = /^(\d+)\n((?:(?:there|none)\n)*)devices\n((?:\d+\n)*)systems\n((?:[^\n]+\n)*?)end\n$/

const rowsIn = (text: string): readonly string[] => text.split('\n').slice(0, -1)

/** The directories in the order in which they were asked about; null for one that is not there. */
function directoriesIn(stdout: string, count: number): readonly (Directory | null)[] | undefined {
  const [, uid, said = '', devices = '', systems = ''] = answer.exec(stdout) ?? []
  if (uid === undefined) return undefined
  const words = rowsIn(said)
  const there = words.filter((word) => word === 'there').length
  const [ids, found] = [rowsIn(devices), rowsIn(systems).map((row) => systemOf(row, uid === '0'))]
  if (words.length !== count || ids.length !== there || found.length !== there) return undefined
  const directories: (Directory | null)[] = []
  let next = 0
  for (const word of words) {
    if (word === 'none') directories.push(null)
    else {
      const [device, system] = [ids[next], found[next]]
      if (device === undefined || system === undefined) return undefined
      directories.push({ device, system })
      next++
    }
  }
  return directories
}

/** What is written to a file system so far. */
class Written {
  #blocks = 0
  #inodes = 0

  constructor(readonly system: FileSystem) {}

  /**
   * Adds a file, and says what is too little for it. The new file is written beside the one that it
   * replaces, whose blocks are free only then. What does not fit takes nothing.
   */
  add({ bytes, frees }: RoomKey): Room['lacks'] {
    const { block, isCounted, freeBlocks, hasInodes, freeInodes } = this.system
    const blocks = Math.ceil(bytes / block)
    if (isCounted && blocks > 0 && this.#blocks + blocks > freeBlocks) return 'blocks'
    if (hasInodes && this.#inodes + 1 > freeInodes) return 'inodes'
    this.#blocks += blocks - Math.ceil((frees ?? 0) / block)
    if (frees === null) this.#inodes++
    return null
  }
}

const directoriesOf = (keys: readonly RoomKey[]): readonly string[] => [
  ...new Set(keys.map(({ path }) => split(path).directory)),
]

/**
 * Whether the file system takes a file, written after those of the keys before it. Absent where its
 * directory is not there.
 */
export const roomFact = shellFact<RoomKey, Room>({
  name: 'room',
  script: (keys) => ({
    script: lines([shellFunctions(roomText), sh`fettle_room ${directoriesOf(keys)}`]),
  }),
  parse(output, keys) {
    const directories = directoriesOf(keys)
    const found =
      output.code === 0 ? directoriesIn(output.stdout.toString(), directories.length) : undefined
    if (found === undefined)
      return allUnknown(
        keys,
        'free space could not be read',
        output,
        'see what stat -f says on the host',
      )
    const written = new Map<string, Written>()
    return keys.map((key): Fact<Room> => {
      const directory = found[directories.indexOf(split(key.path).directory)]
      if (directory == null) return absent
      const { system, device } = directory
      const sum = written.get(device) ?? new Written(system)
      written.set(device, sum)
      return present({ lacks: sum.add(key), free: system.freeBlocks * system.block })
    })
  },
  recorded: {
    keys: [
      { path: '/etc/motd', bytes: 5000, frees: null },
      { path: '/srv/none/motd', bytes: 5, frees: null },
      { path: '/mnt/motd', bytes: 5, frees: 3 },
    ],
    stdout: [
      '0',
      'there',
      'none',
      'there',
      'devices',
      '64769',
      '1048577',
      'systems',
      'ef53 1310720 1638400 4096 655360 655000',
      '9660 0 0 2048 0 0',
      'end',
      '',
    ].join('\n'),
    facts: [
      present({ lacks: null, free: 6_710_886_400 }),
      absent,
      present({ lacks: 'blocks', free: 0 }),
    ],
  },
})
