import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import { absent, unknown } from '../../../src/core/fact.js'
import { Later } from '../../../src/core/later.js'
import { publicKeyPattern } from '../../../src/facts/accounts/ssh-key.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import { fileEntry } from '../files/entry.js'

const key = sshKey('/root/key')
const missing = { fact: () => absent }

test('a missing public half gets the public key, as a line', () => {
  const facts = {
    path: fileEntry({ mode: 0o600 }),
    publicPath: null,
    missingParent: null,
    key: { publicKey: 'ssh-ed25519 AAAAC3Nz deploy', hasPublicFile: false },
  }
  const [derived] = changesOf(key.plan(facts, {}, { changing: [] }))
  expect(derived?.proof).toBe('facts')
  expect(derived?.actions.filter(isShell).map(({ input }) => input)).toEqual([
    'ssh-ed25519 AAAAC3Nz deploy\n',
  ])
})

test('a new pair is made in one step that has a name', () => {
  const facts = { path: null, publicPath: null, missingParent: null, key: null }
  const [made] = changesOf(key.plan(facts, {}, { changing: [] }))
  expect(made?.actions.filter(isShell).map(({ what }) => what)).toEqual(['making the key'])
})

test('before anything connects, its public half is that of an ed25519 key', () => {
  const tried = Later.evaluate(key.publicKey, { ...missing, standIns: true })
  const standIn = tried.known ? tried.value : ''
  expect(standIn).toMatch(publicKeyPattern)
  const [type, base64 = ''] = standIn.split(' ')
  // RFC 8709: the length and text of the type, the length of the key and its 32 bytes.
  const bytes = Buffer.from(base64, 'base64')
  expect(bytes.toString('latin1', 4, 15)).toBe(type)
  expect(bytes.subarray(15, 19)).toEqual(Buffer.from([0, 0, 0, 32]))
  expect(bytes).toHaveLength(19 + 32)
})

test('while there is none, its public half is what another resource has to make', () => {
  expect(Later.evaluate(key.publicKey, { ...missing, standIns: false })).toEqual({
    known: false,
    reason: 'the key /root/key does not exist',
    remedy: 'add the resource that makes it before this one',
    lacks: ['path:/root/key'],
  })
})

test('while it cannot be read, its public half lacks what the fact lacks', () => {
  const unread = { fact: () => unknown('no ssh-keygen', 'add it', { lacks: ['program:x'] }) }
  expect(Later.evaluate(key.publicKey, { ...unread, standIns: false })).toMatchObject({
    known: false,
    lacks: ['program:x'],
  })
})
