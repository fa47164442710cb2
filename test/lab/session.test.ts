import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Secret } from '../../src/core/secret.js'
import { sh } from '../../src/core/sh.js'
import type { Become } from '../../src/ssh/connect.js'
import type { Session } from '../../src/ssh/session.js'
import { sshConfig } from '../ssh/sshd.js'
import { labHost, slow } from './host.js'
import { logIn } from '../ssh/log-in.js'

/**
 * Messages of sudo, PAM and login shells of a real Debian. The framing itself is tested in
 * test/ssh.
 */
const host = labHost({ image: 'bare' })
const directory = mkdtempSync(join(tmpdir(), 'fettle-session-'))
const password = new Secret('pa ss\'$é"-canary')
const root: Become = { user: 'root' }

const users = [
  'plain',
  'asked',
  'noisy',
  'lecture',
  'ptyuser',
  'ttyuser',
  'subset',
  'outside',
  'expired',
  'shut',
]
beforeAll(async () => {
  await host().mustRun(`set -e
for user in ${users.join(' ')}; do useradd -m -s /bin/bash $user; done
for user in ${users.join(' ')}; do
  printf '%s:%s\\n' $user 'pa ss'\\''$é"-canary'
done | chpasswd
chage -d 0 expired
usermod -s /usr/sbin/nologin shut
printf 'set -x\\necho hello\\nprintf no-newline\\necho fettle%% >&2\\n' >/home/noisy/.bashrc
printf '%s\\n' \\
  'plain ALL=(ALL) NOPASSWD: ALL' \\
  'asked,noisy,lecture,ptyuser,ttyuser ALL=(ALL) ALL' \\
  'subset ALL=(ALL) NOPASSWD: /usr/bin/id' \\
  'Defaults:lecture lecture=always, passprompt="Tell me:", passprompt_override, timestamp_timeout=0' \\
  'Defaults:ptyuser use_pty' \\
  'Defaults:ttyuser requiretty' >/etc/sudoers.d/lab-session
chmod 440 /etc/sudoers.d/lab-session
visudo -c`)
  const key = readFileSync(`${host().keyFile}.pub`)
  for (const user of users)
    await host().mustRun(
      `install -d -m 700 -o ${user} /home/${user}/.ssh; cat >/home/${user}/.ssh/authorized_keys; chown ${user} /home/${user}/.ssh/authorized_keys`,
      { input: key },
    )
}, slow)

const sessions: Session[] = []
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()))
})
afterAll(() => rmSync(directory, { recursive: true }))

async function open(user: string, become: Become | null): Promise<Session> {
  const session = await logIn(
    { name: 'web1', host: host().address, user, privateKeyFile: host().keyFile, become },
    { sshConfig: sshConfig(directory), knownHostsFiles: [host().knownHostsFile], acceptNew: false },
  )
  sessions.push(session)
  return session
}

test.each([
  ['plain', root],
  ['plain', { ...root, password }],
  ['plain', { user: 'asked' }],
  ['asked', { ...root, password }],
  ['noisy', { ...root, password }],
  ['lecture', { ...root, password }],
  ['ptyuser', { ...root, password }],
  ['root', root],
  ['root', { user: 'asked' }],
  ['asked', null],
] as const)('%s, become %j: input arrives whole, and nothing but it', async (user, become) => {
  const session = await open(user, become)
  const wanted = become?.user ?? user
  expect([session.user, session.loginUser]).toEqual([wanted, user])
  const [who, copy] = await session.exchange([
    { script: sh`id -un; echo "$HOME"; cat`, input: 'given' },
    { script: sh`wc -c`, input: Buffer.alloc(2_000_000, 7) },
  ])
  expect(who).toEqual({
    code: 0,
    stdout: Buffer.from(`${wanted}\n${wanted === 'root' ? '/root' : `/home/${wanted}`}\ngiven`),
    stderr: '',
  })
  expect(copy?.stdout.toString().trim()).toBe('2000000')
})

test("a domain user logs in, and acts as another user, with that user's home", async () => {
  const alice = 'DOM\\alice smith'
  await host().mustRun(
    `printf '%s\\n' 'DOM\\alice smith:x:5001:5001::/home/alice:/bin/bash' >>/etc/passwd && printf '%s\\n' 'DOM\\alice smith:*:19000::::::' >>/etc/shadow && install -d -o 5001 /home/alice /home/alice/.ssh && cp /root/.ssh/authorized_keys /home/alice/.ssh && chmod a+r /home/alice/.ssh/authorized_keys`,
  )
  const [own] = await (await open(alice, null)).exchange([{ script: sh`id -un; echo "$HOME"` }])
  expect(own?.stdout.toString()).toBe(`${alice}\n/home/alice\n`)
  const [acted] = await (await open('root', null)).exchange([
    { script: sh`id -un; echo "$HOME"`, as: alice },
  ])
  expect(acted?.stdout.toString()).toBe(`${alice}\n/home/alice\n`)
})

test.each([
  [
    'asked',
    { ...root, password: new Secret('wrong-canary') },
    'sudo-password-wrong',
    'one attempt',
  ],
  ['asked', root, 'sudo-password-missing', 'password'],
  ['outside', root, 'sudo-password-missing', 'password'],
  ['outside', { ...root, password }, 'sudo-denied', 'sudo refuses'],
  ['subset', { ...root, password }, 'sudo-denied', 'sudo refuses'],
  ['ttyuser', { ...root, password }, 'sudo-needs-tty', 'requiretty'],
  ['plain', { user: 'no-such-user' }, 'sudo-denied', 'no-such-user'],
  ['shut', null, 'shell-not-started', 'login shell'],
  ['expired', null, 'shell-not-started', 'login shell'],
] as const)('%s, become %j: %s', async (user, become, code, words) => {
  const error: unknown = await open(user, become).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code,
    message: expect.stringContaining(words),
    detail: expect.stringMatching(/\w/),
  })
  expect(JSON.stringify(error) + String(error)).not.toContain('canary')
})

test('a wrong password is tried once', async () => {
  await host().mustRun('journalctl --rotate --vacuum-time=1s -q || :')
  await expect(
    open('asked', { ...root, password: new Secret('wrong again') }),
  ).rejects.toMatchObject({ code: 'sudo-password-wrong' })
  const { stdout } = await host().run(
    'journalctl -q -t sudo -o cat | grep -c "authentication failure"',
  )
  expect(stdout.trim()).toBe('1')
})

test('there is no sudo', async () => {
  await host().mustRun('mv /usr/bin/sudo /usr/bin/sudo.away')
  await expect(open('plain', root)).rejects.toMatchObject({ code: 'sudo-missing' })
  await host().mustRun('mv /usr/bin/sudo.away /usr/bin/sudo')
})

test('kill through sudo ends the block, its limit and sudo itself', async () => {
  for (const user of ['asked', 'ptyuser']) {
    const session = await open(user, { ...root, password })
    const under = session
      .exchange([{ script: sh`sleep 321; :`, timeout: 200 }])
      .catch((error: unknown) => error)
    await host().mustRun('until pgrep -f "^sleep 321"; do sleep 0.1; done')
    await session.kill()
    expect(await under).toMatchObject({ code: 'connection-lost' })
    expect((await host().run('pgrep -f "^sleep 321"; pgrep -x sudo')).stdout).toBe('')
  }
})

test('a socket that only root may use is reached through sudo, and nothing listens for it', async () => {
  await host().mustRun(
    'systemd-run -q --unit=lab-echo perl -MIO::Socket::UNIX -e \'umask 0177; my $s = IO::Socket::UNIX->new(Local => "/run/lab.sock", Listen => 5); while (my $c = $s->accept) { my $l = <$c>; print $c "back $l"; close $c }\'; until [ -S /run/lab.sock ]; do sleep 0.1; done',
  )
  const listeners = async (): Promise<string> =>
    (await host().run('ss -lntxH | grep -v /run/user/ | sort')).stdout // without those of users whose login ends meanwhile
  const before = await listeners()
  const session = await open('asked', { ...root, password })
  const stream = await session.forward({ socket: '/run/lab.sock' })
  stream.write('hello\n')
  let answer = ''
  for await (const chunk of stream) answer += String(chunk)
  expect(answer).toBe('back hello\n')
  expect(await listeners()).toBe(before)
  const missing = await session.forward({ socket: '/run/missing.sock' })
  const failed = new Promise((resolve) => missing.once('error', resolve))
  missing.resume()
  expect(await failed).toMatchObject({
    code: 'forward-failed',
    detail: '/run/missing.sock: No such file or directory',
  })
})

test("a secret that is on its way, sudo's password too, is in no command line and no environment", async () => {
  await host().mustRun(
    'systemd-run -q --unit=lab-watch sh -c \'while :; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\\\0" "\\\\n" >>/root/watched; done\'',
  )
  const session = await open('asked', { ...root, password })
  await session.exchange([
    {
      script: sh`sleep 1; cat >/dev/null; sleep 1`,
      input: new Secret('canary-of-input'),
      as: 'plain',
    },
  ])
  await host().mustRun('systemctl stop lab-watch')
  const { stdout } = await host().run('grep -c "sleep" /root/watched; grep -c canary /root/watched')
  const [seen, leaked] = stdout.trim().split('\n').map(Number)
  expect(seen).toBeGreaterThan(0)
  expect(leaked).toBe(0)
})
