import { describe, expect, test } from '@jest/globals'
import { publicKeyPattern, sshKeyFact } from '../../../src/facts/accounts/ssh-key.js'
import { said } from '../said.js'

test.each([
  ['ssh-ed25519 AAAAC3Nza+/9', true],
  ['ssh-rsa AAAAB3Nza== ada@example.org', true],
  ['ecdsa-sha2-nistp256 AAAA= a comment of words', true],
  ['sk-ssh-ed25519@openssh.com AAAA', true],
  ['ssh-ed25519', false],
  ['ssh-ed25519 ', false],
  ['ssh- AAAA', false],
  ['rsa AAAA', false],
  ['from="::1" ssh-ed25519 AAAA', false],
  ['ssh-ed25519  AAAA', false],
  ['ssh-ed_25519 AAAA', false],
  ['ssh-ed25519 AAAA===', false],
  ['ssh-ed25519 =', false],
  ['ssh-ed25519 A-A', false],
  ['ssh-ed25519 AAAA\tada', false],
  ['ssh-ed25519 AAAA ada\nssh-ed25519 BBBB', false],
  ['ssh-ed25519 AAAA ada\r', false],
])('%j as a public key: %p', (text, isKey) => {
  expect(publicKeyPattern.test(text)).toBe(isKey)
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')

test.each([
  ['a key of a file', 'file\n16\nssh-ed25519 AAAA', { hasPublicFile: true }],
  ['a line break behind it', 'file\n17\nssh-ed25519 AAAA\n', { hasPublicFile: true }],
  ['a key that was derived', `made ${base64('ssh-ed25519 AAAA\n')}\n`, { hasPublicFile: false }],
])('%s', (_, stdout, rest) => {
  expect(sshKeyFact.parse(said(stdout), ['/a'])).toEqual([
    { is: 'present', value: { publicKey: 'ssh-ed25519 AAAA', ...rest } },
  ])
})

test('keys are told apart by their order', () => {
  const made = base64('ssh-ed25519 BBBB')
  const answer = `file\nmade ${made}\nabsent\nfile\n16\n16\nssh-ed25519 AAAAssh-ed25519 CCCC`
  expect(sshKeyFact.parse(said(answer), ['/a', '/b', '/c', '/d'])).toMatchObject([
    { value: { publicKey: 'ssh-ed25519 AAAA' } },
    { value: { publicKey: 'ssh-ed25519 BBBB' } },
    { is: 'absent' },
    { value: { publicKey: 'ssh-ed25519 CCCC' } },
  ])
})

const invalid = 'Load key "/dev/stdin": invalid format'
const noFile = 'put its public half into /a.pub, or move the file away to have a new key made'

test.each([
  ['file\n21\nssh-ed25519 AAAA\nevil', '', '/a.pub holds no public key'],
  ['file\n0\n', '\n', '/a.pub holds no public key'],
  ['file\n1\nx', ' odd\n', '/a.pub holds no public key: odd'],
])('a public key is useless: %j', (stdout, stderr, reason) => {
  expect(sshKeyFact.parse(said(stdout, 0, stderr), ['/a'])).toEqual([
    {
      is: 'unknown',
      reason,
      remedy: 'remove /a.pub to have it derived again',
      lacks: ['path:/a.pub'],
    },
  ])
})

test.each([
  ['made \n', `${invalid}\n`, `no public key can be derived from /a: ${invalid}`],
  [`made ${base64('x')}\n`, '', 'no public key can be derived from /a'],
])('a private key is useless: %j', (stdout, stderr, reason) => {
  expect(sshKeyFact.parse(said(stdout, 0, stderr), ['/a'])).toEqual([
    {
      is: 'unknown',
      reason,
      remedy: noFile,
      lacks: [['path:/a', 'path:/a.pub', 'program:ssh-keygen']],
    },
  ])
})

test('what is no file lacks itself', () => {
  expect(sshKeyFact.parse(said('none\n'), ['/a'])).toEqual([
    {
      is: 'unknown',
      reason: '/a is no file',
      remedy: 'remove what is there, or choose another path',
      lacks: ['path:/a'],
    },
  ])
})

describe('all are unknown', () => {
  test.each([
    ['the shell failed', said('absent\nabsent\n', 1), 'status 1'],
    ['a tool failed', said('', 127, 'sh: stat: not found\n'), 'sh: stat: not found'],
    ['there are too few answers', said('absent\n'), 'status 0'],
    ['there is another word', said('absent\ngone\n'), 'status 0'],
    ['a word is longer', said('absent\nabsently\n'), 'status 0'],
    ['a word is behind another', said('absent\nnot absent\n'), 'status 0'],
    ['there is no base64', said('absent\nmade !\n'), 'status 0'],
    ['a content is cut', said('absent\nfile\n16\nssh-ed25519 AAA'), 'status 0'],
    ['a content is too long', said('absent\nfile\n16\nssh-ed25519 AAAAA'), 'status 0'],
    ['there is more than words', said('absent\nabsent\nabsent\n'), 'status 0'],
    ['the size of a content is none', said('absent\nfile\nx\n'), 'status 0'],
    ['a content is missing', said('absent\nfile\n'), 'status 0'],
  ])('where %s', (_, output, why) => {
    const unknown = (path: string): object => ({
      is: 'unknown',
      reason: `the key ${path} could not be read: ${why}`,
      remedy: 'see what the shell says on the host',
    })
    expect(sshKeyFact.parse(output, ['/a', '/b'])).toEqual([unknown('/a'), unknown('/b')])
  })
})

test('public halves are shown at once, up to the length of one', () => {
  expect(sshKeyFact.script(['/a', '/b c']).script.body).toBe(
    `set --
fettle_public_key /a && set -- "$@" /a.pub
fettle_public_key '/b c' && set -- "$@" '/b c.pub'
[ $# = 0 ] || { stat -L -c %s -- "$@" && head -q -c 16384 -- "$@"; }`,
  )
})

test('the session reads the keys of all users', () => expect(sshKeyFact.asSession).toBe(true))
