import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keyIdentity } from './key-operations.js'

export interface KeyPair {
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string
  /** In OpenSSH's format, for a file that only its owner reads. */
  readonly privateKey: string
}

/** Generates a key pair with ssh-keygen: of ssh2's, one in some hundreds is malformed. */
export async function makeKeyPair(directory: string, name: string): Promise<KeyPair> {
  const path = join(directory, name)
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path])
  return {
    publicKey: keyIdentity(await readFile(`${path}.pub`, 'utf8')) ?? '',
    privateKey: await readFile(path, 'utf8'),
  }
}
