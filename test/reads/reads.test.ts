import { describe, expect, test } from '@jest/globals'
import { Later } from '../../src/core/later.js'
import { Secret } from '../../src/core/secret.js'
import { read } from '../../src/reads/index.js'
import { directory } from '../../src/resources/files/directory.js'

type Asked = readonly [value: Later<unknown>, kind: string, key: unknown, terms: object]

test.each<Asked>([
  [read.stat('/a'), 'path', { path: '/a' }, { text: 'read.stat[/a]', of: ['path:/a'] }],
  [
    read.file('/a'),
    'text-file',
    { path: '/a', secret: false },
    { text: 'read.file[/a]', of: ['path:/a'] },
  ],
  [
    read.file('/a', { secret: true, optional: true, become: 'app' }),
    'text-file',
    { path: '/a', secret: true },
    { text: 'read.file[/a]', of: ['path:/a'], become: 'app' },
  ],
  [
    read.command(['id', '-u']),
    'answer',
    { argv: ['id', '-u'], codes: [0], timeout: 60, secret: false },
    { text: 'read.command[id -u]', of: 'anything' },
  ],
  [
    read.command(['id'], {
      successCodes: [0, 3],
      timeout: 5,
      secret: true,
      dependsOn: [directory('/a')],
    }),
    'answer',
    { argv: ['id'], codes: [0, 3], timeout: 5, secret: true },
    { text: 'read.command[id]', of: 'anything', dependsOn: ['directory[/a]'] },
  ],
  [
    read.find('/a', { name: '-x', type: 'other', depth: 2, olderThan: 9 }),
    'answer',
    {
      argv: [
        'sh',
        '-c',
        expect.any(String),
        'find',
        '/a',
        '9',
        '-maxdepth',
        '2',
        ...['!', '-type', 'f', '!', '-type', 'd', '!', '-type', 'l'],
        '-name',
        '-x',
      ],
      codes: [0],
      timeout: 60,
      secret: false,
      name: 'find /a',
    },
    { text: 'read.find[/a]', of: ['tree:/a'] },
  ],
  [
    read.user('app'),
    'user',
    { name: 'app', password: false },
    { text: 'read.user[app]', of: ['user:app'] },
  ],
  [read.group('app'), 'group', 'app', { text: 'read.group[app]', of: ['group:app'] }],
  [
    read.packages(['git', 'curl']),
    'apt',
    ['git', 'curl'],
    { text: 'read.packages[git curl]', of: ['package:git', 'package:curl'] },
  ],
  [
    read.service('app'),
    'unit',
    'app.service',
    { text: 'read.service[app]', of: ['unit:app.service'] },
  ],
  [
    read.service('a.timer'),
    'unit',
    'a.timer',
    { text: 'read.service[a.timer]', of: ['unit:a.timer'] },
  ],
])('asks for a fact: %#', (value, kind, key, terms) => {
  expect(value.requests).toEqual([
    { kind: expect.objectContaining({ name: kind }), key, read: terms },
  ])
})

/** What a read is without a host: templates are tried with it. */
const standIn = (value: Later<unknown>): unknown =>
  Later.evaluate(value, {
    standIns: true,
    fact: () => {
      throw new TypeError('no host')
    },
  })

test.each<[Later<unknown>, unknown]>([
  [read.stat('/a').map((found) => found?.mode), '0644'],
  [read.file('/a'), ''],
  [read.file('/a', { secret: true }), expect.any(Secret)],
  [read.command(['id']), ''],
  [read.command(['id'], { secret: true }), expect.any(Secret)],
  [read.find('/a'), []],
  [read.user('app').map((found) => found?.home), '/root'],
  [read.group('app').map((found) => found?.gid), 0],
  [read.packages(['git']), { git: null }],
  [read.service('app'), { active: false, enabled: false, masked: false }],
])('has a stand-in: %#', (value, expected) => {
  expect(standIn(value)).toEqual({ known: true, value: expected })
})

describe('refused', () => {
  const plain = read as unknown as Readonly<
    Record<string, (given: unknown, options?: object) => unknown>
  >
  test.each<[string, unknown, object | undefined, string]>([
    ['stat', 'a', undefined, 'read.stat("a"): the first argument must be an absolute path'],
    ['stat', '/a', { secret: true }, 'read.stat[/a] has no option secret'],
    [
      'file',
      '/a',
      { optoinal: true },
      'read.file[/a] has no option optoinal; did you mean optional?',
    ],
    ['file', '/a', { become: 'a:b' }, 'read.file[/a]: become must be the name of a user'],
    ['find', '/a', { depth: 0 }, 'read.find[/a]: depth must be'],
    ['find', '/a', { type: 'socket' }, 'read.find[/a]: type must be'],
    ['command', 'id', undefined, 'read.command("id"): the first argument must be'],
    ['command', [], undefined, 'read.command(a list): the first argument must'],
    [
      'command',
      ['-x'],
      undefined,
      'read.command(a list): the first argument must begin with a program',
    ],
    [
      'command',
      ['id'],
      { dependsOn: ['x'] },
      'read.command[id]: dependsOn.0 must be a resource, not its name',
    ],
    ['command', ['id'], { successCodes: [256] }, 'read.command[id]: successCodes.0 must be'],
    ['user', '', undefined, 'read.user(""): the first argument must be the name of an account'],
    ['packages', [], undefined, 'read.packages(a list): the first argument must'],
    [
      'packages',
      ['Git'],
      undefined,
      'read.packages(a list): the first argument must be the name of a package',
    ],
    [
      'service',
      'a b',
      undefined,
      'read.service("a b"): the first argument must be the name of a unit',
    ],
  ])('%s %j %j', (name, given, options, message) => {
    expect(() => plain[name]?.(given, options)).toThrow(message)
  })
})
