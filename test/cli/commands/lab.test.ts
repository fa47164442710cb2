import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { demoCommand } from '../../../src/cli/commands/demo-command.js'
import { withLabCommands } from '../../../src/cli/commands/lab-command.js'
import { requireMachine, type Machine } from '../../../src/lab/requirements.js'
import { fakeProcess } from '../process.js'

const whole = { platform: 'linux', isRoot: true, capabilities: (1n << 12n) | (1n << 21n) } as const

test('root on Linux with all its rights can run lab hosts', () => {
  expect(() => requireMachine(whole)).not.toThrow()
})

test.each<[string, Partial<Machine>, string, string]>([
  [
    'a Mac',
    { platform: 'darwin' },
    'they run on Linux, and this is macOS',
    'Debian 12, in a virtual machine too',
  ],
  [
    'Windows',
    { platform: 'win32' },
    'they run on Linux, and this is Windows',
    'Debian 12, in a virtual machine too',
  ],
  [
    'another system',
    { platform: 'freebsd' },
    'they run on Linux, and this is freebsd',
    'Debian 12, in a virtual machine too',
  ],
  ['somebody who is not root', { isRoot: false }, 'they need root', 'sudo'],
  [
    'the root of a container',
    { capabilities: 1n << 12n },
    'this root may not make them, for it lacks CAP_SYS_ADMIN',
    '--privileged',
  ],
  [
    'the root of a user namespace',
    { capabilities: 0n },
    'for it lacks CAP_NET_ADMIN and CAP_SYS_ADMIN',
    '--privileged',
  ],
])('%s is told where lab hosts run', (_, other, message, remedy) => {
  expect(() => requireMachine({ ...whole, ...other })).toThrow(
    expect.objectContaining({
      code: 'lab-unavailable',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    }),
  )
})

describe('on a Mac, before anything is installed or looked for', () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')
  beforeEach(
    () => void Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' }),
  )
  afterEach(() => void Object.defineProperty(process, 'platform', { ...platform }))

  test.each([['lab up'], ['lab list'], ['lab down'], ['demo']])('fettle %s', async (words) => {
    const io = fakeProcess()
    const lab = withLabCommands(new Command('lab'))
    for (const each of lab.commands)
      each.exitOverride().configureOutput({ writeErr: (text) => io.stderr.write(text) })
    const asked =
      words === 'demo'
        ? demoCommand({}, io)
        : lab.parseAsync([words.replace('lab ', '')], { from: 'user' })
    await expect(asked).rejects.toMatchObject({
      code: 'lab-unavailable',
      message: expect.stringContaining('this is macOS'),
    })
    expect(io.stderr.text).toBe('')
  })
})
