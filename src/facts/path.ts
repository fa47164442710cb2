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
 * Every line of the answer names a key by its index or stands in the order of such lines, so that no path can imitate an answer. Behind the
 * line `targets` each target ends in a NUL; behind `contents` stand as many bytes as stat(1) has told. What is not there is told from what may
 * not be looked at by the nearest directory above that exists.
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
leads_() { [ -L "$2" ] && [ -e "$2" ] && echo "at $1"; }
stays_() { if [ -L "$2" ] && [ -e "$2" ]; then return 1; else there_ "$@"; fi; }
link_() { [ -L "$2" ] && echo "link $1"; }
readable_() {
  [ -f "$2" ] || return 1
  if [ -r "$2" ]; then echo "sum $1"; else echo "closed $1"; return 1; fi
}
differs_() {
  case "$n_$h_$n_" in *"$n_$3  $2$n_"*) return 1 ;; esac
  [ -f "$2" ] && [ -r "$2" ] && echo "bytes $1"
}
targets_() {
  o_=$1; shift; echo targets
  readlink "-$o_"z -- "$@" 2>/dev/null || for p_; do readlink "-$o_"n -- "$p_"; printf '\\0'; done
}`

interface Indexed extends PathKey {
  readonly index: number
}

const attributes = 'stat %f %u %g %s %U %G'

/** Asks a function about each path; those that it agrees to are `$@` for what comes next, which is left out where there are none. */
const forThose = (keys: readonly Indexed[], asked: (key: Indexed) => Sh, then: Sh): Sh =>
  keys.length === 0 ? sh`` : lines([sh`set --`, ...keys.map((key) => sh`${asked(key)} && set -- "$@" ${key.path}`), sh`[ $# = 0 ] || ${then}`])

function script(keys: readonly PathKey[]): Sh {
  const all = keys.map((key, index): Indexed => ({ ...key, index }))
  const followed = all.filter((key) => key.follow === true)
  const own = all.filter((key) => key.follow !== true)
  const digested = all.filter((key) => key.digest === true || key.contentUnless !== undefined)
  const unlessLink = ({ path, follow }: PathKey): Sh => (follow === true ? sh`` : sh`[ ! -L ${path} ] && `)
  return lines([
    functions,
    forThose(followed, ({ index, path }) => sh`leads_ ${index} ${path}`, sh`stat -L -c ${attributes} -- "$@"`),
    forThose(all, ({ index, path, follow }) => (follow === true ? sh`stays_ ${index} ${path}` : sh`there_ ${index} ${path}`), sh`stat -c ${attributes} -- "$@"`),
    forThose(followed, ({ index, path }) => sh`link_ ${index} ${path}`, sh`targets_ f "$@"`),
    forThose(own, ({ index, path }) => sh`link_ ${index} ${path}`, sh`targets_ '' "$@"`),
    sh`h_=`,
    forThose(digested, (key) => sh`${unlessLink(key)}readable_ ${key.index} ${key.path}`, sh`{ h_=$(sha256sum -- "$@"); printf '%s\\n' "$h_"; }`),
    forThose(
      all.filter((key) => key.contentUnless !== undefined),
      (key) => sh`${unlessLink(key)}differs_ ${key.index} ${key.path} ${key.contentUnless ?? ''}`,
      sh`{ echo contents; head -q -c ${longestContent + 1} -- "$@"; }`,
    ),
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

const escaped: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' }

/** A line of sha256sum(1). coreutils begins it with a backslash when it has escaped the path. */
function digestIn(line: string): { readonly sha256: string; readonly path: string } | undefined {
  const [, slash, sha256, path] = /^(\\?)([0-9a-f]{64}) [ *](.*)$/s.exec(line) ?? []
  if (sha256 === undefined || path === undefined) return undefined
  return { sha256, path: slash === '' ? path : path.replace(/\\[\\nr]/g, (pair) => escaped[pair] ?? pair) }
}

/** What the answer says of each key; `undefined` when a part of it cannot be understood. */
function read({ code, stdout }: Output, keys: readonly PathKey[]): readonly (Draft | 'absent' | 'closed')[] | undefined {
  const drafts: (Draft | 'absent' | 'closed')[] = keys.map(() => ({}))
  /** Keys that were announced, and whose part is yet to come. */
  const due = { at: [] as number[], sum: [] as number[], link: [] as number[], bytes: [] as number[] }
  let place = 0
  const until = (end: string): string | undefined => {
    const found = stdout.indexOf(end, place)
    return found === -1 ? undefined : stdout.toString('utf8', place, (place = found + 1) - 1)
  }
  const add = (index: number | undefined, part: Draft | undefined): boolean => {
    const draft = drafts[index ?? -1]
    if (draft === undefined || part === undefined) return false
    if (typeof draft === 'object') Object.assign(draft, part)
    return true
  }
  const mark = (index: number, as: 'absent' | 'closed'): boolean => index < keys.length && ((drafts[index] = as), true)
  const content = (index: number): boolean => {
    const draft = drafts[index]
    if (typeof draft !== 'object' || draft.size === undefined) return false
    const start = place
    return (place += Math.min(draft.size, longestContent + 1)) <= stdout.length && add(index, { content: stdout.subarray(start, place) })
  }
  const target = (index: number): boolean => {
    const text = until('\0')
    return add(index, text === undefined ? undefined : { target: text })
  }
  const one = (line: string): boolean => {
    const sum = digestIn(line)
    if (sum !== undefined) {
      const index = due.sum.shift()
      return sum.path === keys[index ?? -1]?.path && add(index, { sha256: sum.sha256 })
    }
    if (line.startsWith('stat ')) return add(due.at.shift(), readAttributes(line.slice(5)))
    if (line === 'targets') return due.link.splice(0).every(target)
    if (line === 'contents') return due.bytes.splice(0).every(content)
    const [, word, number] = /^([a-z]+) (\d+)$/.exec(line) ?? []
    switch (word) {
      case 'at':
      case 'sum':
      case 'link':
      case 'bytes':
        return due[word].push(Number(number)) > 0
      case 'absent':
      case 'closed':
        return mark(Number(number), word)
      case undefined:
      default:
        return false
    }
  }
  let line = until('\n')
  while (line !== undefined && line !== 'end' && one(line)) line = until('\n')
  const whole = code === 0 && line === 'end' && place === stdout.length && Object.values(due).every((indexes) => indexes.length === 0)
  return whole ? drafts : undefined
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

/** What is at a path: kind, attributes and, when asked for, digest and bytes. Each of stat(1), readlink(1), sha256sum(1) and head(1) is started once for all paths, and only when one of them needs it. */
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
