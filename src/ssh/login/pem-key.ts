import { createPrivateKey, type KeyObject } from 'node:crypto'
import ssh2, { type ParsedKey } from 'ssh2'
import { omitUndefined } from '../../core/omit-undefined.js'

/** A field of OpenSSH's format: its length, then its bytes. */
function field(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Writes OpenSSH's own format (PROTOCOL.key), the only one in which ssh2 reads this type. */
function ed25519InOpenSsh(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' })
  const secret = Buffer.from(d, 'base64url')
  const open = Buffer.from(x, 'base64url')
  const type = field('ssh-ed25519')
  // The check value: two equal numbers by which a reader verifies the decryption. Nothing is
  // encrypted here, so zeros will do.
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

/** The writers of a format that ssh2 reads, by key type. */
const formsOfSsh2: Readonly<Record<string, (key: KeyObject) => string>> = {
  rsa: (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString(),
  ec: (key) => key.export({ type: 'sec1', format: 'pem' }).toString(),
  ed25519: ed25519InOpenSsh,
}

/**
 * Reads keys that OpenSSL supports and ssh2 does not, as ssh(1) does: PKCS #8, also encrypted, and
 * PEM with other parts before it.
 * @returns null when the text is none of these
 * @throws OpenSSL's error, also for a wrong passphrase
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
