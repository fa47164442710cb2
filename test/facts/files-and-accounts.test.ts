import { describe, expect, test } from '@jest/globals'
import type { Fact, Output, ShellFactKind } from '../../src/core/fact.js'
import { reveal } from '../../src/core/secret.js'
import { groupFact } from '../../src/facts/accounts/group.js'
import { missingParentFact } from '../../src/facts/files/missing-parent.js'
import { pathFact } from '../../src/facts/files/path.js'
import { secretFileFact } from '../../src/facts/files/secret-file.js'
import { sshKeyFact } from '../../src/facts/accounts/ssh-key.js'
import { treeFact } from '../../src/facts/files/tree.js'
import { userFact, type UserKey } from '../../src/facts/accounts/user.js'

const said = (stdout: string, code = 0, stderr = ''): Output => ({
  code,
  stdout: Buffer.from(stdout),
  stderr,
})
const digest = 'a'.repeat(64)
const of = (name: string): UserKey => ({ name, password: true })

const garbage = [
  '',
  '\n',
  'end',
  'end\n',
  'nonsense\nend\n',
  '\0\xff\n',
  'at 0\nend\n',
  'stat 81a4 0 0 1 root root\nend\n',
  `at 0\nat 0\nstat 81a4 0 0 1 root root\nend\n`,
  `${digest}  /x\nend\n`,
  'absent 7\nend\n',
  'has !\n',
  'missing 99999999999999999999 1\n',
  '= 0 0\n',
  '=\n=\n= 0 0\n',
  'a:b\n=\n=\n= 0 0\n',
  '  1 9 none\nend\n',
  '  5 0 zzzz 0 0 0 root root\nend\n',
  'has\nhas\n1\n1\nx',
  'has\nhas\n1\n1\nxyz',
  'link 0\ntargets\nx',
  'at 0\nstat 81a4 0 0 9 root root\nbytes 0\ncontents\nend\n',
  'x'.repeat(100_000),
]

describe('garbage is unknown: it neither throws nor counts as absent', () => {
  const kinds: readonly (readonly [string, (output: Output) => readonly Fact<unknown>[]])[] = [
    ['path', (output) => pathFact.parse(output, [{ path: '/x', digest: true }, { path: '/y' }])],
    ['missing-parent', (output) => missingParentFact.parse(output, ['/a/x', '/b/y'])],
    ['secret-file', (output) => secretFileFact.parse(output, ['/x', '/y'])],
    ['ssh-key', (output) => sshKeyFact.parse(output, ['/x', '/y'])],
    ['tree', (output) => treeFact.parse(output, ['/x', '/y'])],
    ['user', (output) => userFact.parse(output, [of('app'), of('web')])],
  ]
  test.each(kinds)('%s', (name, parse) => {
    for (const text of garbage) {
      for (const code of [0, 1, 124, 255]) {
        // An empty but complete list of accounts means that the user does not exist.
        if (name === 'user' && code === 0 && text === '=\n=\n= 0 0\n') continue
        expect([text.slice(0, 40), code, parse(said(text, code)).map((fact) => fact.is)]).toEqual([
          text.slice(0, 40),
          code,
          ['unknown', 'unknown'],
        ])
      }
    }
  })
  test('and the reason quotes the error output', () => {
    expect(pathFact.parse(said('', 127, 'sh: stat: not found\n'), [{ path: '/x' }])).toMatchObject([
      { reason: 'files could not be looked at: sh: stat: not found' },
    ])
  })
})

function one<K, V>(kind: ShellFactKind<K, V>, key: K, text: string): Fact<V> | undefined {
  return kind.parse(said(text), [key])[0]
}

describe('secret-file', () => {
  test('a secret with and without a line break at its end', () => {
    for (const text of ['abcdefgh', 'abcdefgh\n', 'abcdefgh\r\n']) {
      const fact = one(secretFileFact, '/x', `has\n${String(Buffer.byteLength(text))}\n${text}`)
      expect(fact?.is === 'present' && reveal(fact.value)).toBe('abcdefgh')
    }
  })
  test.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    ['a\nb', 'is not one line of text'],
    ['a\0b', 'is not one line of text'],
    ['x'.repeat(4097), 'is longer than a secret'],
  ])('%j', (text, wrong) => {
    expect(
      one(secretFileFact, '/x', `has\n${String(Buffer.byteLength(text))}\n${text}`),
    ).toMatchObject({
      is: 'unknown',
      reason: `/x ${wrong}, so it holds no secret that could be used`,
    })
  })
  test('what is not a file of root', () => {
    expect(secretFileFact.parse(said('link\nclosed\nabsent\n'), ['/a', '/b', '/c'])).toMatchObject([
      { reason: '/a is a symbolic link' },
      { reason: '/b is no file that may be read' },
      { is: 'absent' },
    ])
  })
})

describe('ssh-key', () => {
  test('what is not a key', () => {
    expect(one(sshKeyFact, '/a', 'file\n21\nssh-ed25519 AAAA\nevil')).toMatchObject({
      is: 'unknown',
      reason: '/a.pub holds no public key',
    })
    expect(
      sshKeyFact.parse(said('made \n', 0, 'Load key "/dev/stdin": invalid format'), ['/a']),
    ).toMatchObject([
      {
        is: 'unknown',
        reason: 'no public key can be derived from /a: Load key "/dev/stdin": invalid format',
      },
    ])
  })
})

describe('user', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\napp:x:990:990::/srv/app:/usr/sbin/nologin\n'
  const group = 'root:x:0:\nadm:x:4:syslog,app\napp:x:990:app\nsudo:x:27:xapp\n'
  test('an account with its groups and its password', () => {
    const [app, gone] = userFact.parse(
      said(`${passwd}=\n${group}=\napp:!$y$hash$x:1:::::\n= 2 0\n`),
      [of('app'), of('gone')],
    )
    expect(app).toMatchObject({
      is: 'present',
      value: {
        uid: 990,
        gid: 990,
        group: 'app',
        comment: '',
        home: '/srv/app',
        shell: '/usr/sbin/nologin',
        groups: ['adm'],
        password: { locked: true },
      },
    })
    expect(
      app?.is === 'present' && app.value.password?.hash && reveal(app.value.password.hash),
    ).toBe('$y$hash$x')
    expect(gone?.is).toBe('absent')
    expect(JSON.stringify(app)).not.toContain('$y$')
  })
  test.each([
    ['*', false],
    ['!', true],
    ['!*', true],
    ['!!', true],
  ])('%s is no password', (field, locked) => {
    expect(
      one(userFact, of('app'), `${passwd}=\n${group}=\napp:${field}:1:::::\n= 0 0\n`),
    ).toMatchObject({ value: { password: { hash: null, locked } } })
  })
  test('shadow that may not be read', () => {
    expect(one(userFact, of('app'), `${passwd}=\n${group}=\n= 0 0\n`)).toMatchObject({
      is: 'present',
      value: { password: null },
    })
  })
  test('names of a domain, beside malformed lines', () => {
    const alice = 'DOM\\alice:x:5001:5513::/home/DOM/alice:/bin/bash\n'
    const answer = said(
      `odd\n${alice}=\nodd:x\ndomain users:x:5513:\nweb team:x:7:bob,DOM\\alice\n=\n= 2 0\n`,
    )
    expect(userFact.parse(answer, [of('DOM\\alice'), of('odd'), of('gone')])).toMatchObject([
      { value: { uid: 5001, group: 'domain users', groups: ['web team'] } },
      { is: 'unknown', reason: 'the account of odd could not be understood' },
      {
        is: 'unknown',
        reason: 'the list of accounts, in which gone was not found, could not be understood',
      },
    ])
    expect(userFact.parse(said(`# mine\n+::::\n${alice}=\n=\n= 0 0\n`), [of('gone')])).toEqual([
      { is: 'absent' },
    ])
  })
  test('a source that failed', () => {
    expect(one(userFact, of('app'), `=\n${group}=\n= 3 0\n`)?.is).toBe('unknown')
    expect(one(userFact, of('app'), `${passwd}=\n=\n= 0 1\n`)?.is).toBe('unknown')
  })
})

test('groups with spaces, and a malformed one', () => {
  expect(
    groupFact.parse(said('domain users:x:5513:DOM\\alice,bob\nodd:x\n', 2), [
      'domain users',
      'odd',
      'gone',
    ]),
  ).toMatchObject([
    { value: { gid: 5513, members: ['DOM\\alice', 'bob'] } },
    { is: 'unknown', reason: 'the group odd could not be understood' },
    { is: 'unknown' },
  ])
  expect(groupFact.parse(said('+:::\n'), ['gone'])).toEqual([{ is: 'absent' }])
})

test('paths whose owners have names of a domain; a malformed line affects only its own path', () => {
  const text =
    'at 0\nat 1\nat 2\nstat 81a4 5001 5513 4 DOM\\alice:domain users\nstat 81a4 0 0 4 root\nstat 41ed 0 0 4 root:root\nend\n'
  expect(
    pathFact.parse(said(text), [{ path: '/a' }, { path: '/b' }, { path: '/c' }]),
  ).toMatchObject([
    { value: { uid: 5001, gid: 5513, owner: 'DOM\\alice', group: 'domain users' } },
    { is: 'unknown', reason: 'the host said nothing of /b' },
    { value: { kind: 'directory', owner: 'root', group: 'root' } },
  ])
})

test('a tree in which something went wrong', () => {
  // After an error of a tool entries may be missing.
  const whole = '      1 0 41ed 0 0 0 root:root\n      1 1 none\nend\n'
  expect(treeFact.parse(said(whole, 0, 'find: permission denied'), ['/a', '/b'])[0]?.is).toBe(
    'unknown',
  )
  // A malformed line affects only its own tree.
  expect(
    treeFact.parse(said('      1 0 41ed 0 0 0 root\n      1 1 none\nend\n'), ['/a', '/b']),
  ).toMatchObject([
    { is: 'unknown', reason: 'what is in /a could not be understood' },
    { is: 'absent' },
  ])
  // A find that was killed says nothing.
  expect(treeFact.parse(said('      1 1 none\nend\n'), ['/a', '/b'])[0]?.is).toBe('unknown')
})
