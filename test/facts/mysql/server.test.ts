import { describe, expect, test } from '@jest/globals'
import { absent, present, type Fact } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import type { AccountKey } from '../../../src/facts/mysql/account.js'
import type { MysqlConnection } from '../../../src/facts/mysql/backend.js'
import type { DatabaseKey } from '../../../src/facts/mysql/database.js'
import { accountFact, databaseFact } from '../../../src/facts/mysql/server.js'
import { account, output, server } from './answers.js'

const database = (name: string, connection: MysqlConnection = {}): DatabaseKey => ({
  name,
  connection,
})

/** The SQL of each client that is started, behind the settings of its session. */
const asked = (keys: readonly (DatabaseKey | AccountKey)[]): readonly string[] =>
  databaseFact
    .script(keys)
    .script.body.replaceAll("'\\''", "'")
    .split("'--execute=SET SESSION ")
    .slice(1)
    .map((rest) => rest.slice(rest.indexOf('\n') + 1, rest.indexOf("' --force")))

const [first, last] = ["SELECT 'server', VERSION(), @@lower_case_table_names;", "SELECT 'end';"]
const databases =
  "SELECT 'database', SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA;"
const accountAt = (place: number, user: string, host = "'localhost'"): string =>
  [
    `SELECT 'account', ${String(place)};`,
    `SELECT 'kept', Priv AS priv FROM mysql.global_priv WHERE User = ${user} AND Host = ${host};`,
    `SHOW GRANTS FOR ${user}@${host};`,
  ].join('\n')

describe('a server is asked', () => {
  test.each<[string, readonly (DatabaseKey | AccountKey)[], readonly string[]]>([
    ['for its databases', [database('a'), database('b')], [databases]],
    ['for an account', [account('app')], [accountAt(0, "'app'")]],
    [
      'for an account by its name as a literal of SQL',
      [{ ...account("a'b\\c"), host: '%' }],
      [accountAt(0, "'a''b\\\\c'", "'%'")],
    ],
    [
      'for both, accounts by their places among all keys',
      [database('a'), account('x'), database('b'), account('y')],
      [databases, accountAt(1, "'x'"), accountAt(3, "'y'")],
    ],
  ])('%s', (_, keys, questions) => {
    expect(asked(keys)).toEqual([[first, ...questions, last].join('\n')])
  })

  test('once for all of its keys, and each server by itself', () => {
    const [a, b] = [account('a'), account('b', { host: 'db' })]
    const [sqlOfA, sqlOfB] = ["'a'", "'b'"].map((user) => accountAt(0, user))
    expect(asked([a, b, database('c')])).toEqual([
      [first, databases, sqlOfA, last].join('\n'),
      [first, sqlOfB, last].join('\n'),
    ])
  })

  test('for databases and accounts by one kind of fact, as the session, within its time', () => {
    expect(databaseFact).toBe(accountFact)
    expect(databaseFact.name).toBe('mysql')
    expect(databaseFact.asSession).toBe(true)
    const keys = [database('a'), database('b'), database('c', { host: 'db' })]
    expect(databaseFact.mayTake?.(keys)).toBe(60 + 2 * 35)
  })
})

const secret = new Secret('open sesame')
test.each<[string, MysqlConnection, MysqlConnection, 1 | 2]>([
  ['one connection', { host: 'db', user: 'a' }, { host: 'db', user: 'a' }, 1],
  ['sockets', { socket: '/a' }, { socket: '/b' }, 2],
  ['hosts', { host: 'a' }, { host: 'b' }, 2],
  ['ports', { host: 'a' }, { host: 'a', port: 3399 }, 2],
  ['users', {}, { user: 'app' }, 2],
  ['a password and none', { user: 'a' }, { user: 'a', password: secret }, 2],
  ['passwords', { password: secret }, { password: new Secret('another one') }, 2],
  ['one password, given twice', { password: secret }, { password: new Secret('open sesame') }, 1],
])('%s: %j and %j are asked by as many clients as there are', (_, one, other, clients) => {
  expect(asked([database('x', one), database('x', other)])).toHaveLength(clients)
})

describe('answers', () => {
  const parse = (
    keys: readonly (DatabaseKey | AccountKey)[],
    stdout: string,
    stderr = '',
  ): readonly Fact<unknown>[] => databaseFact.parse(output(stdout, stderr), keys)
  const found = (name: string): string => server(`database\t${name}\tx\ty\nend\n`)
  const known = present({ charset: 'x', collation: 'y' })

  test('go to the keys of their servers, in the order of the keys', () => {
    const keys = [
      database('a'),
      database('b', { host: 'db' }),
      database('b'),
      database('a', { host: 'db' }),
    ]
    expect(parse(keys, `${found('a')}${found('b')}`)).toEqual([known, known, absent, absent])
  })
  test('of one server do not affect another', () => {
    const keys = [account('none'), account('none', { host: 'db' })]
    const stdout = `${server('account\t0\nend\n')}@server\n@status 1\n`
    const stderr =
      '@server\nERROR 1141 (42000) at line 3: There is no such grant\n@server\nERROR 1040 (08004): Too many connections\n'
    expect(parse(keys, stdout, stderr)).toEqual([
      absent,
      {
        is: 'unknown',
        reason: 'db:3306: MariaDB has no connection left: ERROR 1040 (08004): Too many connections',
        remedy: 'see who holds them (SHOW PROCESSLIST), and end some or raise max_connections',
      },
    ])
  })
  test('that are missing leave what the other servers have answered', () => {
    const keys = [database('a'), database('a', { host: 'db' })]
    expect(parse(keys, found('a'), 'Killed')).toMatchObject([
      { is: 'present' },
      { is: 'unknown', reason: 'db:3306: reading MariaDB ended with status 0: Killed' },
    ])
  })
})
