import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { FettleError } from '../../src/core/errors.js'
import { readPrivateKey } from '../../src/ssh/private-key.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-key-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test.each<readonly [type: string, bits: number, format: string, algorithm: string | undefined]>([
  ['ed25519', 256, 'RFC4716', undefined],
  ['rsa', 2048, 'RFC4716', undefined],
  ['rsa', 2048, 'RFC4716', 'sha256'],
  ['rsa', 2048, 'RFC4716', 'sha512'],
  ['rsa', 2048, 'PEM', 'sha512'],
  ['ecdsa', 256, 'RFC4716', undefined],
  ['ecdsa', 384, 'RFC4716', undefined],
  ['ecdsa', 521, 'RFC4716', undefined],
  ['ecdsa', 256, 'PEM', undefined],
])('a key of type %s with %i bits, in the format %s, signs by %s as ssh2 expects', async (type, bits, format, algorithm) => {
  const path = join(directory, [type, bits, format, algorithm].join('-'))
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', String(bits), '-m', format, '-N', '', '-f', path])
  const key = (await readPrivateKey(path))?.usable
  if (key === undefined || key instanceof FettleError) throw new Error('the key cannot be used', { cause: key })
  const data = Buffer.from('what is signed')
  const own = ssh2.utils.parseKey(key.getPublicSSH())
  if (own instanceof Error) throw own
  expect(own.verify(data, key.sign(data, algorithm), algorithm)).toBe(true)
  expect(own.verify(Buffer.from('something else'), key.sign(data, algorithm), algorithm)).toBe(false)
})

test.each<readonly [mode: number, owner: string, isRefused: boolean]>([
  [0o600, 'own', false],
  [0o640, 'own', true],
  [0o602, 'own', true],
  ...(process.getuid?.() === 0 ? [[0o644, 'another', false], [0o666, 'another', true], [0o602, 'another', true]] as const : []),
])('a key of mode %o, of %s user', async (mode, owner, isRefused) => {
  const path = join(directory, `modes-${mode.toString(8)}-${owner}`)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])
  chmodSync(path, mode)
  if (owner === 'another') chownSync(path, 65534, 65534)
  const key = (await readPrivateKey(path))?.usable
  expect(key instanceof FettleError ? key.code : 'usable').toBe(isRefused ? 'key-permissions' : 'usable')
})
