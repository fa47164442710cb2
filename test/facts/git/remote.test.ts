import { describe, expect, test } from '@jest/globals'
import { absent, present, unknown, type Fact } from '../../../src/core/fact.js'
import type { Lacks } from '../../../src/core/thing.js'
import { remoteEnvironment } from '../../../src/facts/git/environment.js'
import {
  gitRemoteFact,
  isCommit,
  type RemoteKey,
  type RemoteRef,
} from '../../../src/facts/git/remote.js'
import { sh } from '../../../src/core/sh.js'

const [one, two, three] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(64)]
const key: RemoteKey = { repo: 'git@example.org:app', ref: 'main', path: '/srv/app' }

const parse = (ref: string, stdout: string, stderr = ''): readonly Fact<RemoteRef>[] =>
  gitRemoteFact.parse({ code: 0, stdout: Buffer.from(stdout), stderr }, [{ ...key, ref }])
const ask = (ref: string, answer: string, status = 0): readonly Fact<RemoteRef>[] =>
  parse(ref, `@remote\n${answer}@status ${String(status)}\n`)

describe('what a ref points to', () => {
  test.each<[string, string, string, Fact<RemoteRef>]>([
    [
      'a branch, and none whose name only ends so',
      'main',
      `Warning: Permanently added something\n${one}\trefs/heads/main\n${two}\trefs/heads/x/refs/heads/main\n`,
      present({ kind: 'branch', name: 'main', commit: one }),
    ],
    ['a tag', 'v1', `${one}\trefs/tags/v1\n`, present({ kind: 'tag', name: 'v1', commit: one })],
    [
      'a tag with a message: the commit that it is of',
      'v1',
      `${one}\trefs/tags/v1\n${two}\trefs/tags/v1^{}\n`,
      present({ kind: 'tag', name: 'v1', commit: two }),
    ],
    [
      'a branch by its full name, beside a tag',
      'refs/heads/main',
      `${one}\trefs/heads/main\n`,
      present({ kind: 'branch', name: 'main', commit: one }),
    ],
    [
      'a tag by its full name',
      'refs/tags/main',
      `${one}\trefs/tags/main\n`,
      present({ kind: 'tag', name: 'main', commit: one }),
    ],
    [
      'a branch of a repository with SHA-256',
      'main',
      `${three}\trefs/heads/main\n`,
      present({ kind: 'branch', name: 'main', commit: three }),
    ],
    ['a commit', one, '', present({ kind: 'commit', name: one, commit: one })],
    ['a commit of SHA-256', three, '', present({ kind: 'commit', name: three, commit: three })],
    ['nothing', 'main', '', absent],
    ['nothing that is a branch or a tag', 'refs/pull/1', `${one}\trefs/pull/1\n`, absent],
    ['no line with words in front', 'main', `x${one}\trefs/heads/main\n`, absent],
    ['no line with words behind', 'main', `${one}\trefs/heads/main x\n`, absent],
    ['no line with a short id', 'main', `${one.slice(1)}\trefs/heads/main\n`, absent],
    ['no line with another name', 'main', `${one}\tx/refs/heads/main\n`, absent],
  ])('%s', (_, ref, answer, fact) => {
    expect(ask(ref, answer)).toEqual([fact])
  })
})

describe('unknown is', () => {
  const message =
    "see git's message: the deploy key may not be registered, or the host's key not be known"
  test.each<[string, string, number, string, string, Lacks]>([
    [
      'a branch and a tag of one name',
      `${one}\trefs/heads/main\n${two}\trefs/tags/main\n`,
      0,
      'main is a branch and a tag',
      'write refs/heads/main or refs/tags/main',
      [],
    ],
    [
      'what may not be read',
      'git@host: Permission denied (publickey).\n\n',
      128,
      'git@example.org:app could not be read: git@host: Permission denied (publickey).',
      message,
      undefined,
    ],
    [
      'what a user that does not exist would be told',
      'there is no user webhook\n',
      91,
      'git@example.org:app could not be read: there is no user webhook',
      message,
      undefined,
    ],
    [
      'what a host without git would be told',
      '',
      90,
      'git is not installed on the host',
      "add apt.packages(['git']) before this resource",
      ['program:git'],
    ],
    [
      'what is not told in time',
      '',
      124,
      'git@example.org:app did not answer within 30 s',
      'look at the network between the host and the repository',
      undefined,
    ],
  ])('%s', (_, answer, status, reason, remedy, lacks) => {
    const [fact] = ask('main', answer, status)
    expect(fact).toEqual(unknown(reason, remedy, { lacks }))
  })
  test.each(['', 'garbage', '@remote\n', '\0'])('an answer %j', (stdout) => {
    expect(parse('main', stdout, 'it broke')).toEqual([
      unknown(
        'git could not be asked: it broke',
        'run git ls-remote on the host and see what it says',
      ),
    ])
  })
  test('a commit, where the host has not answered at all', () => {
    expect(parse(one, '')).toMatchObject([{ is: 'unknown' }])
  })
})

test.each([
  [one, true],
  [three, true],
  ['f'.repeat(40), true],
  ['F'.repeat(40), false],
  [`${one}1`, false],
  [one.slice(1), false],
  [`x${one}`, false],
  [`${three}x`, false],
  ['main', false],
])('%s is a full commit id: %p', (ref, isOne) => {
  expect(isCommit(ref)).toBe(isOne)
})

describe('a repository is asked', () => {
  const body = (more: Partial<RemoteKey>): string =>
    gitRemoteFact.script([{ ...key, ...more }]).script.body
  const environment = (repo: string, identity?: string): string =>
    sh`export ${remoteEnvironment(repo, identity)}`.body
  test.each<[string, Partial<RemoteKey>, string]>([
    [
      'for a branch or a tag',
      {},
      `${environment(key.repo)}
echo @remote; fettle_remote 30 '' /srv/app git@example.org:app refs/heads/main refs/tags/main 'refs/tags/main^{}' 2>&1; echo "@status $?"`,
    ],
    [
      'for a full name',
      { ref: 'refs/tags/v1' },
      `${environment(key.repo)}
echo @remote; fettle_remote 30 '' /srv/app git@example.org:app refs/tags/v1 'refs/tags/v1^{}' 2>&1; echo "@status $?"`,
    ],
    [
      'as a user, with a key',
      { owner: 'web hook', key: '/id' },
      `${environment(key.repo, '/id')}
echo @remote; fettle_remote 30 'web hook' /srv/app git@example.org:app refs/heads/main refs/tags/main 'refs/tags/main^{}' 2>&1; echo "@status $?"`,
    ],
    ['not at all for a full commit id', { ref: one }, "echo @remote; echo '@status 0'"],
  ])('%s', (_, more, script) => {
    expect(body(more)).toBe(script)
  })
  test('by functions that are defined', () => {
    const { text } = gitRemoteFact.script([key]).script
    for (const name of ['fettle_remote', 'fettle_as']) expect(text).toContain(`${name}() {`)
  })
  test('apart from other facts, within a time for each', () => {
    expect([gitRemoteFact.name, gitRemoteFact.exchange]).toEqual(['git.remote', 'git ls-remote'])
    expect(gitRemoteFact.mayTake?.([key, { ...key, ref: 'v1' }])).toBe(60 + 2 * 35)
  })
})
