/** The attributes of what exists at a path. */
export interface PathAttributes {
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
  /** When its content was changed last, in seconds since 1970. */
  readonly mtime: number
}

const kinds: Readonly<Record<number, PathAttributes['kind']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'link',
}
const nameOf = (name: string | undefined): string | null =>
  name === undefined || name === 'UNKNOWN' ? null : name

/** Parses a line of `stat -c '%f %u %g %s %Y %U:%G'`. A name may contain spaces, but no colon. */
export function readAttributes(rest: string): PathAttributes | undefined {
  const found = /^([0-9a-f]+) (\d+) (\d+) (\d+) (-?\d+) ([^:]+):([^:]+)$/.exec(rest)
  if (found === null) return undefined
  const bits = parseInt(found[1] ?? '', 16)
  return {
    kind: kinds[bits & 0o170000] ?? 'other',
    mode: bits & 0o7777,
    uid: Number(found[2]),
    gid: Number(found[3]),
    size: Number(found[4]),
    mtime: Number(found[5]),
    owner: nameOf(found[6]),
    group: nameOf(found[7]),
  }
}
