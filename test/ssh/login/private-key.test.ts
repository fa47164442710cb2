import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { FettleError } from '../../../src/core/errors.js'
import { Secret } from '../../../src/core/secret.js'
import { readPrivateKey, unlock } from '../../../src/ssh/login/private-key.js'

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
  ['rsa', 2048, 'PKCS8', 'sha512'],
  ['ecdsa', 256, 'PKCS8', undefined],
  ['ecdsa', 521, 'PKCS8', undefined],
])(
  'a key of type %s with %i bits, in the format %s, signs by %s as ssh2 expects',
  async (type, bits, format, algorithm) => {
    const path = join(directory, [type, bits, format, algorithm].join('-'))
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      type,
      '-b',
      String(bits),
      '-m',
      format,
      '-N',
      '',
      '-f',
      path,
    ])
    const key = (await readPrivateKey(path))?.usable
    if (key === undefined || key instanceof FettleError)
      throw new Error('the key cannot be used', { cause: key })
    const data = Buffer.from('what is signed')
    const own = ssh2.utils.parseKey(key.getPublicSSH())
    if (own instanceof Error) throw own
    expect(own.verify(data, key.sign(data, algorithm), algorithm)).toBe(true)
    expect(own.verify(Buffer.from('something else'), key.sign(data, algorithm), algorithm)).toBe(
      false,
    )
  },
)

/** A file that only its owner may read. */
function written(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret words' } as const
const ed25519 = generateKeyPairSync('ed25519').privateKey
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

/** Whether its signature verifies with its own public half, with this type. */
async function signsAs(path: string, type: string): Promise<boolean> {
  const key = (await readPrivateKey(path))?.usable
  if (key === undefined || key instanceof FettleError)
    throw new Error('the key cannot be used', { cause: key })
  const data = Buffer.from('what is signed')
  return key.type === type && key.verify(data, key.sign(data))
}

test.each([
  [
    'ed25519 in PKCS #8',
    ed25519.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'ssh-ed25519',
  ],
  [
    'with line ends of Windows',
    rsa.export({ type: 'pkcs8', format: 'pem' }).toString().replaceAll('\n', '\r\n'),
    'ssh-rsa',
  ],
  [
    'behind the words of openssl pkcs12',
    `Bag Attributes\n    friendlyName: web\n${rsa.export({ type: 'pkcs8', format: 'pem' }).toString()}`,
    'ssh-rsa',
  ],
  [
    'behind the parameters of openssl ecparam',
    `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${p256.export({ type: 'sec1', format: 'pem' }).toString()}`,
    'ecdsa-sha2-nistp256',
  ],
])('a key %s', async (what, text, type) => {
  expect(await signsAs(written(what.replaceAll(/[ #]/g, '-'), text), type)).toBe(true)
})

test.each([
  ['ssh-ed25519', ed25519],
  ['ecdsa-sha2-nistp256', p256],
  ['ssh-rsa', rsa],
])(
  '%s in encrypted PKCS #8 is unlocked with its passphrase, and only with it',
  async (type, key) => {
    const path = written(
      `${type}-locked`,
      key.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString(),
    )
    expect((await readPrivateKey(path))?.usable).toMatchObject({ code: 'key-encrypted' })
    expect(await unlock(path, new Secret('other words'))).toBe(false)
    expect(await unlock(path, new Secret(cipher.passphrase))).toBe(true)
    expect(await signsAs(path, type)).toBe(true)
  },
)

test('no wrong passphrase of many is called an unsupported encryption', async () => {
  const text = p256.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString()
  const path = written('many-passphrases', text)
  for (let index = 0; index < 1000; index++)
    expect(await unlock(path, new Secret(`wrong ${index}`))).toBe(false)
})

test('an encryption that OpenSSL does not have is named', async () => {
  const text = p256.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString()
  // The last byte of the cipher's object identifier (2.16.840.1.101.3.4.1.42, AES-256-CBC).
  const der = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
  der[der.indexOf('60864801650304012a', 0, 'hex') + 8] = 0x7f
  const path = written(
    'unknown-cipher',
    `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${der.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----\n`,
  )
  await expect(unlock(path, new Secret(cipher.passphrase))).rejects.toMatchObject({
    code: 'key-unsupported',
  })
})

test.each([
  ['PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', 'puttygen'],
  [
    'another SSH',
    '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n',
    'ssh-keygen -i',
  ],
  [
    'X25519',
    generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'ssh-keygen -p',
  ],
  ['nothing', 'no key\n', 'ssh-keygen -p'],
])('a key of %s is named with its way out', async (what, text, remedy) => {
  const path = written(what.replaceAll(' ', '-'), text)
  expect((await readPrivateKey(path))?.usable).toMatchObject({
    code: 'key-unreadable',
    message: expect.stringContaining(path),
    remedy: expect.stringContaining(remedy),
  })
})

const modes: readonly (readonly [mode: number, owner: string, isRefused: boolean])[] = [
  [0o600, 'own', false],
  [0o640, 'own', true],
  [0o602, 'own', true],
  [0o644, 'another', false],
  [0o666, 'another', true],
  [0o602, 'another', true],
]
/** Only root can give a file to another user. */
const isRoot = process.getuid?.() === 0

test.each(modes.filter(([, owner]) => isRoot || owner === 'own'))(
  'a key of mode %o, of %s user',
  async (mode, owner, isRefused) => {
    const path = join(directory, `modes-${mode.toString(8)}-${owner}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])
    chmodSync(path, mode)
    if (owner === 'another') chownSync(path, 65534, 65534)
    const key = (await readPrivateKey(path))?.usable
    expect(key instanceof FettleError ? key.code : 'usable').toBe(
      isRefused ? 'key-permissions' : 'usable',
    )
  },
)
