import { types } from 'node:util'
import { FettleError } from '../../core/errors.js'
import {
  fingerprint,
  judge,
  keyType,
  knownHostsLine,
  knownName,
  readKnownKeys,
  appendKey,
  type KnownKey,
} from './known-hosts.js'
import type { HostConfig } from '../config/ssh-config.js'
import type { ConnectOptions } from '../target.js'

/** The check of the key that a host presents. */
export interface HostKeyCheck {
  /**
   * Algorithms to offer, those of known keys first, so that the host presents a key that can be
   * compared.
   */
  readonly algorithms: readonly string[]
  /** Null: the key is accepted, and remembered if it is new. */
  verify(key: Buffer): Promise<FettleError | null>
}

const supported = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]
const algorithmsOf = (type: string): readonly string[] =>
  type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type]
const shown = (type: string, key: Buffer): string => `${type} ${fingerprint(key)}`

/** Prepares the check from the user's, the system's and the project's known_hosts files. */
export async function hostKeyCheck(
  config: HostConfig,
  options: ConnectOptions,
  place: string,
): Promise<HostKeyCheck> {
  const name = config.hostKeyAlias?.toLowerCase() ?? knownName(config.host, config.port)
  const own = options.knownHostsFiles[0] ?? config.knownHostsFiles[0]
  const files = [...options.knownHostsFiles, ...config.knownHostsFiles]
  const known = await readKnownKeys(files, name)
  const hasPort = config.hostKeyAlias === null && config.port !== 22
  let portless: readonly KnownKey[] = []
  if (hasPort && known.every(({ marker }) => marker !== null))
    portless = await readKnownKeys(files, knownName(config.host, 22))
  return {
    algorithms: algorithmsToOffer(config, [...known, ...portless], place),
    async verify(key) {
      const verdict = judge(known, key, portless)
      switch (verdict.is) {
        case 'known':
          return null
        case 'revoked':
          return revoked(place, key, verdict.by)
        case 'changed':
          return changed(place, key, verdict.known)
        case 'unknown':
          if (!(options.acceptNew || config.acceptNew) || own === undefined)
            return unknownKey(place, name, key, own, verdict.authorities, options.command)
          return appendKey(own, knownHostsLine(name, key)).then(
            () => null,
            (cause: unknown) => notRemembered(place, own, cause),
          )
      }
    },
  }
}

/**
 * @throws FettleError `ssh-config-unsupported` when ssh_config permits no algorithm that ssh2 has
 */
function algorithmsToOffer(
  { algorithms }: HostConfig,
  known: readonly KnownKey[],
  place: string,
): readonly string[] {
  const permitted = algorithms.serverHostKey
  const allowed = supported.filter((algorithm) => permitted?.includes(algorithm) ?? true)
  if (allowed.length === 0)
    throw new FettleError('ssh-config-unsupported', {
      message: `${place}: ssh_config's HostKeyAlgorithms holds none that Fettle has (${supported.join(', ')})`,
    })
  const keys = known.filter(({ marker }) => marker === null)
  const wanted = new Set(keys.flatMap(({ type }) => algorithmsOf(type)))
  return [
    ...allowed.filter((algorithm) => wanted.has(algorithm)),
    ...allowed.filter((algorithm) => !wanted.has(algorithm)),
  ]
}

/**
 * ssh2's `hostVerifier`. The first key exchange waits for the check. A later one (a rekey) must
 * present the accepted key and is judged synchronously: while ssh2 waits for an answer there, it
 * sends pending data with keys that the host no longer has.
 * @param onRefused called with the reason when a key is not accepted
 */
export function hostVerifier(
  check: HostKeyCheck,
  onRefused: (error: Error) => void,
): (key: Buffer, answer: (accepted: boolean) => void) => void {
  let asked = false
  let accepted: Buffer | null = null
  const later = (key: Buffer): boolean => {
    if (accepted?.equals(key) === true) return true
    onRefused(
      new FettleError('host-key-changed', {
        message: `a rekey showed another host key than the login: ${shown(keyType(key), key)}`,
        remedy: 'somebody may be in between: find out why before anything else',
      }),
    )
    return false
  }
  return (key, answer) => {
    if (asked) return answer(later(key))
    asked = true
    check
      .verify(key)
      .catch((error: unknown) => error as Error)
      .then(
        (error) => {
          if (error === null) accepted = Buffer.from(key)
          else onRefused(error)
          answer(error === null)
        },
        () => answer(false),
      )
  }
}

function notRemembered(place: string, file: string, cause: unknown): FettleError {
  const isLink = types.isNativeError(cause) && 'code' in cause && cause.code === 'ELOOP'
  const why = isLink ? 'it is a symbolic link, which is not followed' : String(cause)
  const replace = `put a file in the place of the link ${file}`
  return new FettleError('host-key-unknown', {
    message: `the host key of ${place} cannot be written to ${file}: ${why}`,
    remedy: isLink ? replace : `see that ${file} can be written to`,
    cause,
  })
}

function revoked(place: string, key: Buffer, by: KnownKey): FettleError {
  return new FettleError('host-key-revoked', {
    message: `${place} shows the key ${shown(by.type, key)}, which ${by.place} revokes`,
  })
}

function changed(place: string, key: Buffer, known: readonly KnownKey[]): FettleError {
  const places = [...new Set(known.map((entry) => entry.place))].join(', ')
  const keys = known.map((entry) => shown(entry.type, entry.key)).join(' or ')
  return new FettleError('host-key-changed', {
    message: `the host key of ${place} has CHANGED: known is ${keys} (${places}), the host shows ${shown(keyType(key), key)}`,
    remedy: `somebody may be in between; only if you know why the key is new, remove ${places}`,
  })
}

function unknownKey(
  place: string,
  name: string,
  key: Buffer,
  own: string | undefined,
  authorities: readonly KnownKey[],
  command = 'the same command',
): FettleError {
  const file = own ?? 'a known_hosts file'
  const places = authorities.map((entry) => entry.place).join(', ')
  const named = ` (${places} names a certificate authority, which is not supported yet)`
  const authority = authorities.length === 0 ? '' : named
  return new FettleError('host-key-unknown', {
    message: `the host key of ${place} is not known: it shows ${shown(keyType(key), key)}${authority}`,
    remedy: `compare the fingerprint with the one of the host (ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub there), then run ${command} with --accept-new, or add this line to ${file}: ${knownHostsLine(name, key)}`,
  })
}
