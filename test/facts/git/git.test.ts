import { describe, expect, test } from '@jest/globals'
import type { Fact, Output } from '../../../src/core/fact.js'
import { gitCheckoutFact } from '../../../src/facts/git/checkout.js'
import { gitRemoteFact } from '../../../src/facts/git/remote.js'

const output = (stdout: string, stderr = '', code = 0): Output => ({
  code,
  stdout: Buffer.from(stdout),
  stderr,
})
const [one, two, three] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(40)]

describe('git ls-remote', () => {
  const ask = (ref: string, answer: string, status = 0): Fact<unknown> | undefined =>
    gitRemoteFact.parse(output(`@remote\n${answer}@status ${String(status)}\n`), [
      { repo: 'r', ref, path: '/p' },
    ])[0]
  test.each([
    ['refs/tags/main', `${one}\trefs/tags/main\n`, { kind: 'tag', name: 'main', commit: one }],
    [
      'main',
      `Warning: Permanently added something\n${one}\trefs/heads/main\n${two}\trefs/heads/x/refs/heads/main\n`,
      { kind: 'branch', name: 'main', commit: one },
    ],
    [three, '', { kind: 'commit', name: three, commit: three }],
  ])('%s', (ref, answer, value) => {
    expect(ask(ref, answer)).toEqual({ is: 'present', value })
  })
  test.each([
    [
      'a branch and a tag',
      `${one}\trefs/heads/main\n${two}\trefs/tags/main\n`,
      0,
      'is a branch and a tag',
    ],
    [
      'no permission',
      'git@host: Permission denied (publickey).\n',
      128,
      'Permission denied (publickey)',
    ],
    ['no git', '', 90, 'git is not installed'],
    ['no answer', '', 124, 'did not answer within 30 s'],
    ['no such user', 'there is no user webhook\n', 91, 'there is no user webhook'],
  ])('%s is unknown', (_, answer, status, reason) => {
    expect(ask('main', answer, status)).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining(reason),
    })
  })
  test.each(['', 'garbage', '@remote\n', '\0'])('%j is unknown and not absent', (stdout) => {
    expect(
      gitRemoteFact.parse(output(stdout, 'it broke'), [{ repo: 'r', ref: 'main', path: '/p' }]),
    ).toMatchObject([{ is: 'unknown', reason: 'git could not be asked: it broke' }])
  })
  test('a whole commit id is known without asking', () => {
    expect(gitRemoteFact.script([{ repo: 'r', ref: one, path: '/p' }]).script.text).not.toContain(
      'echo @remote; remote_',
    )
  })
})

describe('a checkout', () => {
  const read = (stdout: string): Fact<unknown> | undefined =>
    gitCheckoutFact.parse(output(stdout, 'it broke'), [
      { path: '/p', clean: null, submodules: false, branch: 'main' },
    ])[0]
  test('whole', () => {
    const answer = `owner DOM\\web hook 990\nremote https://user:token@example.org/r\nunder-way rebase-apply\nhead ${one}\nchanged a b\nchanged changed\nWould remove "x\\ny"\nunpushed 0\nbranch 2 release/1.0\n-${one} lib\n+${two} my lib (heads/main)\nahead 3 my lib\n`
    expect(read(`@checkout\n${answer}@status 0\n`)).toEqual({
      is: 'present',
      value: {
        owner: { name: 'DOM\\web hook', id: '990' },
        head: one,
        remote: 'https://[secret]@example.org/r',
        changed: ['a b', 'changed'],
        unwanted: ['"x\\ny"'],
        unpushed: 0,
        locks: [],
        submodules: ['lib', 'my lib'],
        ahead: [{ name: 'my lib', unpushed: 3 }],
        branches: [{ name: 'release/1.0', unpushed: 2 }],
        underWay: 'rebase',
      },
    })
  })
  test.each([
    [
      '@checkout\n@status 94\n',
      { is: 'present', value: { other: 'a directory that holds other things' } },
    ],
    ['@checkout\n@status 90\n', { is: 'unknown' }],
    [
      '@checkout\nowner webhook 990\n@status 124\n',
      { is: 'unknown', reason: 'git did not answer within 120 s' },
    ],
    [
      '@checkout\nowner webhook 990\nfatal: detected dubious ownership\n@status 128\n',
      { is: 'unknown', reason: 'git cannot read /p: fatal: detected dubious ownership' },
    ],
    ['@checkout\nowner webhook 990\nhead zzz\nunpushed 0\n@status 0\n', { is: 'unknown' }],
    [`@checkout\nowner webhook 990\nhead ${one}\n@status 0\n`, { is: 'unknown' }],
    ['', { is: 'unknown', reason: 'git cannot read /p: it broke' }],
    ['garbage', { is: 'unknown' }],
  ])('%j', (stdout, fact) => {
    expect(read(stdout)).toMatchObject(fact)
  })
})
