import { describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { group } from '../../../src/resources/accounts/group.js'
import { knownHost } from '../../../src/resources/accounts/known-host.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import { sudoers } from '../../../src/resources/accounts/sudoers.js'
import { user } from '../../../src/resources/accounts/user.js'
import { js, refusal } from '../refusal.js'

const keys = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5']
const known =
  (host: string, options: object = { keys }) =>
  (): unknown =>
    knownHost(host, js(options))

describe('a host of knownHost', () => {
  test.each([
    'h',
    '1.example',
    'Git-1.example_x',
    'h:2',
    'h:22222',
    '[h]:2',
    '[Git-1.example_x]:22222',
    '[2001:db8::1]:2222',
    '[::1]:2222',
    '[::1]:22',
    'h:65535',
    'a:12345',
    '192.0.2.1',
    '::1',
    '2001:db8::1',
    'FE80::A',
    '::ffff:192.0.2.1',
    '1:2:3:4:5:6:7:8',
    '::',
    '[FE80::A]:2222',
  ])('%s', (host) => expect(refusal(known(host))).toBe('taken'))

  test.each([
    '',
    '.h',
    '-h',
    'h,i',
    'h i',
    ' h',
    'h ',
    '*.h',
    'h:',
    'h:222222',
    'a:123456',
    'h:0',
    'h:65536',
    'h:99999',
    'h:022',
    ':',
    ':1',
    '1:2:3',
    '::1::2',
    '12345::',
    'fe80::1%eth0',
    '[::g]:2',
    '[a:b]:2',
    '[h]:0',
    'h:port',
    'h:2x',
    'x::1',
    '::g',
    '::1.g',
    '::1x',
    '[h]',
    '[h]:',
    '[h]:222222',
    '[h]:2x',
    'x[h]:2',
    '[.h]:2',
    '[]:2',
    '[h:2',
    '|1|c2FsdA==|aGFzaA==',
    '@revoked',
  ])('%j is refused', (host) => {
    expect(refusal(known(host))).toContain('the first argument must')
  })
})

/** An account that a rule names, and what it may run. */
const rule =
  (command: string, more: object = {}) =>
  (): unknown =>
    sudoers('x', js({ rules: [{ user: 'app', commands: [command], ...more }] }))

const notACommand = 'must be an absolute path of a file, then arguments separated by single spaces'

describe('a command of a rule', () => {
  test.each([
    '/a',
    '/bin/a',
    '/bin/..a',
    '/bin/a.b',
    '/bin/a b',
    '/bin/a b /c/../d . ..',
    '/bin/a --x=1,2:3 #4',
    '/bin/a b c d/',
  ])('%s', (command) => expect(refusal(rule(command))).toBe('taken'))

  test.each([
    ['', 'must not be empty'],
    ['/', notACommand],
    ['/bin/a/ b', notACommand],
    ['a /bin/a', notACommand],
    ['/bin/a ', notACommand],
    [' /bin/a', notACommand],
    ['/bin/a b  c', notACommand],
    ['/bin/a b ', notACommand],
    ['/bin/./a', 'must not hold . or .. in its path'],
    ['/bin/../a b', 'must not hold . or .. in its path'],
    ['/bin/..', 'must not hold . or .. in its path'],
    ['/bin/a ?', 'must not hold wildcards'],
    ['/bin/*', 'must not hold wildcards'],
    ['/bin/a b]', 'must not hold wildcards'],
    ['/bin/a "b"', 'must not hold wildcards'],
    ["/bin/a 'b'", 'must not hold wildcards'],
    ['/bin/a !b', 'must not hold wildcards'],
    ['/bin/a \tb', 'must not hold wildcards'],
    ['/bin/a\0', 'must be one line'],
  ])('%j is refused', (command, message) => {
    expect(refusal(rule(command))).toContain(`rules.0.commands.0 ${message}`)
  })
})

describe('an account of a rule', () => {
  test.each(['app', '_apt', '7up', 'Äpfel', 'Root', 'A-B', 'DOM\\alice', 'domain users', 'xALL'])(
    '%s',
    (name) => {
      expect(refusal(rule('/a', { user: name }))).toBe('taken')
      expect(refusal(rule('/a', { user: undefined, group: name }))).toBe('taken')
      expect(refusal(rule('/a', { runAs: name }))).toBe('taken')
    },
  )

  test.each([
    ['', 'must be the name of an account'],
    ['#0', 'must be the name of an account'],
    ['%wheel', 'must be the name of an account'],
    ['+netgroup', 'must be the name of an account'],
    ['!app', 'must be the name of an account'],
    ['A', 'in capitals would be an alias of sudoers: use content'],
    ['ADMINS_2', 'in capitals would be an alias of sudoers: use content'],
  ])('%j is refused', (name, message) => {
    expect(refusal(rule('/a', { user: name }))).toContain(`rules.0.user ${message}`)
    expect(refusal(rule('/a', { user: undefined, group: name }))).toContain(
      `rules.0.group ${message}`,
    )
    expect(refusal(rule('/a', { runAs: name }))).toContain(`rules.0.runAs ${message}`)
  })
})

describe('refused', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a list of no keys',
      known('h', { keys: [] }),
      'knownHost[h]: keys must hold at least one key',
    ],
    [
      'no keys, said to be there',
      known('h', { state: 'present' }),
      'knownHost[h]: keys is required',
    ],
    ['keys elsewhere', known('h', { keys, path: 'known' }), 'path must be an absolute path'],
    [
      'another state',
      known('h', { keys, state: 'gone' }),
      'state must be one of "present", "absent"',
    ],

    [
      'a rule for nobody',
      rule('/a', { user: undefined }),
      'rules.0 needs a user or a group, and not both',
    ],
    ['no rule', () => sudoers('x', { rules: [] }), 'sudoers[x]: rules must hold at least one rule'],
    ['a rule of nothing', rule('/a', { commands: [] }), 'rules.0.commands must not be empty'],
    [
      'a rule with a word for a flag',
      rule('/a', { nopasswd: 'yes' }),
      'rules.0.nopasswd must be true or false',
    ],
    ['no content', () => sudoers('x', { content: '' }), 'sudoers[x]: content must not be empty'],
    [
      'a state without rules',
      () => sudoers('x', { state: 'present' }),
      'sudoers[x]: rules or content is required',
    ],
    [
      'a drop-in of another folder',
      () => sudoers('../x', { content: 'x' }),
      'must hold letters, digits, _ and - only',
    ],
    [
      'a drop-in that sudo skips',
      () => sudoers('x~', { content: 'x' }),
      'must hold letters, digits, _ and - only',
    ],
    [
      'a drop-in without a name',
      () => sudoers('', { content: 'x' }),
      'must hold letters, digits, _ and - only',
    ],

    [
      'a password that is a number',
      () => user('app', js({ passwordHash: 5 })),
      "user[app]: passwordHash must be a hash that crypt(3) made, such as '$y$…' or '$6$…'",
    ],
    [
      'a home that is kept, said so',
      () => user('app', { removeHome: false }),
      "user[app]: removeHome is for state: 'absent'",
    ],
    ['a negative uid', () => user('app', { uid: -1 }), 'user[app]: uid must be at least 0'],
    [
      'a uid that is no number of an account',
      () => user('app', { uid: 1.5 }),
      'user[app]: uid must be a whole number',
    ],
    [
      'a shell by its name',
      () => user('app', { shell: 'bash' }),
      'user[app]: shell must be an absolute path',
    ],
    [
      'a home by its name',
      () => user('app', { home: 'app' }),
      'user[app]: home must be an absolute path',
    ],
    [
      'a comment of two lines',
      () => user('app', { comment: 'a\nb' }),
      'comment must be one line without a colon',
    ],

    [
      'a group like an option',
      () => group('-r'),
      'the first argument must be the name of an account',
    ],
    ['a negative gid', () => group('app', { gid: -1 }), 'group[app]: gid must be at least 0'],
    ['half a gid', () => group('app', { gid: 0.5 }), 'group[app]: gid must be a whole number'],

    ['a key elsewhere', () => sshKey('.ssh/id'), 'the first argument must be an absolute path'],
    [
      'a key of nobody',
      () => sshKey('/x', { owner: '-R' }),
      'sshKey[/x]: owner must be the name of an account',
    ],
    [
      'a key without a comment',
      () => sshKey('/x', { comment: '' }),
      'sshKey[/x]: comment must not be empty',
    ],
  ])('%s', (_, make, message) => {
    expect(refusal(make)).toContain(message)
  })
})

describe('taken', () => {
  test.each<[string, () => unknown]>([
    ['no keys where the host is forgotten', known('h', { state: 'absent' })],
    ['no rules where the drop-in is removed', () => sudoers('x', { state: 'absent' })],
    ['the home of a user who is removed', () => user('app', { state: 'absent', removeHome: true })],
    ['exactly no groups', () => user('app', { groups: [], exactGroups: true })],
    ['root’s id', () => user('root', { uid: 0 })],
    ['root’s group', () => group('root', { gid: 0 })],
    ['an empty comment', () => user('app', { comment: '' })],
    ['a Secret as the password', () => user('app', { passwordHash: new Secret('$6$a$b') })],
  ])('%s', (_, make) => {
    expect(refusal(make)).toBe('taken')
  })
})

test('content that is known late and is no text', () => {
  const made = sudoers('x', { content: 'Defaults:x !lecture\n' })
  const plan = (): unknown =>
    made.plan({ path: null, missingParent: null }, { content: 5 }, { changing: [] })
  expect(refusal(plan)).toBe(
    'sudoers[x]: the content turned out to be number, and must be a string, bytes or a Secret',
  )
})
