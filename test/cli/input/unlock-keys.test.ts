import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { unlockKeys } from '../../../src/cli/input/unlock-keys.js'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import type { InventoryHost } from '../../../src/inventory/inventory.js'
import { lockedKeys } from '../../../src/ssh/login/locked-keys.js'
import { fakeProcess, type FakeProcess } from '../process.js'

const never = new AbortController().signal
let made = 0

/** Hosts of a project whose keys are encrypted with `secret words`. */
function hosts(io: FakeProcess, keys = 1): readonly InventoryHost[] {
  return Array.from({ length: keys }, () => {
    const privateKeyFile = join(io.cwd, `key${(made += 1)}`)
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-a',
      '1',
      '-N',
      'secret words',
      '-f',
      privateKeyFile,
    ])
    return [1, 2].map((index) => ({
      name: `web${index}`,
      groups: [],
      vars: {},
      connection: { host: '192.0.2.1', local: false, privateKeyFile },
      place: () => null,
      namedAt: { file: 'hosts.yml', line: 1, column: 1 },
      unreadable: null,
      isUnsafe: () => false,
    }))
  }).flat()
}

/** The number of their keys that are locked afterwards. */
async function left(io: FakeProcess, all: readonly InventoryHost[]): Promise<number> {
  writeFileSync(join(io.cwd, 'config'), 'IdentityAgent none\n')
  const options = {
    project: io.cwd,
    user: null,
    connectionPassword: null,
    becomePassword: null,
    sshConfig: join(io.cwd, 'config'),
    acceptNew: false,
    stop: never,
    kill: never,
  }
  await unlockKeys(() => all, options, io)
  return (
    await lockedKeys(
      all.map(({ name, connection: { host, privateKeyFile = '' } }) => ({
        name,
        host,
        privateKeyFile,
        become: null,
      })),
      { sshConfig: options.sshConfig },
    )
  ).length
}
const program = (io: FakeProcess, text: string): string => {
  writeFileSync(join(io.cwd, 'askpass'), `#!/bin/sh\n${text}\n`, { mode: 0o700 })
  return join(io.cwd, 'askpass')
}

test('at a terminal each key is asked for once, and nothing of the answer is shown', async () => {
  const io = fakeProcess({ keys: ['secret words\r', 'wrong\r', 'secret words\r'] })
  expect(await left(io, hosts(io, 2))).toBe(0)
  expect(io.stderr.text.replaceAll(/'.*?'/g, 'KEY')).toBe(
    'Enter passphrase for key KEY: \nEnter passphrase for key KEY: \nWrong passphrase. Enter passphrase for key KEY: \n',
  )
})

test.each<[what: string, keys: readonly string[], questions: number]>([
  ['three wrong ones', ['a\r', 'b\r', 'c\r', 'secret words\r'], 3],
  ['an empty one', ['\r', 'secret words\r'], 1],
])('%s: it stays locked', async (_, keys, questions) => {
  const io = fakeProcess({ keys })
  expect(await left(io, hosts(io))).toBe(1)
  expect(io.stderr.text.match(/Enter/g)).toHaveLength(questions)
})

test('without a terminal there is no prompt, and standard input is not read', async () => {
  const io = fakeProcess({ input: 'secret words\n' })
  expect(await left(io, hosts(io))).toBe(1)
  expect(io.stderr.text).toBe('')
})

test.each<[required: string | undefined, terminal: boolean, asked: boolean]>([
  [undefined, false, true],
  ['never', false, false],
  [undefined, true, false],
  ['force', true, true],
  ['prefer', true, true],
])(
  'SSH_ASKPASS with SSH_ASKPASS_REQUIRE=%s, at a terminal %s',
  async (required, terminal, asked) => {
    const io = fakeProcess(terminal ? { keys: ['\r'] } : {})
    const own = {
      ...io,
      env: {
        SSH_ASKPASS: program(io, 'case $1 in *"key \'"*) echo secret words;; esac'),
        ...omitUndefined({ SSH_ASKPASS_REQUIRE: required }),
      },
    }
    expect(await left(own, hosts(io))).toBe(asked ? 0 : 1)
  },
)

test('a program that fails', async () => {
  const io = fakeProcess()
  await expect(
    left({ ...io, env: { SSH_ASKPASS: program(io, 'exit 1') } }, hosts(io)),
  ).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('SSH_ASKPASS') })
})
