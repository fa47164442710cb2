import { createHash, createHmac } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FileCache } from './file-cache.js'
import { wildcard } from './wildcard.js'

/** A line of a known_hosts file, as sshd(8) describes it. */
export interface KnownKey {
  /** `FILE:LINE`, for messages. */
  readonly place: string
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly type: string
  readonly key: Buffer
}

export type Verdict =
  | { readonly is: 'known' }
  | { readonly is: 'unknown'; readonly authorities: readonly KnownKey[] }
  | { readonly is: 'changed'; readonly known: readonly KnownKey[] }
  | { readonly is: 'revoked'; readonly by: KnownKey }

/** How known_hosts names a host: `[host]:port` unless the port is 22. An alias (HostKeyAlias) stands without a port. */
export const knownName = (host: string, port: number): string => (port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`)

/** As ssh-keygen -l shows it. */
export const fingerprint = (key: Buffer): string => `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** A key blob names its type in its first field (RFC 4253, section 6.6). */
export const keyType = (key: Buffer): string => (key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1'))

export const knownHostsLine = (name: string, key: Buffer): string => `${name} ${keyType(key)} ${key.toString('base64')}`

function matchesOne(pattern: string, name: string): boolean {
  if (pattern.startsWith('|')) {
    const [, version, salt, hash] = pattern.split('|')
    return version === '1' && salt !== undefined && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  }
  return wildcard(pattern.toLowerCase(), name)
}

/** A list of patterns; one that is negated and matches decides against the whole list. */
function matches(list: string, name: string): boolean {
  const patterns = list.split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesOne(pattern.slice(1), name))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesOne(pattern, name))
}

interface Line extends Omit<KnownKey, 'key'> {
  readonly hosts: string
  readonly base64: string
}

/** A known_hosts file. Lines that are not understood are passed over, as OpenSSH does. */
export class KnownHosts {
  /** Lines of plain names by each of these, so that a file of a thousand hosts is not walked through for each of them. */
  readonly #named = new Map<string, Line[]>()
  readonly #others: Line[] = []

  constructor(path: string, text: string) {
    for (const [index, line] of text.split('\n').entries()) {
      const fields = line.trim().split(/[ \t]+/)
      const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined
      const [hosts, type, base64] = fields
      if (hosts === undefined || hosts.startsWith('#') || type === undefined || base64 === undefined) continue
      if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') continue
      const known: Line = { place: `${path}:${index + 1}`, marker: marker === undefined ? null : marker === '@revoked' ? 'revoked' : 'cert-authority', type, hosts, base64 }
      if (/[*?!|]/.test(hosts)) this.#others.push(known)
      else for (const name of new Set(hosts.toLowerCase().split(','))) this.#named.set(name, [...(this.#named.get(name) ?? []), known])
    }
  }

  /** The keys that it holds for a name. */
  keysOf(name: string): readonly KnownKey[] {
    const lines = [...(this.#named.get(name) ?? []), ...this.#others.filter(({ hosts }) => matches(hosts, name))]
    return lines.flatMap(({ place, marker, type, base64 }) => {
      const key = Buffer.from(base64, 'base64')
      return keyType(key) === type ? [{ place, marker, type, key }] : []
    })
  }
}

/**
 * OpenSSH's verdict on a key, but for one case: where another type of key is known, OpenSSH calls this one unknown.
 * The known types are asked for first, so a host that shows another one has lost them, and that is a change.
 */
export function judge(keys: readonly KnownKey[], key: Buffer): Verdict {
  const by = keys.find((known) => known.marker === 'revoked' && known.key.equals(key))
  if (by !== undefined) return { is: 'revoked', by }
  const known = keys.filter((entry) => entry.marker === null)
  if (known.some((entry) => entry.key.equals(key))) return { is: 'known' }
  if (known.length > 0) return { is: 'changed', known }
  return { is: 'unknown', authorities: keys.filter((entry) => entry.marker === 'cert-authority') }
}

const files = new FileCache(async (path) => new KnownHosts(path, await readFile(path, 'utf8')))

/** All that is known of a name. A file that does not exist holds nothing. */
export async function readKnownKeys(paths: readonly string[], name: string): Promise<readonly KnownKey[]> {
  const found = await Promise.all(paths.map((path) => files.get(path)))
  return found.flatMap((file) => file?.keysOf(name) ?? [])
}

/** Adds a line in one write, so that hosts that are accepted at the same time do not mix. A symbolic link is not followed. */
export async function remember(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  try {
    const { size } = await file.stat()
    const last = size === 0 ? '\n' : (await file.read({ buffer: Buffer.alloc(1), position: size - 1 })).buffer.toString()
    await file.appendFile(`${last === '\n' ? '' : '\n'}${line}\n`)
  } finally {
    await file.close()
  }
}
