import { absent, present, unknown, type Fact, type Output, type ShellFactKind } from '../core/fact.js'
import { lines, sh, type Sh } from '../core/sh.js'

/** Which path, and what of it besides its attributes. */
export interface PathKey {
  readonly path: string
  /** Look through a symbolic link. Default false: the link itself is looked at. */
  readonly follow?: boolean
  /** The digest of a regular file is wanted. Default false. */
  readonly digest?: boolean
  /** Its bytes are wanted too (up to 256 KiB), unless the SHA-256, in hex, is this one; '' wants them always. Left out: never. */
  readonly contentUnless?: string
}

/** What is at a path. */
export interface PathEntry {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** The lower twelve bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** `null` where the id has no name. */
  readonly owner: string | null
  readonly group: string | null
  /** In bytes. */
  readonly size: number
  /** Of a regular file, when asked for; else `null`. */
  readonly sha256: string | null
  /** Where a link points, as it is written; with `follow` the path of what it leads to. `null` for what is no link. */
  readonly target: string | null
  /** When asked for and not longer than 256 KiB; else `null`. */
  readonly content: Uint8Array | null
}

/** Longer files are not carried over. */
const longestContent = 256 * 1024

/**
 * Every line of the answer names a key by its index or stands in the order of such lines, so that no path can imitate an answer. What is not there is told from what may not be looked at by the nearest directory above that exists.
 */
const functions = sh`n_='
'
there_() {
  if [ -e "$2" ] || [ -L "$2" ]; then echo "at $1"; return 0; fi
  p_=$2
  while [ ! -e "$p_" ] && [ ! -L "$p_" ]; do p_=\${p_%/*}; p_=\${p_:-/}; done
  if [ -d "$p_" ] && [ ! -x "$p_" ]; then echo "closed $1"; else echo "absent $1"; fi
  return 1
}
readable_() {
  [ -f "$2" ] || return 1
  if [ -r "$2" ]; then echo "sum $1"; else echo "closed $1"; return 1; fi
}
link_() { echo "link $1 $(readlink "$3" -- "$2" | base64 -w0)"; }
differs_() { case "$n_$h_$n_" in *"$n_$2  $1$n_"*) return 1 ;; esac; [ -f "$1" ] && [ -r "$1" ]; }
bytes_() { echo "bytes $1 $(head -c ${longestContent + 1} -- "$2" | base64 -w0)"; }`

interface Indexed extends PathKey {
  readonly index: number
}

const attributes = 'stat %f %u %g %s %U %G'
const collect = (wanted: readonly Indexed[], condition: (key: Indexed) => Sh): Sh => lines([sh`set --`, ...wanted.map((key) => sh`${condition(key)} && set -- "$@" ${key.path}`)])
const notLink = ({ path, follow }: PathKey): Sh => (follow === true ? sh`:` : sh`[ ! -L ${path} ]`)

function script(keys: readonly PathKey[]): Sh {
  const all = keys.map((key, index): Indexed => ({ ...key, index }))
  const followed = all.filter((key) => key.follow === true)
  const digested = all.filter((key) => key.digest === true || key.contentUnless !== undefined)
  return lines([
    functions,
    collect(followed, ({ index, path }) => sh`[ -e ${path} ] && echo "at ${index}"`),
    sh`[ $# = 0 ] || stat -L -c ${attributes} -- "$@"`,
    collect(all, ({ index, path, follow }) => (follow === true ? sh`[ ! -e ${path} ] && there_ ${index} ${path}` : sh`there_ ${index} ${path}`)),
    sh`[ $# = 0 ] || stat -c ${attributes} -- "$@"`,
    ...all.map(({ index, path, follow }) => sh`[ -L ${path} ] && link_ ${index} ${path} ${follow === true ? '-f' : '-n'}`),
    collect(digested, (key) => sh`${notLink(key)} && readable_ ${key.index} ${key.path}`),
    sh`h_=; [ $# = 0 ] || { h_=$(sha256sum -- "$@"); printf '%s\\n' "$h_"; }`,
    ...all.filter((key) => key.contentUnless !== undefined).map((key) => sh`${notLink(key)} && differs_ ${key.path} ${key.contentUnless ?? ''} && bytes_ ${key.index} ${key.path}`),
    sh`echo end`,
  ])
}

type Draft = { -readonly [N in keyof PathEntry]?: PathEntry[N] }

const kinds: Readonly<Record<number, PathEntry['kind']>> = { 0o100000: 'file', 0o040000: 'directory', 0o120000: 'link' }
const nameOf = (name: string | undefined): string | null => (name === undefined || name === 'UNKNOWN' ? null : name)

type Attributes = Omit<PathEntry, 'sha256' | 'target' | 'content'>

/** A line of `stat -c '%f %u %g %s %U %G'`. */
export function readAttributes(rest: string): Attributes | undefined {
  const found = /^([0-9a-f]+) (\d+) (\d+) (\d+) (\S+) (\S+)$/.exec(rest)
  if (found === null) return undefined
  const bits = parseInt(found[1] ?? '', 16)
  return { kind: kinds[bits & 0o170000] ?? 'other', mode: bits & 0o7777, uid: Number(found[2]), gid: Number(found[3]), size: Number(found[4]), owner: nameOf(found[5]), group: nameOf(found[6]) }
}

const decoded = (base64: string): Buffer => Buffer.from(base64, 'base64')

const escaped: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' }

/** A line of sha256sum(1). coreutils begins it with a backslash when it has escaped the path. */
function digestIn(line: string): { readonly sha256: string; readonly path: string } | undefined {
  const [, slash, sha256, path] = /^(\\?)([0-9a-f]{64}) [ *](.*)$/s.exec(line) ?? []
  if (sha256 === undefined || path === undefined) return undefined
  return { sha256, path: slash === '' ? path : path.replace(/\\[\\nr]/g, (pair) => escaped[pair] ?? pair) }
}

/** What the lines say of each key; `undefined` when one of them cannot be understood. */
function read(output: Output, keys: readonly PathKey[]): readonly (Draft | 'absent' | 'closed')[] | undefined {
  const drafts: (Draft | 'absent' | 'closed')[] = keys.map(() => ({}))
  const stated: number[] = []
  const summed: number[] = []
  const add = (index: number | undefined, part: Draft | undefined): boolean => {
    const draft = drafts[index ?? -1]
    if (draft === undefined || part === undefined) return false
    if (typeof draft === 'object') Object.assign(draft, part)
    return true
  }
  const mark = (index: number, as: 'absent' | 'closed'): boolean => index < keys.length && ((drafts[index] = as), true)
  const one = (line: string): boolean => {
    const sum = digestIn(line)
    if (sum !== undefined) {
      const index = summed.shift()
      return sum.path === keys[index ?? -1]?.path && add(index, { sha256: sum.sha256 })
    }
    if (line.startsWith('stat ')) return add(stated.shift(), readAttributes(line.slice(5)))
    const [, word, number, data = ''] = /^([a-z]+) (\d+)(?: ([A-Za-z0-9+/=]*))?$/.exec(line) ?? []
    const index = Number(number)
    switch (word) {
      case 'at':
        return stated.push(index) > 0
      case 'sum':
        return summed.push(index) > 0
      case 'absent':
      case 'closed':
        return mark(index, word)
      case 'link':
        return add(index, { target: decoded(data).toString().replace(/\n$/, '') })
      case 'bytes':
        return add(index, { content: decoded(data) })
      case undefined:
      default:
        return false
    }
  }
  const all = output.stdout.toString().split('\n')
  const whole = output.code === 0 && all.at(-1) === '' && all.at(-2) === 'end'
  return whole && all.slice(0, -2).every(one) && stated.length === 0 && summed.length === 0 ? drafts : undefined
}

function factOf(draft: Draft | 'absent' | 'closed', { path }: PathKey): Fact<PathEntry> {
  if (draft === 'absent') return absent
  if (draft === 'closed') return unknown(`${path} may not be read by this user`, 'use become, or let the user read it')
  const { kind, mode, uid, gid, owner, group, size, sha256 = null, target = null, content = null } = draft
  if (kind === undefined || mode === undefined || uid === undefined || gid === undefined || owner === undefined || group === undefined || size === undefined) {
    return unknown(`the host said nothing of ${path}`, 'run again; look at the path with stat(1) on the host')
  }
  return present({ kind, mode, uid, gid, owner, group, size, sha256, target, content: content !== null && content.length > longestContent ? null : content })
}

/** What is at a path: kind, attributes and, when asked for, digest and bytes. One stat(1) and one sha256sum(1) for all paths. */
export const pathFact: ShellFactKind<PathKey, PathEntry> = {
  backend: 'shell',
  name: 'path',
  script: (keys) => ({ script: script(keys) }),
  parse(output, keys) {
    const drafts = read(output, keys)
    if (drafts === undefined) {
      const said = output.stderr.trim()
      return keys.map(() => unknown(`files could not be looked at${said === '' ? '' : `: ${said}`}`, 'run again: a file may have gone meanwhile; else see what stat(1) and sha256sum(1) say on the host'))
    }
    return keys.map((key, index) => factOf(drafts[index] ?? 'closed', key))
  },
}
