import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import { Secret } from '../../../src/core/secret.js'
import { lockedKeys, unlock } from '../../../src/ssh/login/locked-keys.js'
import type { ConnectOptions, Target } from '../../../src/ssh/target.js'
import { logIn } from '../log-in.js'
import { makeKey, sshConfig, type Sshd, startSshd } from '../sshd.js'

const words = 'secret words'
let directory: string
let sshd: Sshd
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-locked-'))
  sshd = await startSshd()
})
afterAll(async () => {
  await sshd.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** Creates a key that the host accepts. */
function key(name: string, passphrase: string, ...more: readonly string[]): string {
  const path = join(directory, name)
  if (!existsSync(path))
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      more.includes('PEM') ? 'rsa' : 'ed25519',
      '-N',
      passphrase,
      '-f',
      path,
      ...more,
    ])
  appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
  return path
}
const options = (config = ''): ConnectOptions => {
  const known = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(known, sshd.knownHosts)
  return { sshConfig: sshConfig(directory, config), knownHostsFiles: [known], acceptNew: false }
}
const target = (privateKeyFile?: string, more: Partial<Target> = {}): Target => {
  const { name, host, port, user, become } = sshd.target
  return {
    name,
    host,
    become,
    ...omitUndefined({ port, user, privateKeyFile }),
    ...more,
  }
}

test.each<[what: string, more: readonly string[]]>([
  ['ed25519', []],
  ['AES-GCM', ['-Z', 'aes256-gcm@openssh.com']],
  ['RSA in PEM', ['-m', 'PEM']],
])('a key is unlocked with its passphrase, and only with it: %s', async (what, more) => {
  const path = key(what.replaceAll(' ', '-'), words, ...more)
  await expect(logIn(target(path), options())).rejects.toMatchObject({
    code: 'key-encrypted',
    remedy: expect.stringMatching(/ssh-add .*SSH_ASKPASS/),
  })
  expect(await unlock(path, new Secret('other words'))).toBe(false)
  expect(await lockedKeys([target(path)], options())).toEqual([path])
  expect(await unlock(path, new Secret(words))).toBe(true)
  expect(await lockedKeys([target(path)], options())).toEqual([])
  await (await logIn(target(path), options())).close()
})

test('one that ssh2 cannot decrypt says what to do', async () => {
  const path = key('chacha', words, '-Z', 'chacha20-poly1305@openssh.com')
  await expect(unlock(path, new Secret(words))).rejects.toMatchObject({
    code: 'key-unsupported',
    message: expect.stringContaining(path),
    remedy: expect.stringContaining('ssh-keygen -p'),
  })
})

test("locked are those without which there is no login, each once, jump hosts' too", async () => {
  const [locked, second, open] = [key('locked', words), key('second', words), key('open', '')]
  const given = options(
    `Host gate\n  IdentityFile ${second}\nHost *\n  IdentityFile ${locked}\n  IdentitiesOnly yes`,
  )
  expect(await lockedKeys([target(), target()], given)).toEqual([locked])
  expect(await lockedKeys([target(undefined, { commonArguments: ['-J', 'gate'] })], given)).toEqual(
    [second, locked],
  )
  // Another key, a password, and a key that is not encrypted.
  expect(
    await lockedKeys(
      [
        target(open),
        target(undefined, { password: new Secret('password') }),
        target(join(directory, 'none')),
        target(undefined, { local: true }),
      ],
      given,
    ),
  ).toEqual([])
  expect(
    await lockedKeys([target()], options(`IdentityFile ${locked}\nIdentityFile ${open}`)),
  ).toEqual([])
  // Faults of its configuration are reported when the host is connected to.
  expect(
    await lockedKeys([target(undefined, { commonArguments: ['-o', 'NoSuchOption=1'] })], given),
  ).toEqual([])
})

test('a certificate beside a refused key is reported', async () => {
  const path = join(directory, 'certified')
  makeKey(path)
  makeKey(join(directory, 'authority'))
  execFileSync(
    'ssh-keygen',
    ['-q', '-s', join(directory, 'authority'), '-I', 'x', '-n', 'root', `${path}.pub`],
    { stdio: 'ignore' },
  )
  await expect(logIn(target(path), options())).rejects.toMatchObject({
    code: 'ssh-auth-failed',
    message: expect.stringContaining(
      'certified-cert.pub was not shown: certificates are not supported yet',
    ),
  })
})
