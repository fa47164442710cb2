import { describe, expect, test } from '@jest/globals'
import type { Fact, Output } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import { inputBytes } from '../../../src/core/sh.js'
import type { Account } from '../../../src/facts/mysql/account.js'
import { parseGrant, type Grant } from '../../../src/facts/mysql/grants.js'
import { accountFact, databaseFact } from '../../../src/facts/mysql/server.js'

const hash = '*D821809F681A40A6E379B50D0463EFAE20BDD122'
const output = (stdout: string, stderr = '', code = 0): Output => ({
  code,
  stdout: Buffer.from(stdout),
  stderr,
})

describe('SHOW GRANTS of MariaDB 10.11', () => {
  test.each<[string, Grant | 'nothing' | null]>([
    [
      "GRANT USAGE ON *.* TO `app`@`localhost` IDENTIFIED BY PASSWORD '*D821809F681A40A6E379B50D0463EFAE20BDD122'",
      { on: '*.*', privileges: [] },
    ],
    [
      "GRANT RELOAD, FILE ON *.* TO `o'dd``x`@`%` IDENTIFIED BY PASSWORD '*D82' REQUIRE SSL WITH GRANT OPTION MAX_QUERIES_PER_HOUR 5",
      { on: '*.*', privileges: ['RELOAD', 'FILE', 'GRANT OPTION'] },
    ],
    [
      "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket WITH GRANT OPTION",
      { on: '*.*', privileges: ['ALL PRIVILEGES', 'GRANT OPTION'] },
    ],
    [
      "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*D82' REQUIRE SUBJECT 'x WITH GRANT OPTION'",
      { on: '*.*', privileges: [] },
    ],
    [
      'GRANT SELECT, CREATE TEMPORARY TABLES, READ_ONLY ADMIN ON `my\\_app`.* TO `app`@`localhost`',
      { on: '`my\\_app`.*', privileges: ['SELECT', 'CREATE TEMPORARY TABLES', 'READ_ONLY ADMIN'] },
    ],
    [
      'GRANT SELECT ON `a ON ``b`` TO x`.* TO `app`@`localhost` WITH GRANT OPTION',
      { on: '`a ON ``b`` TO x`.*', privileges: ['SELECT', 'GRANT OPTION'] },
    ],
    [
      'GRANT SELECT (`a`, `b)`), UPDATE (`a`) ON `my_app`.`t` TO `app`@`%`',
      { on: '`my_app`.`t`', privileges: ['SELECT (`a`, `b)`)', 'UPDATE (`a`)'] },
    ],
    [
      'GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `app`.`p` TO `app`@`%`',
      { on: 'PROCEDURE `app`.`p`', privileges: ['EXECUTE', 'ALTER ROUTINE'] },
    ],
    [
      'GRANT EXECUTE ON PACKAGE BODY `app`.`p` TO `app`@`%`',
      { on: 'PACKAGE BODY `app`.`p`', privileges: ['EXECUTE'] },
    ],
    [
      'GRANT PROXY ON ``@`%` TO `root`@`localhost` WITH GRANT OPTION',
      { on: '``@`%`', privileges: ['PROXY', 'GRANT OPTION'] },
    ],
    ['GRANT `r1` TO `app`@`%` WITH ADMIN OPTION', { on: null, privileges: ['`r1`'] }],
    ['SET DEFAULT ROLE `r1` FOR `app`@`%`', 'nothing'],
    ['GRANT', null],
    ['GRANT SELECT ON app TO `x`', null],
    ['ERROR 1141 (42000)', null],
  ])('%s', (line, grant) => {
    expect(parseGrant(line)).toEqual(grant)
  })
})

const key = (
  name: string,
): { readonly name: string; readonly host: string; readonly connection: object } => ({
  name,
  host: 'localhost',
  connection: {},
})
const kept = `kept\t{"access":0,"plugin":"mysql_native_password","authentication_string":"${hash}","ssl_type":1}`
const answer = (...accounts: readonly string[]): string =>
  `@server\nserver\t10.11.6-MariaDB\t0\n${accounts.map((rows, index) => `account\t${String(index)}\n${rows}`).join('')}end\n@status 0\n`
const usage = `GRANT USAGE ON *.* TO \`app\`@\`localhost\` IDENTIFIED BY PASSWORD '${hash}'\n`
const only = (stdout: string, stderr = '', code = 0): Fact<Account> | undefined =>
  accountFact.parse(output(stdout, stderr, code), [key('app')])[0]

describe('mysql.user', () => {
  test("a second login method, as Debian's root has it", () => {
    const fact = only(
      answer(
        `kept\t{"plugin":"mysql_native_password","authentication_string":"invalid","auth_or":[{},{"plugin":"unix_socket"}]}\n${usage}`,
      ),
    )
    expect(fact).toMatchObject({
      is: 'present',
      value: {
        ways: [
          { plugin: 'mysql_native_password', kept: 'invalid' },
          { plugin: 'unix_socket', kept: '' },
        ],
      },
    })
  })
  test.each([
    ['no client', '@server\n@status 90\n', 'no MariaDB client'],
    ['no socket', '@server\n@status 91\n', 'MariaDB is not running'],
    [
      'a service that a connection would start',
      '@server\n@status 92\n',
      'a connection would start it',
    ],
    [
      'a service that has no socket yet',
      '@server\n@status 93\n',
      'mariadb.service runs, but /run/mysqld/mysqld.sock does not exist',
    ],
    ['a server that hangs', '@server\n@status 124\n', 'did not answer within 30 s'],
    [
      'a server that hangs, whose client had to be killed',
      '@server\n@status 137\n',
      'did not answer within 30 s',
    ],
    [
      'MySQL',
      '@server\nserver\t8.0.36\t0\naccount\t0\nend\n@status 0\n',
      'is not MariaDB but says 8.0.36',
    ],
    ['an account without grants', answer(`${kept}\n`), 'cannot be understood'],
    ['a strange grant', answer(`${kept}\n${usage}GRANT ODD ${hash}\n`), 'GRANT ODD [hash]'],
    ['JSON that is none', answer(`kept\t{"plugin":\n${usage}`), 'cannot be understood'],
    [
      'a plugin that carries SQL',
      answer(`kept\t{"plugin":"x; DROP"}\n${usage}`),
      'cannot be understood',
    ],
    [
      'an answer that was cut',
      `@server\nserver\t10.11.6-MariaDB\t0\naccount\t0\n${kept}\n${usage}@status 1\n`,
      'cannot be understood',
    ],
    ['garbage', '\0\u{1}\uFFFDgarbage', 'status 0'],
    ['nothing', '', 'status 0'],
  ])('%s is unknown', (_, stdout, reason) => {
    expect(only(stdout)).toMatchObject({ is: 'unknown', reason: expect.stringContaining(reason) })
  })
  test('without the privilege to ask, an account is not absent', () => {
    expect(only(answer(''), 'ERROR 1142 (42000) at line 4: SELECT command denied')).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('SELECT command denied'),
    })
    expect(
      only('@server\n@status 1\n', 'ERROR 1698 (28000): Access denied for user'),
    ).toMatchObject({ is: 'unknown', reason: expect.stringContaining('Access denied') })
  })
  const start = expect.stringContaining('start it')
  const look = expect.stringContaining('systemctl status mariadb.service')
  const wrapped =
    'ERROR 2002 (HY000): Received error packet before completion of TLS handshake. The authenticity of the following error cannot be verified: '
  test.each([
    // Messages that MariaDB's client 10.11 has printed, and others.
    [
      `${wrapped}1040 - Too many connections`,
      'MariaDB has no connection left',
      expect.stringContaining('max_connections'),
    ],
    [
      'ERROR 1040 (08004): Too many connections',
      'MariaDB has no connection left',
      expect.stringContaining('max_connections'),
    ],
    [
      'ERROR 1040 (HY000): Trop de connexions',
      'MariaDB has no connection left',
      expect.stringContaining('max_connections'),
    ],
    [
      "ERROR 1203 (42000): User app already has more than 'max_user_connections' active connections",
      'MariaDB has no connection left for this account',
      expect.stringContaining('max_user_connections'),
    ],
    [
      "ERROR 1045 (28000): Access denied for user 'app'@'localhost' (using password: YES)",
      'MariaDB refuses to say',
      expect.stringContaining('an account that may'),
    ],
    [
      "ERROR 1698 (28000): Access denied for user 'root'@'localhost'",
      'MariaDB refuses to say',
      expect.stringContaining('an account that may'),
    ],
    [
      `${wrapped}1130 - Host '10.201.0.2' is not allowed to connect to this MariaDB server`,
      'MariaDB takes no connections from this address',
      expect.stringContaining('connection.host'),
    ],
    [
      "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)",
      'MariaDB is not running',
      start,
    ],
    [
      "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (111)",
      'MariaDB is not running',
      start,
    ],
    [
      "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/run/mysqld/mysqld.sock' (111 \"Connection refused\")",
      'MariaDB is not running',
      start,
    ],
    [
      "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (13)",
      "MariaDB's socket is closed to this user",
      expect.stringContaining('become'),
    ],
    [
      "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (11)",
      'MariaDB does not answer, because it hangs or has too much to do',
      look,
    ],
    [
      "ERROR 2002 (HY000): Can't connect to server on '127.0.0.1' (115)",
      'nobody listens where the connection leads',
      expect.stringContaining('bind-address'),
    ],
    [
      "ERROR 2003 (HY000): Can't connect to MySQL server on '127.0.0.1:3399' (111)",
      'nobody listens where the connection leads',
      expect.stringContaining('bind-address'),
    ],
    [
      "ERROR 2002 (HY000): Can't connect to server on '192.0.2.1' (101)",
      'MariaDB could not be reached',
      look,
    ],
    [
      "ERROR 2005 (HY000): Unknown server host 'no.such.example' (-3)",
      'the server of the connection is unknown',
      expect.stringContaining('connection.host'),
    ],
    [
      "ERROR 2013 (HY000): Lost connection to server at 'handshake: reading initial communication packet', system error: 110",
      'MariaDB does not answer, because it hangs or has too much to do',
      look,
    ],
    [
      "ERROR 2013 (HY000): Lost connection to server at 'handshake: reading initial communication packet', system error: 11",
      'MariaDB ended the connection',
      look,
    ],
    ['ERROR 1053 (08S01): Server shutdown in progress', 'MariaDB is shutting down', look],
    [
      "ERROR 1146 (42S02) at line 4: Table 'mysql.global_priv' doesn't exist",
      'MariaDB could not answer',
      expect.stringContaining('see what it says'),
    ],
    [
      'ERROR 1141 (42000) at line 9: There is no such grant\nERROR 1142 (42000) at line 4: SELECT command denied',
      'MariaDB refuses to say',
      expect.stringContaining('an account that may'),
    ],
    [
      'mariadb: error while loading shared libraries: libssl.so.3',
      'MariaDB could not answer',
      expect.stringContaining('see what it says'),
    ],
  ])('%s', (said, meaning, remedy) => {
    expect(only('@server\n@status 1\n', `@server\n${said}\n`)).toEqual({
      is: 'unknown',
      reason: expect.stringContaining(`${meaning}: ${said}`.slice(0, 200)),
      remedy,
    })
  })
  test('long messages are shortened', () => {
    expect(
      JSON.stringify(only('@server\n@status 1\n', `ERROR 1064 (42000): ${'x'.repeat(1_000_000)}`))
        .length,
    ).toBeLessThan(2000)
  })
  test('--force stands after --execute, which would reset it', () => {
    expect(accountFact.script([key('app')]).script.text).toMatch(
      /--execute=[^]*' --force; echo "@status/,
    )
  })
  test('hashes are not quoted in reasons', () => {
    expect(JSON.stringify(only('@server\n@status 1\n', `ERROR 1 near ${hash}`))).not.toContain(hash)
  })
  test('passwords of connections are passed as input, and names are quoted', () => {
    const { script, input } = accountFact.script([
      { name: "a'b\\c", host: '%', connection: { user: 'adm', password: new Secret('p"w\\d') } },
    ])
    expect(script.text).not.toContain('p"w')
    expect(inputBytes(input ?? '').toString()).toBe('password="p\\"w\\\\d"\n')
    expect(script.text.replaceAll(`'\\''`, "'")).toContain(`User = 'a''b\\\\c' AND Host = '%'`)
  })
})

describe('mysql.database', () => {
  const databases = (folds: string): string =>
    `@server\nserver\t10.11.6-MariaDB\t${folds}\ndatabase\tApp\tutf8mb4\tutf8mb4_bin\ndatabase\ta\\tb\\\\c\tlatin1\tlatin1_swedish_ci\nend\n@status 0\n`
  const find = (stdout: string, name: string): unknown =>
    databaseFact.parse(output(stdout), [{ name, connection: {} }])[0]
  test('by its name, in any case if the server ignores case', () => {
    expect(find(databases('0'), 'App')).toEqual({
      is: 'present',
      value: { charset: 'utf8mb4', collation: 'utf8mb4_bin' },
    })
    expect(find(databases('0'), 'app')).toEqual({ is: 'absent' })
    expect(find(databases('1'), 'app')).toMatchObject({ is: 'present' })
    expect(find(databases('0'), 'a\tb\\c')).toMatchObject({
      is: 'present',
      value: { charset: 'latin1' },
    })
  })
  test.each([
    '',
    'garbage',
    '@server\n@status 0\n',
    '@server\nserver\t10.11.6-MariaDB\t0\ndatabase\tx\nend\n@status 0\n',
    '@server\nserver\t10.11.6-MariaDB\t0\n@status 1\n',
  ])('%j is unknown and not absent', (stdout) => {
    expect(find(stdout, 'x')).toMatchObject({ is: 'unknown' })
  })
  test('databases and accounts of a server are read by one client', () => {
    const keys = [
      { name: 'a', connection: {} },
      { name: 'app', host: 'localhost', connection: {} },
      { name: 'none', host: '%', connection: {} },
    ]
    const script = databaseFact.script(keys).script.text
    expect(script.split('"@status')).toHaveLength(2)
    expect(databaseFact).toBe(accountFact)
  })
  test('a failed question about databases among others makes them unknown', () => {
    expect(
      databaseFact.parse(
        output(
          '@server\nserver\t10.11.6-MariaDB\t0\nend\n@status 1\n',
          'ERROR 1227 (42000) at line 3: Access denied',
        ),
        [{ name: 'x', connection: {} }],
      ),
    ).toMatchObject([{ is: 'unknown', reason: expect.stringContaining('Access denied') }])
  })
  test('two servers are read by two clients', () => {
    const keys = [
      { name: 'a', connection: {} },
      { name: 'a', connection: { host: 'db' } },
    ]
    const stdout =
      '@server\nserver\t10.11.6-MariaDB\t0\ndatabase\ta\tx\ty\nend\n@status 0\n@server\n@status 1\n'
    expect(
      databaseFact.parse(
        output(stdout, "@server\n@server\nERROR 2002 (HY000): Can't connect"),
        keys,
      ),
    ).toMatchObject([{ is: 'present' }, { is: 'unknown' }])
  })
  test('an error of one server does not affect another', () => {
    const keys = [
      { name: 'none', host: 'localhost', connection: {} },
      { name: 'none', host: 'localhost', connection: { host: 'db' } },
    ]
    const stdout =
      '@server\nserver\t10.11.6-MariaDB\t0\naccount\t0\nend\n@status 1\n@server\n@status 1\n'
    const words =
      '@server\nERROR 1141 (42000) at line 3: There is no such grant\n@server\nERROR 1040 (08004): Too many connections\n'
    expect(accountFact.parse(output(stdout, words), keys)).toMatchObject([
      { is: 'absent' },
      { is: 'unknown', reason: expect.stringContaining('no connection left') },
    ])
  })
})
