import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2'
import { FettleError } from '../../core/errors.js'
import type { HostConfig } from '../config/ssh-config.js'

/**
 * What ssh2 offers by default. Algorithms that ssh_config excludes are removed; ssh2's order stays,
 * because it prefers the fast ones.
 */
const offered = {
  kex: {
    option: 'KexAlgorithms',
    names: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group15-sha512',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group17-sha512',
      'diffie-hellman-group18-sha512',
    ],
  },
  cipher: {
    option: 'Ciphers',
    names: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'chacha20-poly1305@openssh.com',
    ],
  },
  hmac: {
    option: 'MACs',
    names: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
  },
} as const

/**
 * The algorithms to offer a host: ssh2's, filtered by ssh_config.
 * @throws FettleError `ssh-config-unsupported` when nothing is left of a kind
 */
export function algorithmsFor(
  { algorithms }: HostConfig,
  hostKeys: readonly string[],
  place: string,
): Algorithms {
  const without = (kind: keyof typeof offered): { readonly remove: readonly string[] } => {
    const allowed = algorithms[kind]
    if (allowed === null) return { remove: [] }
    const { names, option } = offered[kind]
    const remove = names.filter((name) => !allowed.includes(name))
    if (remove.length === names.length)
      throw new FettleError('ssh-config-unsupported', {
        message: `${place}: ssh_config's ${option} holds none that Fettle has (${names.join(', ')})`,
      })
    return { remove }
  }
  // @types/ssh2 requires all three operations at once; ssh2 accepts any of them.
  return {
    kex: without('kex'),
    cipher: without('cipher'),
    hmac: without('hmac'),
    serverHostKey: hostKeys as ServerHostKeyAlgorithm[],
  } as unknown as Algorithms
}
