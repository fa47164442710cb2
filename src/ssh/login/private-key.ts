import { createPrivateKey, sign } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { isNativeError } from 'node:util/types'
import ssh2, { type ParsedKey } from 'ssh2'
import { FettleError } from '../../core/errors.js'
import { reveal, type Secret } from '../../core/secret.js'
import { FileCache } from '../file-cache.js'
import { keyType } from './known-hosts.js'
import { pemKey } from './pem-key.js'

/**
 * A parsed key file. Its public part shows whether an agent holds it; `usable` may be the reason
 * why it cannot be used.
 */
export interface PrivateKey {
  readonly path: string
  readonly publicBlob: Buffer | null
  readonly usable: ParsedKey | FettleError
}

const ed25519OpenSSH = 'openssh-key-v1\0'

interface Header {
  readonly encrypted: boolean
  readonly blob: Buffer
}

/**
 * Reads the public part, which OpenSSH's format has in the clear even when the key is encrypted
 * (PROTOCOL.key).
 */
function openSshHeader(text: string): Header | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1]
  if (body === undefined) return null
  const bytes = Buffer.from(body, 'base64')
  if (bytes.subarray(0, ed25519OpenSSH.length).toString('latin1') !== ed25519OpenSSH) return null
  let at = ed25519OpenSSH.length
  const field = (): Buffer => {
    const length = bytes.readUInt32BE(at)
    at += 4 + length
    return bytes.subarray(at - length, at)
  }
  const cipher = field().toString()
  field()
  field()
  at += 4
  return { encrypted: cipher !== 'none', blob: field() }
}

function publicKey(text: string): Buffer | null {
  const [type, base64] = text.trim().split(/\s+/)
  if (type === undefined || base64 === undefined || text.includes('PRIVATE KEY')) return null
  const blob = Buffer.from(base64, 'base64')
  return keyType(blob) === type ? blob : null
}

/**
 * The mode of a file that others may read or change too; 0 for a safe one. Like ssh(1) it checks
 * only the user's own files, and besides refuses what everybody may write.
 */
function unsafeModeOf({ uid, mode }: Stats): number {
  if (process.getuid === undefined) return 0
  const refused = uid === process.getuid() ? 0o077 : 0o002
  return (mode & refused) === 0 ? 0 : mode & 0o777
}

const files = new FileCache(async (path): Promise<PrivateKey> => {
  const file = await open(path, constants.O_RDONLY)
  try {
    const stats = await file.stat()
    const text = await file.readFile('utf8')
    const found = await understand(path, text, unsafeModeOf(stats))
    return { path, ...found }
  } finally {
    await file.close()
  }
})

/** The keys decrypted with a given passphrase, by path. */
const unlocked = new Map<string, ParsedKey>()

/** Reads a key file as ssh(1) does. @returns null when there is none */
export async function readPrivateKey(path: string): Promise<PrivateKey | null> {
  try {
    const found = await files.get(path)
    const open = unlocked.get(path)
    if (found === null || open === undefined || !isLocked(found.usable)) return found
    return { ...found, publicBlob: open.getPublicSSH(), usable: open }
  } catch (cause) {
    return {
      path,
      publicBlob: null,
      usable: new FettleError('key-unreadable', {
        message: `the key ${path} cannot be read: ${(cause as Error).message}`,
        cause,
      }),
    }
  }
}

export const isLocked = (usable: unknown): boolean =>
  usable instanceof FettleError && usable.code === 'key-encrypted'

const isWrongPassphrase = (error: Error): boolean =>
  /bad passphrase|unable to authenticate|bad decrypt/i.test(error.message)

/**
 * Whether OpenSSL can decrypt the key at all. One wrong passphrase in 256 gives garbage with a valid
 * padding, which OpenSSL calls "unsupported", as it calls an unknown cipher: that others are called
 * wrong tells the two apart.
 */
const hasKnownCipher = (text: string): boolean =>
  ['a', 'b', 'c', 'd'].some((wrong) => {
    const parsed = parse(text, wrong)
    return isNativeError(parsed) && isWrongPassphrase(parsed)
  })

/**
 * Decrypts a key and keeps it for this process.
 * @returns whether the passphrase is right
 * @throws FettleError `key-unsupported` when the encryption is not supported
 */
export async function unlock(path: string, passphrase: Secret): Promise<boolean> {
  const text = await readFile(path, 'utf8')
  const parsed = parse(text, reveal(passphrase))
  if (!isNativeError(parsed)) {
    unlocked.set(path, parsedOnce(parsed))
    return true
  }
  if (isWrongPassphrase(parsed) || hasKnownCipher(text)) return false
  throw new FettleError('key-unsupported', {
    message: `the key ${path} is encrypted in a way that Fettle cannot read: ${parsed.message}`,
    remedy: `ssh-add ${path}, or have ssh-keygen -p -f ${path} write it anew`,
  })
}

function parse(text: string, passphrase?: string): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(text, passphrase)
  if (!isNativeError(parsed)) return parsed
  try {
    return pemKey(text, passphrase) ?? parsed
  } catch (error) {
    return error as Error
  }
}

/** The remedy: how to convert a key into a format that ssh reads. */
function conversionAdvice(path: string, text: string): string {
  if (text.startsWith('PuTTY-User-Key-File-'))
    return `it is a key of PuTTY: puttygen ${path} -O private-openssh -o NEWFILE writes it for ssh`
  if (text.includes('BEGIN SSH2 '))
    return `it is a key of another SSH: ssh-keygen -i -f ${path} >NEWFILE writes it for ssh`
  return `where ssh-keygen -y -f ${path} can read it, ssh-keygen -p -f ${path} writes it anew; else correct its path or its content`
}

type Understood = Omit<PrivateKey, 'path'>

async function understand(path: string, text: string, mode: number): Promise<Understood> {
  const given = publicKey(text)
  if (given !== null)
    return {
      publicBlob: given,
      usable: new FettleError('key-public', {
        message: `${path} is a public key, and no agent holds its private one`,
      }),
    }
  const beside = publicKey(await readFile(`${path}.pub`, 'utf8').catch(() => ''))
  let header: Header | null
  try {
    header = openSshHeader(text)
  } catch (cause) {
    return {
      publicBlob: beside,
      usable: new FettleError('key-unreadable', {
        message: `${path} holds no whole private key`,
        cause,
      }),
    }
  }
  const publicBlob = header?.blob ?? beside
  const unusable = whyUnusable(path, text, mode, header)
  if (unusable !== null) return { publicBlob, usable: unusable }
  return privateKey(path, text, publicBlob)
}

/** Why a key cannot be used, as far as its file and header show before it is parsed. */
function whyUnusable(
  path: string,
  text: string,
  mode: number,
  header: Header | null,
): FettleError | null {
  if ((mode & 0o077) !== 0)
    return new FettleError('key-permissions', {
      message: `the key ${path} has mode ${mode.toString(8).padStart(4, '0')}, so others can read it`,
      remedy: `chmod 600 ${path}`,
    })
  const type = header === null ? '' : keyType(header.blob)
  if (type.startsWith('sk-'))
    return new FettleError('key-unsupported', {
      message: `the key ${path} is of type ${type}: hardware keys are not supported yet`,
      remedy:
        'use an ed25519, ecdsa or rsa key for this host; through a jump host ssh itself can go: ProxyCommand ssh -W %h:%p JUMPHOST',
    })
  if (header?.encrypted === true || /(?<!SSH2 )ENCRYPTED/.test(text))
    return new FettleError('key-encrypted', {
      message: `the key ${path} is encrypted, and no agent holds it`,
      remedy: `ssh-add ${path}; or run Fettle at a terminal, where it asks for the passphrase, or with a program in SSH_ASKPASS that prints it`,
    })
  return null
}

function privateKey(path: string, text: string, publicBlob: Buffer | null): Understood {
  const parsed = parse(text)
  if (isNativeError(parsed)) {
    const usable = new FettleError('key-unreadable', {
      message: `${path} holds no private key that Fettle understands: ${parsed.message}`,
      remedy: conversionAdvice(path, text),
    })
    return { publicBlob, usable }
  }
  try {
    return { publicBlob: parsed.getPublicSSH(), usable: parsedOnce(parsed) }
  } catch (cause) {
    const usable = new FettleError('key-unreadable', {
      message: `the private key in ${path} is refused by OpenSSL: ${(cause as Error).message}`,
      cause,
    })
    return { publicBlob, usable }
  }
}

/**
 * The digest of each type's signatures; null where the type itself implies it. For RSA it depends
 * on what the server accepts, and ssh2 passes it in.
 */
const digests: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ssh-rsa': 'sha1',
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
}

/**
 * Parses the key for OpenSSL once. ssh2 has its text parsed again for each signature: 0.9 ms for
 * each host, where signing takes 0.03.
 */
function parsedOnce(parsed: ParsedKey): ParsedKey {
  const digest = digests[parsed.type]
  if (digest === undefined || !parsed.isPrivateKey()) return parsed
  const key = createPrivateKey(parsed.getPrivatePEM())
  return Object.assign(parsed, {
    sign: (data: Buffer, algorithm?: string) => sign(algorithm ?? digest, data, key),
  })
}
