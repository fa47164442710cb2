import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { blocked, type Blocked } from '../../core/change.js'
import type { Value } from '../../core/later.js'
import { absolutePath, line, state, value } from '../../core/schemas.js'
import { wantedOf } from '../../core/schema-words.js'
import { args, options, resource } from '../../core/definition.js'
import type { CommonOptions } from '../../core/resource.js'
import { publicKeyPattern } from '../../facts/accounts/ssh-key.js'
import { editedFile } from '../files/edited-file.js'
import { pathState } from '../files/path-state.js'

export interface KnownHostOptions extends CommonOptions {
  /**
   * All keys of the host, each as `type base64`. Other keys of this host are removed. Required
   * unless `state` is `absent`.
   */
  readonly keys?: Value<readonly string[]>
  /**
   * The file. Default `/etc/ssh/ssh_known_hosts`, which every user's ssh reads. Its mode and owner
   * are not changed; a new file is 0644.
   */
  readonly path?: string
  /** `absent` removes all keys of the host. Default `present`. */
  readonly state?: 'present' | 'absent'
}

const publicKey = line.regex(publicKeyPattern, "must be a public key: 'type base64'")
const publicKeys = z.array(publicKey).min(1, 'must hold at least one key')

const withPort = /^(?:\[(.*)\]|([^:]*)):(\d+)$/

const nameOrAddress = z.union([z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), z.ipv6()])
const isName = (name: string): boolean => nameOrAddress.safeParse(name).success

/** ssh writes a port without leading zeros. */
const isPort = (port: string): boolean => /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535

function isHostAndPort(host: string): boolean {
  const [, bracketed, name = bracketed, port] = withPort.exec(host) ?? []
  return name === undefined || port === undefined ? isName(host) : isName(name) && isPort(port)
}

const hostPattern = line.refine(
  isHostAndPort,
  'must be a host: a name, name:port or [name]:port, the port from 1 to 65535',
)

/**
 * A host name as known_hosts writes it: in lower case, with `[name]:port` for a port other than 22.
 */
export function knownName(host: string): string {
  const [, bracketed, name = bracketed, port] = withPort.exec(host.toLowerCase()) ?? []
  if (name === undefined || port === undefined) return host.toLowerCase()
  return Number(port) === 22 ? name : `[${name}]:${port}`
}

/**
 * Whether a name in a line is the host, also where it is hashed (`|1|salt|hash`, sshd(8)). Patterns
 * do not count.
 */
function isHost(listed: string, host: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(listed) ?? []
  if (salt === undefined) return listed.toLowerCase() === host
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash
}

/** A key as `type base64`, without its comment. */
const withoutComment = (key: string): string => key.split(/\s+/).slice(0, 2).join(' ')

interface HostLine {
  readonly text: string
  /** The key, if the line belongs to the host. Lines with a marker (`@revoked`) never do. */
  readonly key: string | null
  /** The line without the host, for the other names on it; null where there are none. */
  readonly rest: string | null
}

function parseLine(text: string, host: string): HostLine {
  const [names = '', ...key] = text.trim().split(/\s+/)
  const listed = names.split(',')
  if (/^[#@]/.test(names) || !listed.some((name) => isHost(name, host)))
    return { text, key: null, rest: text }
  const others = listed.filter((name) => !isHost(name, host))
  const rest = others.length === 0 ? null : [others.join(','), ...key].join(' ')
  return { text, key: withoutComment(key.join(' ')), rest }
}

/**
 * The file with exactly these keys of the host: correct lines stay in their places, other lines of
 * the host are removed, missing keys are appended.
 */
export function withKeys(before: string, host: string, keys: readonly string[]): string {
  const wanted = [...new Set(keys.map(withoutComment))]
  const lines = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const parsed = lines.map((text) => parseLine(text, host))
  const kept = parsed
    .map(({ text, key, rest }) => (key === null || wanted.includes(key) ? text : rest))
    .filter((line) => line !== null)
  const there = new Set(parsed.map((each) => each.key))
  const missing = wanted.filter((key) => !there.has(key))
  const all = [...kept, ...missing.map((key) => `${host} ${key}`)]
  return all.length === 0 ? '' : `${all.join('\n')}\n`
}

/**
 * Checks keys from a `Later`, which could not be checked with the options. Any change may alter what
 * it is made from.
 */
function wrongKeys(keys: unknown): Blocked | undefined {
  const result = publicKeys.safeParse(keys)
  if (result.success) return undefined
  const [issue] = result.error.issues
  const isOfList = issue?.path.length === 0
  return blocked(
    `the keys ${isOfList ? '' : 'are not public keys: each '}${wantedOf(issue)}`,
    "give each key as 'type base64'",
  )
}

/**
 * The keys of an SSH server in a known_hosts file (sshd(8)), so that clients on the host refuse any
 * other key. Lines of other hosts, comments, patterns and markers are kept. Take the keys from a
 * trusted source: nothing is fetched. The file's directory must exist.
 */
export const knownHost = resource({
  type: 'knownHost',
  undo: [pathState],
  chapter: 'Code',
  ansible: '`known_hosts`',
  arguments: args<[host: string]>(hostPattern),
  options: options<KnownHostOptions>({
    keys: value(publicKeys).optional(),
    path: absolutePath.optional(),
    state: state.optional(),
  }),
  conflict: (_, { keys, state }) =>
    keys === undefined && state !== 'absent' ? 'keys is required' : undefined,
  build(host, { keys, path = '/etc/ssh/ssh_known_hosts', state, sensitive }) {
    const name = knownName(host)
    return editedFile(path, {
      create: true,
      sensitive,
      values: { keys },
      edit(before, { keys: given = [] }) {
        if (state === 'absent')
          return {
            text: withKeys(before, name, []),
            summary: `forget the keys of ${name}`,
            effect: 'remove',
            fine: 'the host is not known',
          }
        return (
          wrongKeys(given) ?? {
            text: withKeys(before, name, given),
            summary: `set the keys of ${name}`,
            fine: `${String(given.length)} keys of the host are known`,
          }
        )
      },
    })
  },
})
