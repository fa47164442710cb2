import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { JumpHosts } from '../../../src/ssh/link/jump-hosts.js'
import { readConfig } from '../../../src/ssh/config/ssh-config.js'
import type { SshTransport } from '../../../src/ssh/link/ssh-transport.js'

// When connections are opened and when they end. That they work is tested with sshd in
// jump.test.ts.

const config = readConfig('hostname web\nuser me', { name: 'web', host: 'web' })

/** A jump host that records its use. */
class Gate {
  opened = 0
  closed = 0
  refuses: Error | null = null

  readonly connect = (): Promise<SshTransport> => {
    this.opened += 1
    if (this.refuses !== null) return Promise.reject(this.refuses)
    let end: (why: string) => void = () => undefined
    return Promise.resolve({
      loginUser: 'me',
      place: 'jump host gate',
      forwardsAgent: false,
      loggedIn: Promise.resolve(),
      lost: new Promise<string>((resolve) => (end = resolve)),
      over: null,
      open: () => Promise.reject(new Error('it has no shell')),
      dial: () => Promise.resolve(new PassThrough()),
      close: () => {
        this.closed += 1
        end('closed')
        return Promise.resolve()
      },
    })
  }
}

test('five hundred hosts share a connection; it ends some time after the last of them', async () => {
  const gate = new Gate()
  const dialer = new JumpHosts().dialer('gate', gate.connect, config)
  const links = await Promise.all(Array.from({ length: 1001 }, () => dialer.dial('web', undefined)))
  expect(gate.opened).toBe(3)
  await Promise.all(links.slice(1).map((link) => link.hangUp()))
  await delay(400)
  expect(gate.closed).toBe(2)
  const [first, other] = [links[0], await dialer.dial('web', undefined)]
  expect(gate.opened).toBe(3)
  await first?.hangUp()
  await first?.hangUp()
  await delay(400)
  expect(gate.closed).toBe(2)
  await other.hangUp()
  await delay(400)
  expect([gate.opened, gate.closed]).toEqual([3, 3])
  await (await dialer.dial('web', undefined)).hangUp()
  expect(gate.opened).toBe(4)
  await delay(400)
})

test('one that fails is not asked for each host again; another name is another jump host', async () => {
  const gate = new Gate()
  const hosts = new JumpHosts()
  gate.refuses = new FettleError('ssh-auth-failed', {
    message: 'jump host gate: the login was refused',
  })
  for (let host = 0; host < 5; host += 1)
    await expect(hosts.dialer('gate', gate.connect, config).dial('web', undefined)).rejects.toBe(
      gate.refuses,
    )
  expect(gate.opened).toBe(1)
  gate.refuses = null
  await (await hosts.dialer('other', gate.connect, config).dial('web', undefined)).hangUp()
  expect(gate.opened).toBe(2)
  await delay(400)
  expect(gate.closed).toBe(1)
})
