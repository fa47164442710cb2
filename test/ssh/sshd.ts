import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Target } from '../../src/ssh/target.js'

export interface Sshd {
  readonly port: number
  readonly pid: number
  readonly directory: string
  /** A known_hosts line of its ed25519 key. */
  readonly knownHosts: string
  /** Its log so far. */
  readonly log: () => string
  /** A target with the one key that it accepts. */
  readonly target: Target
  readonly stop: () => Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export function makeKey(path: string, type = 'ed25519', passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'of the tests', '-f', path])
}

/** A configuration for `ssh -G` that is independent of the user who runs the tests. */
export function sshConfig(directory: string, more = ''): string {
  const path = join(mkdtempSync(join(directory, 'config-')), 'config')
  writeFileSync(
    path,
    `${more}\nIdentityAgent none\nIdentityFile none\nUserKnownHostsFile ${directory}/user_known_hosts\nGlobalKnownHostsFile /dev/null\n`,
  )
  return path
}

/** OpenSSH's server on a free port of loopback, with its own keys and configuration. */
export async function startSshd(
  options: readonly string[] = [],
  hostKeyType = 'ed25519',
): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-sshd-'))
  const path = (name: string): string => join(directory, name)
  if (userInfo().uid === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 })
  makeKey(path('host_key'), hostKeyType)
  makeKey(path('user_key'))
  writeFileSync(path('authorized_keys'), readFileSync(path('user_key.pub')), { mode: 0o600 })
  const port = await freePort()
  const lines = [
    ...options,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${path('host_key')}`,
    `AuthorizedKeysFile ${path('authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'PidFile none',
    'LogLevel VERBOSE',
  ]
  writeFileSync(path('sshd_config'), `${lines.join('\n')}\n`)
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', path('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = once(child, 'exit')
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`sshd does not listen: ${log}`)
    await delay(20)
  }
  const key = readFileSync(path('host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  return {
    port,
    pid: child.pid ?? 0,
    directory,
    knownHosts: `[127.0.0.1]:${port} ${key}\n`,
    log: () => log,
    target: {
      name: 'web1',
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      privateKeyFile: path('user_key'),
      become: null,
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connectTcp({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
