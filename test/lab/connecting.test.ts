import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Secret } from '../../src/core/secret.js'
import { sh } from '../../src/core/sh.js'
import { gitCheckout } from '../../src/resources/git/checkout.js'
import { knownHost } from '../../src/resources/accounts/known-host.js'
import type { ConnectOptions, Target } from '../../src/ssh/connect.js'
import { logIn } from '../ssh/log-in.js'
import { sshConfig } from '../ssh/sshd.js'
import { Convergence } from './converge.js'
import { lab, labHosts, slow } from './host.js'

/**
 * Ways to connect that need real hosts: PAM, sudo, addresses of an interface, limits of sshd.
 * `job-ways.test.ts` runs the whole job over the usual ones.
 */
const [web, gate] = labHosts({ name: 'web', image: 'stack' }, { name: 'gate' })
const directory = mkdtempSync(join(tmpdir(), 'fettle-connecting-'))
let agent: ChildProcess
const socket = join(directory, 'agent')

beforeAll(async () => {
  agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  while (!existsSync(socket)) await delay(10)
  execFileSync('ssh-add', ['-q', web().keyFile], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: 'ignore',
  })
  await web().mustRun(
    `printf '%s\\n' 'Port 22' 'Port 2222' 'Match LocalPort 2222' 'PasswordAuthentication no' 'KbdInteractiveAuthentication yes' >/etc/ssh/sshd_config.d/lab.conf && systemctl restart ssh`,
  )
  await gate().mustRun(
    `printf '%s\\n' 'MaxStartups 2:100:2' 'MaxSessions 1' >/etc/ssh/sshd_config.d/lab.conf && systemctl restart ssh`,
  )
}, slow)
afterAll(() => {
  agent.kill()
  rmSync(directory, { recursive: true, force: true })
})

const options = (known = readFileSync(lab().knownHostsFile, 'utf8')): ConnectOptions => {
  const file = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(file, known)
  return {
    knownHostsFiles: [file],
    acceptNew: false,
    sshConfig: sshConfig(
      directory,
      `Host gate\n  HostName ${gate().address}\n  User admin\n  IdentityFile ${gate().keyFile}\nHost *`,
    ),
  }
}
const target = (more: Partial<Target> = {}): Target => ({
  name: 'web',
  host: web().address,
  user: 'admin',
  privateKeyFile: web().keyFile,
  become: null,
  ...more,
})
const forwarding = { become: { user: 'root' }, commonArguments: ['-o', `ForwardAgent=${socket}`] }

/** The output of `ssh-add -l` for a user on the host. */
const keysSeenBy = async (as: string, more: Partial<Target>): Promise<string> => {
  const session = await logIn(target(more), options())
  const [output] = await session.exchange([{ script: sh`ssh-add -l 2>&1`, as }])
  await session.close()
  return output?.stdout.toString() ?? ''
}

test(
  'a forwarded agent is there for the login user and for root behind sudo, and for nobody else',
  async () => {
    expect(await keysSeenBy('root', forwarding)).toContain('ED25519')
    expect(await keysSeenBy('admin', forwarding)).toContain('ED25519')
    expect(await keysSeenBy('deploy', forwarding)).toContain('Permission denied')
    expect(await keysSeenBy('root', { become: { user: 'root' } })).toContain(
      'Could not open a connection',
    )
  },
  slow,
)

test(
  'git on the host uses it',
  async () => {
    await web().mustRun(
      'git init -q --bare -b main /srv/repo.git && cd /srv/repo.git && git -c user.name=x -c user.email=x@x update-ref refs/heads/main $(git -c user.name=x -c user.email=x@x commit-tree -m x $(git mktree </dev/null))',
    )
    const resources = [
      knownHost(web().address, { keys: [web().hostKey], become: 'root' }),
      gitCheckout('/srv/checkout', {
        repo: `ssh://root@${web().address}/srv/repo.git`,
        ref: 'main',
        become: 'root',
      }),
    ]
    const without = await logIn(target({ become: { user: 'root' } }), options())
    await expect(new Convergence(without).apply(...resources)).rejects.toThrow(/Permission denied/)
    await without.close()
    const session = await logIn(target(forwarding), options())
    await new Convergence(session).apply(...resources)
    await session.close()
    expect(await web().mustRun('git -C /srv/checkout log --format=%s')).toBe('x\n')
  },
  slow,
)

test(
  'a link-local address with a zone, at another port, from here and from a jump host',
  async () => {
    const link = (
      await web().mustRun("ip -6 -o addr show dev eth0 scope link | awk '{print $4}' | cut -d/ -f1")
    ).trim()
    expect(link).toMatch(/^fe80::/)
    const key = web().hostKey
    const bridge = `${link}%fettle-${lab().id}`
    const given = options(
      `[${bridge}]:2222 ${key}\n[${link}%eth0]:2222 ${key}\n${gate().address} ${gate().hostKey}\n`,
    )
    for (const more of [
      { host: bridge },
      { host: `[${bridge}]` },
      { host: `${link}%eth0`, commonArguments: ['-J', 'gate'] },
    ]) {
      const session = await logIn(target({ ...more, port: 2222 }), given)
      const [output] = await session.exchange([{ script: sh`hostname` }])
      expect(output?.stdout.toString()).toBe('web\n')
      await session.close()
    }
    await expect(logIn(target({ host: bridge, port: 2222 }), options(''))).rejects.toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining(`web (admin@[${bridge}]:2222)`),
      remedy: expect.stringContaining(`[${bridge}]:2222 ssh-ed25519 `),
    })
  },
  slow,
)

test(
  'a password by keyboard-interactive, which PAM asks for',
  async () => {
    const { deployPassword } = await import('../../src/lab/image.js')
    const { privateKeyFile, ...keyless } = target({ user: 'deploy', port: 2222 })
    expect(privateKeyFile).toBeDefined()
    const given = options(`[${web().address}]:2222 ${web().hostKey}\n`)
    const session = await logIn(
      {
        ...keyless,
        password: new Secret(deployPassword),
        become: { user: 'root', password: new Secret(deployPassword) },
      },
      given,
    )
    expect((await session.exchange([{ script: sh`id -un` }]))[0]?.stdout.toString()).toBe('root\n')
    await session.close()
    await expect(
      logIn({ ...keyless, password: new Secret('wrong-canary') }, given),
    ).rejects.toMatchObject({
      code: 'ssh-auth-failed',
      message: expect.stringMatching(
        /tried: password, password \(keyboard-interactive\);(?!.*canary)/,
      ),
    })
  },
  slow,
)

test(
  'many hosts behind a jump host that lets in two at a time, with one session each',
  async () => {
    const given = options()
    const sessions = await Promise.all(
      Array.from({ length: 24 }, () => logIn(target({ commonArguments: ['-J', 'gate'] }), given)),
    )
    const seen = await Promise.all(
      sessions.map((session) => session.exchange([{ script: sh`hostname` }])),
    )
    expect(new Set(seen.map(([output]) => output?.stdout.toString()))).toEqual(new Set(['web\n']))
    expect((await gate().mustRun("pgrep -fc 'sshd: admin$'")).trim()).toBe('1')
    await Promise.all(sessions.map((session) => session.close()))
  },
  slow,
)
