import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import ssh2, { type AuthContext, type Connection } from 'ssh2'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import { Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import type { ConnectOptions, Target } from '../../../src/ssh/connect.js'
import { freePort, makeKey, sshConfig, startSshd, type Sshd } from '../sshd.js'
import { logIn } from '../log-in.js'

// ssh-keygen is slow on a busy machine.
let sshd: Sshd
let directory: string
const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
  sshd = await startSshd(['MaxAuthTries 3'])
  directory = mkdtempSync(join(tmpdir(), 'fettle-login-'))
})
afterAll(async () => {
  await sshd.stop()
  rmSync(directory, { recursive: true, force: true })
  process.off('uncaughtException', note).off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

function knownHosts(text: string): string {
  const path = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(path, text)
  return path
}
const options = (config = '', known = sshd.knownHosts): ConnectOptions => ({
  sshConfig: sshConfig(directory, config),
  knownHostsFiles: [knownHosts(known)],
  acceptNew: false,
})

/** Connects, makes an exchange and closes; returns the error, if any. */
async function login(more: Partial<Target>, given: ConnectOptions = options()): Promise<string> {
  const session = await logIn({ ...sshd.target, ...more }, given)
  const [output] = await session.exchange([{ script: sh`id -un` }])
  await session.close()
  return output?.stdout.toString().trim() ?? ''
}
const me = userInfo().username
const key = (name: string, type?: string, passphrase?: string): string => {
  const path = join(directory, name)
  makeKey(path, type, passphrase)
  return path
}
const targetWithoutKey = (): Target => {
  const { name, host, port, user, become } = sshd.target
  return {
    name,
    host,
    become,
    ...omitUndefined({ port, user }),
  }
}

describe('host keys', () => {
  test('unknown: the fingerprint and what to do; nothing is written', async () => {
    const known = knownHosts('')
    const error = await login({}, { ...options(), knownHostsFiles: [known] }).catch(
      (thrown: unknown) => thrown,
    )
    const print = execFileSync('ssh-keygen', ['-lf', join(sshd.directory, 'host_key.pub')], {
      encoding: 'utf8',
    }).split(' ')[1]
    expect(error).toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining(`ssh-ed25519 ${print}`),
      remedy: expect.stringContaining('--accept-new'),
    })
    expect(error).toMatchObject({ remedy: expect.stringContaining(sshd.knownHosts.trim()) })
    expect(readFileSync(known, 'utf8')).toBe('')
    await expect(
      login({}, { ...options(), knownHostsFiles: [known], command: 'fettle ping' }),
    ).rejects.toMatchObject({
      remedy: expect.stringContaining('then run fettle ping with --accept-new'),
    })
  })

  test("accept-new remembers it in the project's file, which then knows it", async () => {
    const known = join(mkdtempSync(join(directory, 'new-')), 'inventory', 'known_hosts')
    const accepting = { ...options(), knownHostsFiles: [known], acceptNew: true }
    expect(await Promise.all([login({}, accepting), login({}, accepting)])).toEqual([me, me])
    expect(statSync(known).mode & 0o777).toBe(0o600)
    expect(new Set(readFileSync(known, 'utf8').trim().split('\n'))).toEqual(
      new Set([sshd.knownHosts.trim()]),
    )
    expect(await login({}, { ...accepting, acceptNew: false })).toBe(me)
  })

  test('StrictHostKeyChecking no accepts a new key, and never a changed one', async () => {
    expect(await login({}, options('StrictHostKeyChecking no', ''))).toBe(me)
    await expect(
      login({}, options('StrictHostKeyChecking no', changedKey())),
    ).rejects.toMatchObject({ code: 'host-key-changed' })
  })

  const changedKey = (): string =>
    `[127.0.0.1]:${sshd.port} ${readFileSync(`${key(`other${Math.random()}`)}.pub`, 'utf8')}`

  test('changed: both fingerprints, also with accept-new', async () => {
    const line = changedKey()
    const known = knownHosts(line)
    const error = await login(
      {},
      { ...options(), knownHostsFiles: [known], acceptNew: true },
    ).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'host-key-changed',
      message: expect.stringMatching(/CHANGED.*SHA256:.*known_hosts:1\).*SHA256:/),
    })
    expect(readFileSync(known, 'utf8')).toBe(line)
  })

  test('revoked, also with accept-new', async () => {
    await expect(
      login(
        {},
        {
          ...options(
            '',
            `@revoked * ${sshd.knownHosts.split(' ').slice(1).join(' ')}${sshd.knownHosts}`,
          ),
          acceptNew: true,
        },
      ),
    ).rejects.toMatchObject({ code: 'host-key-revoked' })
  })

  test('a certificate authority is reported as unsupported', async () => {
    await expect(
      login({}, options('', `@cert-authority * ${sshd.knownHosts.split(' ').slice(1).join(' ')}`)),
    ).rejects.toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining('certificate authority'),
    })
  })

  test("the user's file and HostKeyAlias count", async () => {
    const users = join(directory, 'user_known_hosts')
    writeFileSync(users, `known-as ${sshd.knownHosts.split(' ').slice(1).join(' ')}`)
    expect(await login({}, options('HostKeyAlias known-as', ''))).toBe(me)
    rmSync(users)
  })

  test('of several keys the host is asked for the one that is known', async () => {
    const ecdsa = key('host-ecdsa', 'ecdsa')
    const both = await startSshd([`HostKey ${ecdsa}`])
    const line = `[127.0.0.1]:${both.port} ${readFileSync(`${ecdsa}.pub`, 'utf8')}`
    expect(await login(both.target, options('', line))).toBe(me)
    expect(await login(both.target, options('', both.knownHosts))).toBe(me)
    const rsa = readFileSync(`${key('host-rsa', 'rsa')}.pub`, 'utf8')
    await expect(
      login(both.target, options('', `[127.0.0.1]:${both.port} ${rsa}`)),
    ).rejects.toMatchObject({ code: 'host-key-changed' })
    // A line without the port applies if none has it.
    expect(
      await login(both.target, options('', `127.0.0.1 ${readFileSync(`${ecdsa}.pub`, 'utf8')}`)),
    ).toBe(me)
    await expect(login(both.target, options('', `127.0.0.1 ${rsa}`))).rejects.toMatchObject({
      code: 'host-key-unknown',
    })
    await both.stop()
  })
})

describe('keys', () => {
  test("the inventory's key", async () => {
    expect(await login({})).toBe(me)
  })

  test("ssh_config's IdentityFile, after one that the server does not know", async () => {
    const first = key('unknown-to-server')
    const session = await logIn(
      targetWithoutKey(),
      options(`IdentityFile ${first}\nIdentityFile ${join(sshd.directory, 'user_key')}`),
    )
    expect(session.user).toBe(me)
    await session.close()
  })

  test('one that the server refuses: one attempt, and what was tried', async () => {
    const wrong = key('wrong')
    const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', wrong], {
      encoding: 'utf8',
    }).split(' ')
    await expect(login({ privateKeyFile: wrong })).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(
        /refused; tried: key .*wrong \(ssh-ed25519 SHA256:.*the server accepts publickey/,
      ),
    })
    await delay(100)
    expect(
      sshd
        .log()
        .split('\n')
        .filter((line) => line.startsWith('Failed publickey') && line.includes(fingerprint)),
    ).toHaveLength(1)
  })

  test.each([
    ['key-unreadable', 'does not exist', () => join(directory, 'nowhere')],
    ['key-permissions', '0644', () => chmodded(key('open'), 0o644)],
    ['key-encrypted', 'encrypted', () => key('encrypted', 'ed25519', 'secret words')],
    ['key-encrypted', 'encrypted', () => legacy(key('encrypted-pem', 'rsa', 'secret words'))],
    ['key-public', 'public key', () => `${key('pub')}.pub`],
    ['key-unsupported', 'sk-ssh-ed25519@openssh.com', () => skKey()],
    ['key-unreadable', 'no private key', () => written('rubbish', 'hello\n')],
    [
      'key-unreadable',
      'no whole private key',
      () =>
        written(
          'short',
          '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n',
        ),
    ],
    ['key-unreadable', 'cannot be read', () => directory],
  ] as const)('%s: %s', async (code, words, make) => {
    await expect(login({ privateKeyFile: make() })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
  })

  test('the same, when ssh_config names them, are told when nothing is left', async () => {
    const files = [chmodded(key('open2'), 0o640), key('encrypted2', 'ed25519', 'secret words')]
    await expect(
      logIn(targetWithoutKey(), options(files.map((file) => `IdentityFile ${file}`).join('\n'))),
    ).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(/no way to log in.*mode 0640.*is encrypted/),
    })
  })

  const chmodded = (path: string, mode: number): string => {
    chmodSync(path, mode)
    return path
  }
  const written = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o600 })
    return join(directory, name)
  }
  const legacy = (path: string): string => {
    execFileSync('ssh-keygen', [
      '-q',
      '-p',
      '-m',
      'PEM',
      '-P',
      'secret words',
      '-N',
      'secret words',
      '-f',
      path,
    ])
    return path
  }
  /** A hardware key's file as OpenSSH writes it, up to the private part, which is not read. */
  const skKey = (): string => {
    const field = (data: string | Buffer): Buffer => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(data.length)
      return Buffer.concat([length, Buffer.from(data)])
    }
    const publicPart = Buffer.concat([
      field('sk-ssh-ed25519@openssh.com'),
      field(Buffer.alloc(32)),
      field('ssh:'),
    ])
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      field('none'),
      field('none'),
      field(''),
      Buffer.from([0, 0, 0, 1]),
      field(publicPart),
      field(Buffer.alloc(64)),
    ])
    return written(
      'sk',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    )
  }
})

describe('ssh-agent', () => {
  let agent: ChildProcess
  let socket: string
  beforeAll(async () => {
    socket = join(directory, 'agent')
    agent = spawn('ssh-agent', ['-D', '-a', socket], {
      stdio: 'ignore',
      env: { PATH: '/usr/bin:/bin', SSH_ASKPASS: '/bin/false' },
    })
    while (!existsSync(socket)) await delay(10)
  })
  afterAll(() => void agent.kill())
  const add = (path: string): void =>
    void execFileSync('ssh-add', ['-q', path], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
  const withAgent = (more = ''): ConnectOptions => {
    const given = options()
    const path = join(mkdtempSync(join(directory, 'agent-config-')), 'config')
    writeFileSync(
      path,
      `IdentityAgent ${socket}\n${more}\n${readFileSync(given.sshConfig ?? '', 'utf8')}`,
    )
    return { ...given, sshConfig: path }
  }

  test('an empty agent, a dead one, none: each is reported', async () => {
    await expect(logIn(targetWithoutKey(), withAgent())).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringContaining('holds no key'),
    })
    await expect(
      logIn(targetWithoutKey(), options(`IdentityAgent ${directory}/dead`)),
    ).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(/ssh-agent at .*dead does not answer: .*ENOENT/),
    })
    await expect(logIn(targetWithoutKey(), options())).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringContaining('no ssh-agent'),
    })
  })

  test('a dead agent does not matter if a key file works', async () => {
    expect(await login({}, options(`IdentityAgent ${directory}/dead`))).toBe(me)
  })

  test('its key logs in; of many only the one that is named is tried', async () => {
    add(join(sshd.directory, 'user_key'))
    const session = await logIn(targetWithoutKey(), withAgent())
    await session.close()
    execFileSync('ssh-add', ['-q', '-D'], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
    for (let index = 0; index < 5; index += 1) add(key(`many${index}`))
    add(join(sshd.directory, 'user_key'))
    const many = await logIn(targetWithoutKey(), withAgent()).catch((error: unknown) => error)
    expect(many).toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(/Too many authentication failures.*agent key/),
    })
    const publicFile = join(directory, 'chosen.pub')
    copyFileSync(join(sshd.directory, 'user_key.pub'), publicFile)
    const chosen = await logIn(
      targetWithoutKey(),
      withAgent(`IdentitiesOnly yes\nIdentityFile ${publicFile}`),
    )
    await chosen.close()
    expect(await login({ privateKeyFile: publicFile }, withAgent())).toBe(me)
  })

  test('an encrypted key that it holds', async () => {
    const path = key('held', 'ed25519', '')
    add(path)
    appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret words', '-f', path])
    expect(await login({ privateKeyFile: path }, withAgent())).toBe(me)
  })

  test('an agent that refuses to sign', async () => {
    const path = key('confirmed')
    appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
    execFileSync('ssh-add', ['-q', '-c', path], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
    await expect(login({ privateKeyFile: `${path}.pub` }, withAgent())).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringContaining('tried: agent key of the tests'),
    })
  })

  test('RSA', async () => {
    const path = key('rsa', 'rsa')
    appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
    expect(await login({ privateKeyFile: path })).toBe(me)
    add(path)
    expect(await login({ privateKeyFile: `${path}.pub` }, withAgent())).toBe(me)
  })
})

describe('hostile and strange servers', () => {
  const peers: (Server | ssh2.Server)[] = []
  const sockets: Socket[] = []
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    for (const peer of peers) peer.close()
  })

  async function peer(answer: (socket: Socket) => void): Promise<Partial<Target>> {
    const listening = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      answer(socket)
    })
    peers.push(listening)
    listening.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    return { port: (listening.address() as AddressInfo).port }
  }

  test('nobody listens', async () => {
    const port = await freePort()
    await expect(login({ port })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(
        new RegExp(`web1 \\(.*@127.0.0.1:${port}\\) cannot be reached: .*ECONNREFUSED`),
      ),
    })
  })

  test('a name that does not exist', async () => {
    await expect(login({ host: 'no-such-host.invalid' })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no-such-host.invalid'),
    })
  })

  test('no banner: an end at the limit', async () => {
    await expect(
      login(await peer(() => undefined), options('ConnectTimeout 1')),
    ).rejects.toMatchObject({
      code: 'ssh-handshake-failed',
      message: expect.stringContaining('no SSH banner or handshake within 1 s'),
    })
  })

  test('not SSH', async () => {
    await expect(
      login(await peer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    ).rejects.toMatchObject({ code: 'ssh-handshake-failed' })
  })

  test('hangs up at once: some tries, then an end', async () => {
    let connections = 0
    const target = await peer((socket) => {
      connections += 1
      socket.destroy()
    })
    await expect(login(target)).rejects.toMatchObject({
      code: 'ssh-handshake-failed',
      remedy: expect.stringContaining('MaxStartups'),
    })
    expect(connections).toBe(6)
  }, 20_000)

  test('rubbish after the banner', async () => {
    await expect(
      login(await peer((socket) => socket.write(`SSH-2.0-x\r\n${'\xff'.repeat(5000)}`))),
    ).rejects.toMatchObject({ code: 'ssh-handshake-failed' })
  })

  test('an abort while connecting', async () => {
    const abort = new AbortController()
    const under = login(await peer(() => undefined), { ...options(), signal: abort.signal })
    setTimeout(() => abort.abort(new Error('stopped')), 50)
    await expect(under).rejects.toThrow('stopped')
  })

  const hostKey = (): { readonly privateKey: Buffer; readonly line: (port: number) => string } => {
    const path = key(`fake${Math.random()}`)
    return {
      privateKey: readFileSync(path),
      line: (port) => `[127.0.0.1]:${port} ${readFileSync(`${path}.pub`, 'utf8')}`,
    }
  }

  /** ssh2's own server, which asks `judge` about each attempt to log in and has no shell. */
  async function fake(
    judge: (context: AuthContext, client: Connection) => void,
    banner?: string,
  ): Promise<{ readonly target: Partial<Target>; readonly options: ConnectOptions }> {
    const { privateKey, line } = hostKey()
    const server = new ssh2.Server(
      { hostKeys: [privateKey], ...omitUndefined({ banner }) },
      (client) => {
        client
          .on('error', () => undefined)
          .on('authentication', (context) => judge(context, client))
          .on('ready', () =>
            client.on('session', (accept) => {
              accept().on('exec', (acceptExec) => {
                const channel = acceptExec()
                channel.write('half an ans')
                setTimeout(() => client.end(), 50)
              })
            }),
          )
      },
    )
    peers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { target: { port }, options: options('', line(port)) }
  }

  test('a password, right: the shell is what fails then', async () => {
    const { target, options: given } = await fake((context) => {
      if (context.method === 'password' && context.password === 'pass é') context.accept()
      else context.reject(['password'])
    })
    await expect(
      logIn({ ...targetWithoutKey(), ...target, password: new Secret('pass é') }, given),
    ).rejects.toMatchObject({ code: 'shell-not-started', detail: 'half an ans' })
  })

  test('a password, wrong: sent once, and not seen in the error', async () => {
    let sent = 0
    const { target, options: given } = await fake((context) => {
      if (context.method === 'password') sent += 1
      if (context.method === 'keyboard-interactive') sent += 1
      context.reject(['password', 'keyboard-interactive'])
    }, 'Authorised users only')
    const error: unknown = await logIn(
      { ...targetWithoutKey(), ...target, password: new Secret('wrong-canary') },
      given,
    ).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringContaining(
        'tried: password; the server accepts password, keyboard-interactive',
      ),
      detail: 'Authorised users only',
    })
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong-canary')
    expect(sent).toBe(1)
  })

  test('keyboard-interactive where there is no password method', async () => {
    const { target, options: given } = await fake((context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
        answers[0] === 'by prompt' ? context.accept() : context.reject(),
      )
    })
    await expect(
      logIn({ ...targetWithoutKey(), ...target, password: new Secret('by prompt') }, given),
    ).rejects.toMatchObject({ code: 'shell-not-started' })
  })

  test('hangs up during authentication: not tried again', async () => {
    let attempts = 0
    const { target, options: given } = await fake((_, client) => {
      attempts += 1
      client.end()
    })
    await expect(login(target, given)).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringContaining('tried: key'),
    })
    expect(attempts).toBe(1)
  })

  test('an unknown key gets neither password nor login attempt', async () => {
    let asked = 0
    const { target } = await fake((context) => {
      asked += 1
      context.reject()
    })
    await expect(
      logIn({ ...targetWithoutKey(), ...target, password: new Secret('not for you') }, options()),
    ).rejects.toMatchObject({ code: 'host-key-unknown' })
    expect(asked).toBe(0)
  })
})

test('algorithms without a match are named', async () => {
  await expect(login({}, options('Ciphers aes256-cbc'))).rejects.toMatchObject({
    code: 'ssh-config-unsupported',
    message: expect.stringContaining('Ciphers'),
  })
  const old = await startSshd(['KexAlgorithms diffie-hellman-group1-sha1'])
  await expect(login(old.target, options('', old.knownHosts))).rejects.toMatchObject({
    code: 'ssh-handshake-failed',
    message: expect.stringContaining('key exchange'),
  })
  await old.stop()
  expect(
    await login(
      {},
      options(
        'Ciphers aes256-gcm@openssh.com\nMACs hmac-sha2-256\nKexAlgorithms ecdh-sha2-nistp256',
      ),
    ),
  ).toBe(me)
})
