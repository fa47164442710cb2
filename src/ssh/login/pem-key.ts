import { createPrivateKey, type KeyObject } from 'node:crypto'
import ssh2, { type ParsedKey } from 'ssh2'
import { omitUndefined } from '../../core/omit-undefined.js'

/** A field of OpenSSH's format, behind its length. */
function field(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** OpenSSH's own format (PROTOCOL.key), the only one in which ssh2 reads this type. */
function ed25519InOpenSsh(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' })
  const secret = Buffer.from(d, 'base64url')
  const open = Buffer.from(x, 'base64url')
  const type = field('ssh-ed25519')
  // Two equal numbers show that it was decrypted well; here nothing is encrypted.
  const inside = Buffer.concat([
    Buffer.alloc(8),
    type,
    field(open),
    field(Buffer.concat([secret, open])),
    field(''),
  ])
  const missing = (8 - (inside.length % 8)) % 8
  const padding = Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))
  const one = Buffer.from([0, 0, 0, 1])
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    one,
    field(Buffer.concat([type, field(open)])),
    field(Buffer.concat([inside, padding])),
  ])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${whole.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

/** By the types that SSH has. */
const formsOfSsh2: Readonly<Record<string, (key: KeyObject) => string>> = {
  rsa: (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString(),
  ec: (key) => key.export({ type: 'sec1', format: 'pem' }).toString(),
  ed25519: ed25519InOpenSsh,
}

/**
 * Reads a key that ssh2 does not and OpenSSL does, as ssh(1) has it read: PKCS #8, also encrypted,
 * and PEM with other parts before it.
 * @returns null when it is none of these
 * @throws what OpenSSL says of it: a wrong passphrase too
 */
export function pemKey(text: string, passphrase?: string): ParsedKey | null {
  const [pem] = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/.exec(text) ?? []
  if (pem === undefined || pem.includes('OPENSSH')) return null
  const key = createPrivateKey({ key: pem, ...omitUndefined({ passphrase }) })
  const form = formsOfSsh2[key.asymmetricKeyType ?? '']
  if (form === undefined) return null
  const parsed = ssh2.utils.parseKey(form(key))
  return parsed instanceof Error ? null : parsed
}
