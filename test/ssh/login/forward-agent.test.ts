import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sh } from '../../../src/core/sh.js'
import { logIn } from '../log-in.js'
import { sshConfig, startSshd, type Sshd } from '../sshd.js'

let directory: string
let agent: ChildProcess
let socket: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-forward-'))
  socket = join(directory, 'agent')
  agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  while (!existsSync(socket)) await delay(10)
})
afterAll(() => {
  agent.kill()
  rmSync(directory, { recursive: true, force: true })
})

/** The output of `ssh-add -l` on the host. */
async function agentOn(sshd: Sshd, ...commonArguments: readonly string[]): Promise<string> {
  const known = join(mkdtempSync(join(directory, 'known-')), 'known_hosts')
  writeFileSync(known, sshd.knownHosts)
  const config = sshConfig(directory, `Host 127.0.0.1\n  IdentityAgent ${socket}\nHost *`)
  const session = await logIn(
    { ...sshd.target, commonArguments },
    { sshConfig: config, knownHostsFiles: [known], acceptNew: false },
  )
  const [output] = await session.exchange([{ script: sh`ssh-add -l 2>&1` }])
  await session.close()
  return output?.stdout.toString() ?? ''
}

test('the agent is there when it was asked for, and only then', async () => {
  const sshd = await startSshd()
  execFileSync('ssh-add', ['-q', sshd.target.privateKeyFile ?? ''], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: 'ignore',
  })
  expect(await agentOn(sshd)).toContain('Could not open a connection')
  expect(await agentOn(sshd, '-o', 'ForwardAgent=yes')).toContain('of the tests (ED25519)')
  expect(await agentOn(sshd, '-o', 'ForwardAgent=no')).toContain('Could not open a connection')
  expect(await agentOn(sshd, '-o', `ForwardAgent=${socket}`)).toContain('of the tests (ED25519)')
  await sshd.stop()
})

test('a host that permits none goes on without, as with ssh', async () => {
  const sshd = await startSshd(['AllowAgentForwarding no'])
  expect(await agentOn(sshd, '-o', 'ForwardAgent=yes')).toContain('Could not open a connection')
  await sshd.stop()
})
