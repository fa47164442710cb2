import { split } from '../../core/enter.js'
import {
  absent,
  present,
  shellFact,
  unknown,
  type Fact,
  type Lacking,
  type Output,
} from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { slowDisk } from '../limits.js'
import hiddenText from './hidden.sh.js'
import { readAttributes, type PathAttributes } from './path-attributes.js'
import pathText from './path.sh.js'

/** A path, and what to read about it besides its attributes. */
export interface PathKey {
  readonly path: string
  /** Follow a symbolic link. Default false: read the link itself. */
  readonly follow?: boolean
  /** Read the digest of a regular file. Default false. */
  readonly digest?: boolean
  /**
   * Read the digest only if the file has this size in bytes. Default: for all sizes up to 64 MiB.
   */
  readonly size?: number
  /**
   * Also read the content (up to 256 KiB), unless this is its SHA-256 in hex; '' reads it always.
   * Default: never.
   */
  readonly contentUnless?: string
}

/** What exists at a path. */
export interface PathEntry extends PathAttributes {
  /** The digest of a regular file, if requested and taken at its size; else `null`. */
  readonly sha256: string | null
  /**
   * The target of a link as written; with `follow` the path that it leads to. `null` for anything
   * but a link.
   */
  readonly target: string | null
  /** The content, if requested and not longer than 256 KiB; else `null`. */
  readonly content: Uint8Array | null
}

/** Longer files are not transferred. */
const longestContent = 256 * 1024

/**
 * The largest file of which a digest is taken where the desired size is not known. Other users
 * could have made the file endless.
 */
export const mostDigested = 64 * 1024 * 1024

interface Indexed extends PathKey {
  readonly index: number
}

const isDigested = ({ digest, contentUnless }: PathKey): boolean =>
  digest === true || contentUnless !== undefined
const isShown = ({ contentUnless }: PathKey): boolean => contentUnless !== undefined

/** What `path.sh` is told of a key. */
function assignments(key: Indexed): readonly Sh[] {
  const { index, path, size, contentUnless } = key
  const set = [sh`path${index}=${path}`]
  if (contentUnless !== undefined) set.push(sh`unless${index}=${contentUnless}`)
  if (size !== undefined && isDigested(key)) set.push(sh`size${index}=${size}`)
  return set
}

function script(keys: readonly PathKey[]): Sh {
  const all = keys.map((key, index): Indexed => ({ ...key, index }))
  const own = all.filter((key) => key.follow !== true)
  const followed = all.filter((key) => key.follow === true)
  const digested = [own.filter(isDigested), followed.filter(isDigested)]
  const shown = [own.filter(isShown), followed.filter(isShown)]
  const numbers = (some: readonly Indexed[]): string => some.map(({ index }) => index).join(' ')
  return lines([
    shellFunctions(hiddenText),
    shellFunctions(pathText),
    sh`most_digested=${mostDigested} longest_content=${longestContent} slow_disk=${slowDisk}`,
    ...all.flatMap(assignments),
    sh`fettle_look_at_paths ${[own, followed, ...digested, ...shown].map(numbers)}`,
  ])
}

type Draft = { -readonly [N in keyof PathEntry]?: PathEntry[N] }

/** A number: what is closed is so many names above the path; `closed`: somewhere behind a link. */
type Found = Draft | 'absent' | 'closed' | number

const escaped: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' }

/** Parses a line of sha256sum(1). coreutils starts it with a backslash if the path is escaped. */
function digestIn(line: string): { readonly sha256: string; readonly path: string } | undefined {
  const [, slash, sha256, path] = /^(\\?)([0-9a-f]{64}) [ *](.*)$/s.exec(line) ?? []
  if (sha256 === undefined || path === undefined) return undefined
  if (slash === '') return { sha256, path }
  return { sha256, path: path.replace(/\\[\\nr]/g, (pair) => escaped[pair] ?? pair) }
}

/** What the answer of `path.sh` says of each key; `undefined` when a part of it cannot be understood. */
function read({ code, stdout }: Output, keys: readonly PathKey[]): readonly Found[] | undefined {
  const drafts: Found[] = keys.map(() => ({}))
  /** Keys that were announced, whose parts are still to come. */
  const due = {
    at: [] as number[],
    sum: [] as number[],
    link: [] as number[],
    bytes: [] as number[],
  }
  let place = 0
  const until = (end: string): string | undefined => {
    const found = stdout.indexOf(end, place)
    if (found === -1) return undefined
    const text = stdout.toString('utf8', place, found)
    place = found + 1
    return text
  }
  const add = (index: number | undefined, part: Draft | undefined): boolean => {
    const draft = drafts[index ?? -1]
    if (typeof draft !== 'object' || part === undefined) return false
    Object.assign(draft, part)
    return true
  }
  const mark = (index: number, as: Exclude<Found, Draft>): boolean => {
    if (typeof drafts[index] !== 'object') return false
    drafts[index] = as
    return true
  }
  const content = (index: number): boolean => {
    const draft = drafts[index]
    if (typeof draft !== 'object' || draft.size === undefined) return false
    const start = place
    place += Math.min(draft.size, longestContent + 1)
    if (place > stdout.length) return false
    return add(index, { content: stdout.subarray(start, place) })
  }
  const target = (index: number): boolean => {
    const text = until('\0')
    return add(index, text === undefined ? undefined : { target: text })
  }
  const one = (line: string): boolean => {
    const sum = digestIn(line)
    if (sum !== undefined) {
      const index = due.sum.shift()
      if (sum.path !== keys[index ?? -1]?.path) return false
      return add(index, { sha256: sum.sha256 })
    }
    // A line that cannot be parsed makes only its own key unknown.
    if (line.startsWith('stat ')) return add(due.at.shift(), readAttributes(line.slice(5)) ?? {})
    if (line === 'targets') return due.link.splice(0).every(target)
    if (line === 'contents') return due.bytes.splice(0).every(content)
    const [, word, number, names] = /^([a-z]+) (\d+)(?: (\d{1,4}))?$/.exec(line) ?? []
    if (names !== undefined && word !== 'closed') return false
    switch (word) {
      case 'at':
      case 'sum':
      case 'link':
      case 'bytes':
        return due[word].push(Number(number)) > 0
      case 'absent':
        return mark(Number(number), word)
      case 'closed':
        return mark(Number(number), names === undefined ? word : Number(names))
      case undefined:
      default:
        return false
    }
  }
  let line = until('\n')
  while (line !== undefined && line !== 'end' && one(line)) line = until('\n')
  const whole =
    code === 0 &&
    line === 'end' &&
    place === stdout.length &&
    Object.values(due).every((indexes) => indexes.length === 0)
  return whole ? drafts : undefined
}

/** They come all at once. */
const hasAttributes = (draft: Draft): draft is Draft & PathAttributes => draft.kind !== undefined

/** The path that is some names above another. */
const above = (path: string, names: number): string =>
  Array.from({ length: names }).reduce<string>((each) => split(each).directory, path)

function factOf(draft: Found, { path }: PathKey): Fact<PathEntry> {
  if (draft === 'absent') return absent
  if (typeof draft !== 'object') {
    const lacking: Lacking = draft === 'closed' ? {} : { lacks: [`path:${above(path, draft)}`] }
    const remedy = 'use become, or let the user read it'
    return unknown(`${path} may not be read by this user`, remedy, lacking)
  }
  if (!hasAttributes(draft))
    return unknown(
      `the host said nothing of ${path}`,
      'run again; look at the path with stat(1) on the host',
    )
  const { sha256 = null, target = null, content = null } = draft
  const isLonger = content !== null && content.length > longestContent
  return present({ ...draft, sha256, target, content: isLonger ? null : content })
}

/**
 * What exists at a path: kind, attributes and, if requested, digest and content. Each of stat(1),
 * readlink(1), sha256sum(1) and head(1) is started once for all paths, and only if one of them
 * needs it.
 */
export const pathFact = shellFact<PathKey, PathEntry>({
  name: 'path',
  about: ({ path }) => `path:${path}`,
  elsewhere: (key, lead) => ({ ...key, path: lead(key.path) }),
  script: (keys) => ({ script: script(keys) }),
  mayTake(keys) {
    const sizes = keys.filter(isDigested).map(({ size = mostDigested }) => size)
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    return 60 + Math.ceil(bytes / slowDisk)
  },
  parse(output, keys) {
    const drafts = read(output, keys)
    if (drafts === undefined) {
      const words = output.stderr.trim()
      const said = words === '' ? '' : `: ${words}`
      return keys.map(() =>
        unknown(
          `files could not be looked at${said}`,
          'run again: a file may have gone meanwhile; else see what stat(1) and sha256sum(1) say on the host',
        ),
      )
    }
    return keys.map((key, index) => factOf(drafts[index] ?? 'closed', key))
  },
  recorded: {
    keys: [
      { path: '/srv/app/motd', size: 6, contentUnless: '' },
      { path: '/srv/app/current' },
      { path: '/srv/none' },
    ],
    stdout: [
      'at 0',
      'at 1',
      'absent 2',
      'stat 81a0 0 33 6 1764547200 root:www-data',
      'stat a1ff 0 0 10 1764547200 root:root',
      'link 1',
      'targets',
      'releases/7\0sum 0',
      '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  /srv/app/motd',
      'bytes 0',
      'contents',
      'hello',
      'end',
      '',
    ].join('\n'),
    facts: [
      present({
        kind: 'file',
        mode: 0o640,
        uid: 0,
        gid: 33,
        owner: 'root',
        group: 'www-data',
        size: 6,
        mtime: 1764547200,
        sha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
        target: null,
        content: Buffer.from('hello\n'),
      }),
      present({
        kind: 'link',
        mode: 0o777,
        uid: 0,
        gid: 0,
        owner: 'root',
        group: 'root',
        size: 10,
        mtime: 1764547200,
        sha256: null,
        target: 'releases/7',
        content: null,
      }),
      absent,
    ],
  },
})
