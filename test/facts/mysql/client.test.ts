import { describe, expect, test } from '@jest/globals'
import { present, unknown, type Fact } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import { inputBytes } from '../../../src/core/sh.js'
import { mysql, type MysqlConnection } from '../../../src/facts/mysql/backend.js'
import {
  askServers,
  defaultSocket,
  identifier,
  literal,
  notUnderstood,
  placeOf,
  withoutHashes,
} from '../../../src/facts/mysql/client.js'
import { databaseFact } from '../../../src/facts/mysql/server.js'
import { hash, output, server } from './answers.js'

test.each([
  ['literal', literal("it's \\n"), "'it''s \\\\n'"],
  ['identifier', identifier('a`b'), '`a``b`'],
  ['place', placeOf({}), '/run/mysqld/mysqld.sock'],
  ['place', placeOf({ socket: '/s' }), '/s'],
  ['place', placeOf({ host: 'db' }), 'db:3306'],
  ['place', placeOf({ host: 'db', port: 3399 }), 'db:3399'],
])('a %s is written as SQL and messages have it', (_, made, expected) => {
  expect(made).toBe(expected)
})

test.each([
  [`BY PASSWORD '${hash}'`, "BY PASSWORD '[hash]'"],
  [`${hash.toLowerCase()} and ${hash}`, '[hash] and [hash]'],
  ['ON *.*', 'ON *.*'],
  ['2 *3', '2 *3'],
  [hash.slice(0, -1), hash.slice(0, -1)],
])('without hashes %s is %s', (text, shown) => {
  expect(withoutHashes(text)).toBe(shown)
})

describe('the client', () => {
  /** The words of the only program that a script starts. */
  const words = (connection: MysqlConnection, sql = ''): readonly string[] => {
    const { body } = askServers([{ connection, sql }]).script
    const command = body.slice(body.indexOf('fettle_ask_server '), body.indexOf('; echo "@status'))
    return [...command.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
      word.replaceAll("'\\''", '\0').replaceAll("'", '').replaceAll('\0', "'"),
    )
  }
  const settings =
    "SET SESSION sql_mode = '' /*M! 'NO_AUTO_CREATE_USER' */, sql_quote_show_create = 1"
  const always = [
    '--connect-timeout=10',
    '--default-character-set=utf8mb4',
    '--batch',
    '--skip-column-names',
    `--execute=${settings};\nSELECT 'x';`,
    // Behind --execute, which would reset it.
    '--force',
  ]
  const local = ['--protocol=socket', `--socket=${defaultSocket}`]

  test.each<[string, MysqlConnection, readonly string[]]>([
    [
      "the default server, by root's account",
      {},
      ['30', defaultSocket, '--no-defaults', ...local, '--user=root'],
    ],
    [
      'another socket',
      { socket: '/s' },
      ['30', '/s', '--no-defaults', '--protocol=socket', '--socket=/s', '--user=root'],
    ],
    [
      'another host',
      { host: 'db', user: 'app' },
      ['30', '', '--no-defaults', '--protocol=tcp', '--host=db', '--port=3306', '--user=app'],
    ],
    [
      'another port',
      { host: 'db', port: 3399 },
      ['30', '', '--no-defaults', '--protocol=tcp', '--host=db', '--port=3399', '--user=root'],
    ],
  ])('asks %s', (_, connection, first) => {
    expect(words(connection, "SELECT 'x';")).toEqual(['fettle_ask_server', ...first, ...always])
  })

  test('is given a password by a file of options only', () => {
    const connection = { password: new Secret('open sesame') }
    expect(words(connection)).toContain('--defaults-file=/proc/self/fd/3')
    expect(words(connection)).not.toContain('--no-defaults')
    expect(askServers([{ connection, sql: '' }]).script.body).toContain(
      `IFS= read -r line_; printf '[client]\\n%s\\n' "$line_" | { exec 3<&0; fettle_ask_server `,
    )
  })

  test.each([
    ['plain', 'open sesame', 'open sesame'],
    ['quotes and backslashes', 'p"w\\d', 'p\\"w\\\\d'],
    ['ends of lines', 'a\nb\r', 'a\\nb\\r'],
  ])('reads a password with %s from one line', (_, password, line) => {
    const { input } = askServers([{ connection: { password: new Secret(password) }, sql: '' }])
    expect(inputBytes(input ?? '').toString()).toBe(`password="${line}"\n`)
  })

  test('a password is no part of a script, and its line is a Secret', () => {
    const { script, input } = askServers([
      { connection: {}, sql: '' },
      { connection: { password: new Secret('open sesame') }, sql: '' },
    ])
    expect(script.text).not.toContain('sesame')
    expect(input).toEqual([expect.any(Secret)])
  })

  test('without passwords there is no input', () => {
    expect(askServers([{ connection: {}, sql: '' }])).not.toHaveProperty('input')
  })
})

describe('an answer that is none', () => {
  const ask = (stdout: string, stderr = '', code = 0, connection = {}): Fact<unknown> | undefined =>
    databaseFact.parse(output(stdout, stderr, code), [{ name: 'x', connection }])[0]
  const hangs = [
    'MariaDB did not answer within 30 s: it hangs, or waits for a lock',
    'look at the server: systemctl status mariadb.service, SHOW PROCESSLIST, journalctl -u mariadb.service',
  ] as const
  const start =
    "start it: add systemd.service('mariadb.service', { running: true }) before this resource"
  test.each<[number, string, string, string]>([
    [
      90,
      'no client',
      'no MariaDB client is installed on the host',
      "add apt.packages(['mariadb-server']) before this resource",
    ],
    [91, 'no socket', 'MariaDB is not running: its socket does not exist', start],
    [
      92,
      'a service that a connection would start',
      'MariaDB is not running (a connection would start it, and reading must not)',
      start,
    ],
    [
      93,
      'a service that has no socket yet',
      'mariadb.service runs, but /run/mysqld/mysqld.sock does not exist: it is still starting, or listens elsewhere',
      'wait for it, or give the socket that it has (connection: { socket })',
    ],
    [124, 'a server that hangs', ...hangs],
    [137, 'a server that hangs, whose client had to be killed', ...hangs],
  ])('status %i: %s', (status, _, reason, remedy) => {
    const stdout = `@server\n@status ${String(status)}\n`
    const expected = (said: string): Fact<never> =>
      unknown(said, remedy, { lacks: ['server:mysql'] })
    expect(ask(stdout)).toEqual(expected(reason))
    expect(ask(stdout, '', 0, { socket: '/s' })).toEqual(expected(`/s: ${reason}`))
    expect(ask(stdout, '', 0, { host: 'db' })).toEqual(expected(`db:3306: ${reason}`))
  })

  test.each([
    ['garbage', '\0\u{1}\uFFFDgarbage', '', 0, 'status 0: '],
    ['nothing', '', 'Killed\n', 137, 'status 137: Killed'],
    ['no end', '@server\nserver\t10', `@server\nnear ${hash}\n`, 1, 'status 1: near [hash]'],
    [
      'words in front of all',
      '@server\n',
      'sh: no\n@server\nand no\n',
      1,
      'status 1: sh: no\nand no',
    ],
    ['the mark within a line', '', 'x @server\ny\n', 1, 'status 1: x @server\ny'],
  ])('%s', (_, stdout, stderr, code, said) => {
    expect(ask(stdout, stderr, code)).toEqual(
      unknown(`reading MariaDB ended with ${said}`, 'run mariadb on the host and see what it says'),
    )
  })

  test('where there is an error, it is explained; else there is only the advice to look', () => {
    const said = 'ERROR 1053 (08S01): Server shutdown in progress'
    expect(notUnderstood(said)).toMatchObject({ reason: `MariaDB is shutting down: ${said}` })
    expect(notUnderstood('')).toEqual(
      unknown(
        'MariaDB gave an answer that cannot be understood',
        'run mariadb on the host and see what it says',
      ),
    )
  })

  test('a place is said of failures only', () => {
    const stdout = server('database\tx\ta\tb\nend\n')
    const fact = present({ charset: 'a', collation: 'b' })
    for (const connection of [{}, { socket: '/s' }, { host: 'db' }])
      expect(ask(stdout, '', 0, connection)).toEqual(fact)
  })
})

const login = { connection: { user: 'app', password: new Secret('open sesame') } }
const statement = { connection: {}, sql: 'DROP DATABASE `app`', values: [] }
test.each([
  ['a statement', statement, 'DROP DATABASE `app`'],
  ['a login', login, 'login app'],
  [
    'a login with a condition',
    { ...login, unless: { ...statement, sql: 'SELECT 1' } },
    'login app, unless SELECT 1',
  ],
])('%s is told without its password', (_, work, told) => {
  expect(mysql.describe?.(work)).toBe(told)
})

test('actions go to the server of their host, through its own link', () => {
  expect([mysql.name, mysql.scope]).toEqual(['mysql', 'host'])
})
