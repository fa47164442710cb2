import { afterEach, describe, expect, test } from '@jest/globals'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import { Secret } from '../../../src/core/secret.js'
import { connect, type Become } from '../../../src/ssh/connect.js'
import { startHostile, type Behaviour, type Hostile } from '../hostile.js'

/**
 * Prompts and messages of other kinds of sudo; the classic one is tested on a real host
 * (test/lab/session.test.ts).
 */
const peers: Hostile[] = []
afterEach(() => {
  for (const peer of peers.splice(0)) peer.stop()
})

async function failure(exec: Behaviour['exec'], password?: Secret): Promise<unknown> {
  const peer = await startHostile(omitUndefined({ exec }))
  peers.push(peer)
  const become: Become = { user: 'app', ...omitUndefined({ password }) }
  const session = await connect({ ...peer.target, become }, peer.options).catch(
    (error: unknown) => error,
  )
  if (!(typeof session === 'object' && session !== null && 'started' in session)) return session
  return Promise.resolve(session.started).catch((error: unknown) => error)
}

/** A sudo that prints this and ends. */
const says =
  (words: string): Behaviour['exec'] =>
  (channel) => {
    channel.stderr.write(`${words}\n`)
    channel.exit(1)
    channel.end()
  }

describe('messages of sudo-rs', () => {
  test.each([
    ['sudo: interactive authentication is required', 'sudo-password-missing', '-K'],
    ['sudo: Interaction is required', 'sudo-password-missing', '-K'],
    ['sudo: Authentication required but not attempted', 'sudo-password-missing', '-K'],
    ["sudo: I'm sorry ada. I'm afraid I can't do that", 'sudo-denied', 'sudoers'],
    ['sudo: Sorry, user ada may not run /usr/bin/env on web1.', 'sudo-denied', 'sudoers'],
    ["sudo: user 'app' not found", 'sudo-denied', 'sudoers'],
    ['sudo: Maximum 3 incorrect authentication attempts', 'sudo-password-wrong', 'password'],
  ])('%s', async (words, code, remedy) => {
    expect(await failure(says(words))).toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
      detail: words,
    })
  })
  test('unknown messages: the error suggests a password if none was given', async () => {
    expect(await failure(says('sudo: keine Lust'))).toMatchObject({
      code: 'shell-not-started',
      remedy: expect.stringContaining('-K'),
      detail: 'sudo: keine Lust',
    })
    expect(await failure(says('sudo: keine Lust'), new Secret('pa-ss'))).toMatchObject({
      code: 'shell-not-started',
      remedy: expect.not.stringContaining('-K'),
    })
  })
})

test.each([
  ['sudo', (prompt: string) => prompt],
  ['sudo-rs', (prompt: string) => `[sudo: ${prompt}] Password: `],
  [
    'sudo-rs that takes no % sequences',
    (prompt: string) => `[sudo: ${prompt.replace('%', '%%')}] Password: `,
  ],
])('%s gets the password once, and is heard when it asks again', async (_, ask) => {
  const given: string[] = []
  const error = await failure((channel, _token, { prompt }) => {
    channel.stderr.write(ask(prompt))
    channel.on('data', (data: Buffer) => {
      given.push(data.toString())
      channel.stderr.write(`sudo: Authentication failed, try again.\n${ask(prompt)}`)
    })
  }, new Secret('pa-ss'))
  expect(error).toMatchObject({ code: 'sudo-password-wrong' })
  expect(given).toEqual(['pa-ss\n'])
})

test('a command that a start-up file traces is not taken for sudo', async () => {
  const given: string[] = []
  const error = await failure((channel, _token, { prompt }) => {
    channel.on('data', (data: Buffer) => given.push(data.toString()))
    channel.stderr.write(`+ sudo -S -p ${prompt.replace('%', '%%')} -H -u app\n`)
    channel.exit(1)
    channel.end()
  }, new Secret('pa-ss'))
  expect(error).toMatchObject({ code: 'shell-not-started' })
  expect(given).toEqual([])
})
