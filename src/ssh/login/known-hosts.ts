import { createHash, createHmac } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FettleError } from '../../core/errors.js'
import { markedEncoding } from '../../core/text-encoding.js'
import { FileCache } from '../file-cache.js'
import { wildcard } from '../config/wildcard.js'

/** A parsed line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownKey {
  /** `FILE:LINE`, for messages. */
  readonly place: string
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly type: string
  readonly key: Buffer
}

export type HostKeyVerdict =
  | { readonly is: 'known' }
  | { readonly is: 'unknown'; readonly authorities: readonly KnownKey[] }
  | { readonly is: 'changed'; readonly known: readonly KnownKey[] }
  | { readonly is: 'revoked'; readonly by: KnownKey }

/**
 * The host's name in known_hosts: `[host]:port` unless the port is 22. An alias (HostKeyAlias) is
 * written without a port.
 */
export const knownName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

/** The fingerprint as ssh-keygen -l prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** The type of a key blob, which is its first field (RFC 4253, section 6.6). */
export const keyType = (key: Buffer): string =>
  key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')

export const knownHostsLine = (name: string, key: Buffer): string =>
  `${name} ${keyType(key)} ${key.toString('base64')}`

/** Compares with a hashed name, which is alone on its line. */
function isHashOf(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|')
  if (version !== '1' || salt === undefined) return false
  const key = Buffer.from(salt, 'base64')
  return createHmac('sha1', key).update(name).digest('base64') === hash
}

/** Matches a list of patterns. A negated pattern that matches decides against the whole list. */
function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name)
  const patterns = hosts.toLowerCase().split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && wildcard(pattern.slice(1), name)))
    return false
  return patterns.some((pattern) => !pattern.startsWith('!') && wildcard(pattern, name))
}

/**
 * The number of fields of each key type (RFC 4253, section 6.6; RFC 5656, section 3.1; RFC 8709;
 * OpenSSH's PROTOCOL.u2f).
 */
const fieldCounts: Readonly<Record<string, number>> = {
  'ssh-ed25519': 2,
  'ssh-rsa': 3,
  'ssh-dss': 5,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
}

/** Decodes the key; null unless it is complete and of the named type. */
function keyOf({ type, base64 }: Pick<KnownHostsLine, 'type' | 'base64'>): Buffer | null {
  const key = Buffer.from(base64, 'base64')
  if (keyType(key) !== type || key.toString('base64') !== base64) return null
  let fields = 0
  let end = 0
  while (end + 4 <= key.length) {
    end += 4 + key.readUInt32BE(end)
    fields += 1
  }
  return end === key.length && fields === fieldCounts[type] ? key : null
}

interface KnownHostsLine extends Omit<KnownKey, 'key'> {
  readonly hosts: string
  readonly base64: string
}

const markers: ReadonlyMap<string | undefined, KnownHostsLine['marker']> = new Map([
  [undefined, null],
  ['@revoked', 'revoked'],
  ['@cert-authority', 'cert-authority'],
])

/** Parses a line. Null for a comment and for a line that is not understood. */
function lineOf(line: string, place: string): KnownHostsLine | null {
  const fields = line
    .replace(/\r$/, '')
    .replace(/^[ \t]+/, '')
    .split(/[ \t]+/)
  const isMarked = fields[0]?.startsWith('@') === true
  const marker = markers.get(isMarked ? fields.shift() : undefined)
  const [hosts, type, base64] = fields
  if (hosts === undefined || hosts.startsWith('#')) return null
  if (type === undefined || base64 === undefined || marker === undefined) return null
  return { place, marker, type, hosts, base64 }
}

/** A known_hosts file. Lines that are not understood are skipped, as OpenSSH does. */
export class KnownHosts {
  /**
   * An index of lines with plain names, so that a file of a thousand hosts is not searched line by
   * line for each of them.
   */
  readonly #named = new Map<string, KnownHostsLine[]>()
  readonly #others: KnownHostsLine[] = []

  constructor(path: string, text: string) {
    for (const [index, line] of text.split('\n').entries()) {
      const known = lineOf(line, `${path}:${index + 1}`)
      if (known === null) continue
      const { hosts } = known
      if (/[*?!|]/.test(hosts)) this.#others.push(known)
      else for (const name of new Set(hosts.toLowerCase().split(','))) this.#add(name, known)
    }
  }

  #add(name: string, line: KnownHostsLine): void {
    const lines = this.#named.get(name) ?? []
    this.#named.set(name, [...lines, line])
  }

  /** The keys that the file has for a name. */
  keysOf(name: string): readonly KnownKey[] {
    const named = this.#named.get(name) ?? []
    const others = this.#others.filter(({ hosts }) => matches(hosts, name))
    return [...named, ...others].flatMap((line) => {
      const { place, marker, type } = line
      const key = keyOf(line)
      return key === null ? [] : [{ place, marker, type, key }]
    })
  }
}

/**
 * Judges a key as OpenSSH does.
 * @param portless the keys known for the host without its port, if that is not 22. They count only
 *   if they contain or revoke the key and nothing is known with the port
 */
export function judge(
  keys: readonly KnownKey[],
  key: Buffer,
  portless: readonly KnownKey[] = [],
): HostKeyVerdict {
  const by = keys.find((known) => known.marker === 'revoked' && known.key.equals(key))
  if (by !== undefined) return { is: 'revoked', by }
  const known = keys.filter((entry) => entry.marker === null)
  if (known.some((entry) => entry.key.equals(key))) return { is: 'known' }
  if (known.length > 0) return { is: 'changed', known }
  const elsewhere = portless.length === 0 ? null : judge(portless, key)
  if (elsewhere?.is === 'known' || elsewhere?.is === 'revoked') return elsewhere
  return {
    is: 'unknown',
    authorities: [...keys, ...portless].filter((entry) => entry.marker === 'cert-authority'),
  }
}

const files = new FileCache(async (path) => {
  const content = await readFile(path)
  return new KnownHosts(path, textOf(content, path))
})

/**
 * Decodes the file. Comments may be in any encoding. UTF-16 is refused, because OpenSSH could not
 * read a line appended to it.
 */
function textOf(content: Buffer, path: string): string {
  const encoding = markedEncoding(content)
  if (encoding === null || encoding === 'UTF-8') return content.toString().replace(/^\ufeff/, '')
  throw new FettleError('host-key-unknown', {
    address: path,
    message: `${path} is written in ${encoding}, which neither OpenSSH nor Fettle reads there`,
    remedy: 'save it as UTF-8',
  })
}

/** All known keys of a name. A missing file has none. */
export async function readKnownKeys(
  paths: readonly string[],
  name: string,
): Promise<readonly KnownKey[]> {
  const found = await Promise.all(paths.map((path) => files.get(path)))
  return found.flatMap((file) => file?.keysOf(name) ?? [])
}

/**
 * Appends a line in one write, so that the lines of hosts accepted at the same time do not
 * interleave. Does not follow a symbolic link; the modes of what it creates do not depend on the
 * umask.
 */
export async function appendKey(path: string, line: string): Promise<void> {
  const made = await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  if (made !== undefined) await chmod(dirname(path), 0o755)
  const file = await open(
    path,
    constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  )
  try {
    const { size } = await file.stat()
    let last = '\n'
    if (size === 0) await file.chmod(0o600)
    else {
      const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 })
      last = buffer.toString()
    }
    const lineBreak = last === '\n' ? '' : '\n'
    await file.appendFile(`${lineBreak}${line}\n`)
  } finally {
    await file.close()
  }
}
