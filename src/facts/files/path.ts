import {
  absent,
  present,
  unknown,
  type Fact,
  type Output,
  type ShellFactKind,
} from '../../core/fact.js'
import { lines, sh, type Sh } from '../../core/sh.js'
import { processorLimit, slowDisk } from '../limits.js'

/** Which path, and what of it besides its attributes. */
export interface PathKey {
  readonly path: string
  /** Look through a symbolic link. Default false: the link itself is looked at. */
  readonly follow?: boolean
  /** The digest of a regular file is wanted. Default false. */
  readonly digest?: boolean
  /** The only size, in bytes, at which a digest is worth taking. Left out: any up to 64 MiB. */
  readonly size?: number
  /**
   * Its bytes are wanted too (up to 256 KiB), unless the SHA-256, in hex, is this one; '' wants
   * them always. Left out: never.
   */
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
  /** Of a regular file, when asked for and the size is one at which it is taken; else `null`. */
  readonly sha256: string | null
  /**
   * Where a link points, as it is written; with `follow` the path of what it leads to. `null` for
   * what is no link.
   */
  readonly target: string | null
  /** When asked for and not longer than 256 KiB; else `null`. */
  readonly content: Uint8Array | null
}

/** Longer files are not carried over. */
const longestContent = 256 * 1024

/**
 * Of a longer file no digest is taken where nobody knows the size that it should have: somebody may
 * have made it endless.
 */
export const mostDigested = 64 * 1024 * 1024

/**
 * Each path is sent once, in a variable under its index; `each_` asks a function about some of
 * them, and lists those that it agrees to for the next program's arguments. `sized_` shows what
 * stat(1) says of these, and keeps their sizes: `z_` is the size that is there, `w_` the one that
 * is wanted, `t_` the sum of all that are read.
 *
 * Every line of the answer names a key by its index or stands in the order of such lines, so that
 * no path can imitate an answer. Behind the line `targets` each target ends in a NUL; behind
 * `contents` stand as many bytes as stat(1) has told. What is not there is told from what may not
 * be looked at by the nearest directory above that exists.
 */
const functions = sh`n_='
'
each_() { f_=$1; shift; for i_; do eval "k_=\\$p_$i_"; ! "$f_" || { l_="$l_ \\"\\$p_$i_\\"" x_="$x_ $i_"; }; done; }
sized_() {
  printf '%s\\n' "$1"
  o_=$1; set -- $x_
  IFS=$n_; set -f
  for z_ in $o_; do z_=\${z_#* * * * }; eval "z_$1=\${z_%% *}"; shift; done
  unset IFS; set +f
}
fits_() {
  eval "z_=\\\${z_$i_:-${mostDigested + 1}} w_=\\\${w_$i_-}"
  case $w_ in $z_) ;; '') [ "$z_" -le ${mostDigested} ] ;; *) false ;; esac && t_=$((t_ + z_))
}
there_() {
  if [ -e "$k_" ] || [ -L "$k_" ]; then echo "at $i_"; return 0; fi
  a_=$k_
  while [ ! -e "$a_" ] && [ ! -L "$a_" ]; do a_=\${a_%/*}; a_=\${a_:-/}; done
  if [ -d "$a_" ] && [ ! -x "$a_" ]; then echo "closed $i_"; else echo "absent $i_"; fi
  return 1
}
leads_() { [ -L "$k_" ] && [ -e "$k_" ] && echo "at $i_"; }
stays_() { if [ -L "$k_" ] && [ -e "$k_" ]; then return 1; else there_; fi; }
link_() { [ -L "$k_" ] && echo "link $i_"; }
file_() {
  [ -f "$k_" ] || return 1
  if [ ! -r "$k_" ]; then echo "closed $i_"; return 1; fi
  fits_ && echo "sum $i_"
}
own_file_() { [ ! -L "$k_" ] && file_; }
differs_() {
  eval "d_=\\$d_$i_"
  case "$n_$h_$n_" in *"$n_$d_  $k_$n_"*) return 1 ;; esac
  [ -f "$k_" ] && [ -r "$k_" ] && echo "bytes $i_"
}
own_differs_() { [ ! -L "$k_" ] && differs_; }
targets_() {
  o_=$1; shift; echo targets
  readlink "-$o_"z -- "$@" 2>/dev/null || for k_; do readlink "-$o_"n -- "$k_"; printf '\\0'; done
}`

interface Indexed extends PathKey {
  readonly index: number
}

/** A function and the keys that it is asked about. */
type PathQuestion = readonly [asked: Sh, keys: readonly Indexed[]]

/** What comes next has the listed paths behind its words; it is left out where there are none. */
function pass(questions: readonly PathQuestion[], then: Sh): Sh {
  const asked = questions
    .filter(([, keys]) => keys.length > 0)
    .map(([ask, keys]) => sh`each_ ${ask} ${keys.map(({ index }) => index)}`)
  return asked.length === 0 ? sh`` : lines([sh`l_= x_=`, ...asked, sh`[ -z "$l_" ] || ${then}`])
}

const isDigested = ({ digest, contentUnless }: PathKey): boolean =>
  digest === true || contentUnless !== undefined

function script(keys: readonly PathKey[]): Sh {
  const all = keys.map((key, index): Indexed => ({ ...key, index }))
  const followed = all.filter((key) => key.follow === true)
  const own = all.filter((key) => key.follow !== true)
  const shown = ({ contentUnless }: PathKey): boolean => contentUnless !== undefined
  const stat = (options: Sh): Sh => {
    if (!all.some(isDigested)) return sh`eval "stat ${options} --$l_"`
    return sh`sized_ "$(eval "exec stat ${options} --$l_")"`
  }
  return lines([
    functions,
    ...all.map(({ index, path }) => sh`p_${index}=${path}`),
    ...all.filter(shown).map(({ index, contentUnless = '' }) => sh`d_${index}=${contentUnless}`),
    ...all
      .filter(isDigested)
      .flatMap(({ index, size }) => (size === undefined ? [] : [sh`w_${index}=${size}`])),
    sh`s_='stat %f %u %g %s %U:%G' h_= t_=0`,
    pass([[sh`leads_`, followed]], stat(sh`-L -c \\"\\$s_\\"`)),
    pass(
      [
        [sh`stays_`, followed],
        [sh`there_`, own],
      ],
      stat(sh`-c \\"\\$s_\\"`),
    ),
    pass([[sh`link_`, followed]], sh`eval "targets_ f$l_"`),
    pass([[sh`link_`, own]], sh`eval "targets_ ''$l_"`),
    pass(
      [
        [sh`file_`, followed.filter(isDigested)],
        [sh`own_file_`, own.filter(isDigested)],
      ],
      sh`{ h_=$(${processorLimit(sh`$((10 + t_ / ${slowDisk}))`)}; eval "exec sha256sum --$l_"); printf '%s\\n' "$h_"; }`,
    ),
    pass(
      [
        [sh`differs_`, followed.filter(shown)],
        [sh`own_differs_`, own.filter(shown)],
      ],
      sh`{ echo contents; eval "head -q -c ${longestContent + 1} --$l_"; }`,
    ),
    sh`echo end`,
  ])
}

type Draft = { -readonly [N in keyof PathEntry]?: PathEntry[N] }

const kinds: Readonly<Record<number, PathEntry['kind']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'link',
}
const nameOf = (name: string | undefined): string | null =>
  name === undefined || name === 'UNKNOWN' ? null : name

type PathAttributes = Omit<PathEntry, 'sha256' | 'target' | 'content'>

/** A line of `stat -c '%f %u %g %s %U:%G'`: a name may hold spaces, and no colon. */
export function readAttributes(rest: string): PathAttributes | undefined {
  const found = /^([0-9a-f]+) (\d+) (\d+) (\d+) ([^:]+):([^:]+)$/.exec(rest)
  if (found === null) return undefined
  const bits = parseInt(found[1] ?? '', 16)
  return {
    kind: kinds[bits & 0o170000] ?? 'other',
    mode: bits & 0o7777,
    uid: Number(found[2]),
    gid: Number(found[3]),
    size: Number(found[4]),
    owner: nameOf(found[5]),
    group: nameOf(found[6]),
  }
}

const escaped: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' }

/** A line of sha256sum(1). coreutils begins it with a backslash when it has escaped the path. */
function digestIn(line: string): { readonly sha256: string; readonly path: string } | undefined {
  const [, slash, sha256, path] = /^(\\?)([0-9a-f]{64}) [ *](.*)$/s.exec(line) ?? []
  if (sha256 === undefined || path === undefined) return undefined
  if (slash === '') return { sha256, path }
  return { sha256, path: path.replace(/\\[\\nr]/g, (pair) => escaped[pair] ?? pair) }
}

/** What the answer says of each key; `undefined` when a part of it cannot be understood. */
function read(
  { code, stdout }: Output,
  keys: readonly PathKey[],
): readonly (Draft | 'absent' | 'closed')[] | undefined {
  const drafts: (Draft | 'absent' | 'closed')[] = keys.map(() => ({}))
  /** Keys that were announced, and whose part is yet to come. */
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
    if (draft === undefined || part === undefined) return false
    if (typeof draft === 'object') Object.assign(draft, part)
    return true
  }
  const mark = (index: number, as: 'absent' | 'closed'): boolean => {
    if (index >= keys.length) return false
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
    // A line that is not understood costs its own key: what its draft has not is unknown.
    if (line.startsWith('stat ')) return add(due.at.shift(), readAttributes(line.slice(5)) ?? {})
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
  const whole =
    code === 0 &&
    line === 'end' &&
    place === stdout.length &&
    Object.values(due).every((indexes) => indexes.length === 0)
  return whole ? drafts : undefined
}

function factOf(draft: Draft | 'absent' | 'closed', { path }: PathKey): Fact<PathEntry> {
  if (draft === 'absent') return absent
  if (draft === 'closed')
    return unknown(`${path} may not be read by this user`, 'use become, or let the user read it')
  const {
    kind,
    mode,
    uid,
    gid,
    owner,
    group,
    size,
    sha256 = null,
    target = null,
    content = null,
  } = draft
  if (
    kind === undefined ||
    mode === undefined ||
    uid === undefined ||
    gid === undefined ||
    owner === undefined ||
    group === undefined ||
    size === undefined
  ) {
    return unknown(
      `the host said nothing of ${path}`,
      'run again; look at the path with stat(1) on the host',
    )
  }
  return present({
    kind,
    mode,
    uid,
    gid,
    owner,
    group,
    size,
    sha256,
    target,
    content: content !== null && content.length > longestContent ? null : content,
  })
}

/**
 * What is at a path: kind, attributes and, when asked for, digest and bytes. Each of stat(1),
 * readlink(1), sha256sum(1) and head(1) is started once for all paths, and only when one of them
 * needs it.
 */
export const pathFact: ShellFactKind<PathKey, PathEntry> = {
  backend: 'shell',
  name: 'path',
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
}
