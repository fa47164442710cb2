import { describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import { mysqlDatabase } from '../../../src/resources/mysql/database.js'
import { nativeHash } from '../../../src/resources/mysql/login.js'
import { mysqlUser, type MysqlUserOptions } from '../../../src/resources/mysql/user.js'
import { js, refusal } from '../refusal.js'
import { native } from './account.js'
import { privileges } from './privileges.js'

const password = new Secret('correct horse')
const onlyTheHostKnows = generatedSecret('/etc/app/password').value

test("the hash equals MariaDB's", () => {
  // SELECT PASSWORD('mariadb'), as MariaDB's manual shows it.
  expect(nativeHash(new Secret('mariadb'))).toBe('*54958E764CE10E50764C2EECBB71D01F08549980')
})

const grants = (given: MysqlUserOptions['grants'] & object): MysqlUserOptions => ({
  password,
  grants: given,
})

describe('mysql.user refuses', () => {
  test.each<[string, MysqlUserOptions, string]>([
    [
      'the plugin of passwords without one',
      { plugin: 'mysql_native_password' },
      'plugin mysql_native_password needs a password: anybody could log in without',
    ],
    [
      'a plugin that it does not know',
      { plugin: js('ed25519') },
      'plugin must be one of "unix_socket", "mysql_native_password", and is "ed25519"',
    ],
    ['a string for the password', { password: js('x') }, 'password must be a Secret'],
    [
      'an empty password',
      { password: new Secret('') },
      'password must not be empty: anybody could log in',
    ],
    [
      'a password that clients encode differently',
      { password: new Secret('pwé') },
      'password must be printable ASCII: others arrive differently from different clients (PyMySQL sends latin1, this one UTF-8)',
    ],
    ['a password of two lines', { password: new Secret('a\nb') }, 'must be printable ASCII'],
    [
      'exactGrants alone',
      { password, exactGrants: true },
      'exactGrants needs grants (an empty one takes everything away)',
    ],
    [
      'a privilege that carries SQL',
      grants({ 'a.*': ['ALL; DROP DATABASE x'] }),
      'has a key or privilege that it cannot have: "ALL; DROP DATABASE x" is no privilege on a.*',
    ],
    ['a misspelt privilege', grants({ 'a.*': ['SELEKT'] }), 'did you mean SELECT?'],
    ['a misspelt second one', grants({ 'a.*': ['SELECT', 'INSRT'] }), 'did you mean INSERT?'],
    [
      'a privilege of the server on a database',
      grants({ 'a.*': ['FILE'] }),
      "FILE cannot be given on a.*, only on '*.*'",
    ],
    [
      'one in another spelling',
      grants({ 'a.*': ['REPLICA MONITOR'] }),
      "REPLICA MONITOR cannot be given on a.*, only on '*.*'",
    ],
    [
      'a privilege of a database on a table',
      grants({ 'a.b': ['EVENT'] }),
      "EVENT cannot be given on a.b, only on a database or '*.*'",
    ],
    [
      'a name without what it is of',
      grants({ app: ['SELECT'] }),
      `"app" must be 'database.*', 'database.table' or '*.*'`,
    ],
    ['a table of every database', grants({ '*.users': ['SELECT'] }), '"*.users" must be'],
    ['a table behind all tables', grants({ 'a.*.b': ['SELECT'] }), '"a.*.b" must be'],
    ['a column', grants({ 'a.b.c': ['SELECT'] }), '"a.b.c" must be'],
    ['a database without a name', grants({ '.b': ['SELECT'] }), '".b" must be'],
    ['a table without a name', grants({ 'a.': ['SELECT'] }), '"a." must be'],
    ['a name of two lines', grants({ 'a\nb.*': ['SELECT'] }), '"a\\nb.*" must be one line'],
    ['no privilege', grants({ 'a.*': [] }), 'grants.a.* must name a privilege'],
    ['no list of privileges', grants({ 'a.*': js('SELECT') }), 'grants.a.*'],
    [
      'a host that carries SQL',
      { password, host: "%' OR '1" },
      "host must be localhost, '%', an address or a name in lower case",
    ],
    ['a host with more behind it', { password, host: 'localhost;' }, 'host must be localhost'],
    ['a host with more before it', { password, host: ' localhost' }, 'host must be localhost'],
    ['a host longer than MariaDB keeps', { password, host: 'a'.repeat(256) }, 'host'],
    ['exactGrants in words', { password, exactGrants: js('yes') }, 'exactGrants must be'],
    ['requireTls in words', { password, requireTls: js('yes') }, 'requireTls must be'],
    ['another state', { state: js('gone') }, 'state must be one of "present", "absent"'],
    [
      'two ways to the server',
      { password, connection: { socket: '/s', host: 'db' } },
      'connection has both socket and host: give one',
    ],
    [
      'a relative socket',
      { password, connection: { socket: 'run/mysqld.sock' } },
      'connection.socket must be an absolute path',
    ],
    ['no port', { password, connection: { port: 0 } }, 'connection.port'],
    ['a port beyond the last', { password, connection: { port: 65_536 } }, 'connection.port'],
    ['a fraction of a port', { password, connection: { port: 3306.5 } }, 'connection.port'],
    ['an empty host of the server', { password, connection: { host: '' } }, 'connection.host'],
    [
      'an administrator of two lines',
      { password, connection: { user: 'a\nb' } },
      'connection.user',
    ],
    [
      'a misspelt way to the server',
      { password, connection: js({ sockets: '/s' }) },
      'connection must not have sockets',
    ],
    [
      'a string for the password of the connection',
      { password, connection: { password: js('x') } },
      'connection.password must be a Secret',
    ],
    [
      'a password for the connection that only the host knows',
      { password, connection: { password: onlyTheHostKnows } },
      'connection.password must be known before anything connects, as env.secret(…) is',
    ],
  ])('%s', (_, options, message) => {
    expect(refusal(() => mysqlUser('app', options))).toContain(message)
  })

  test.each([
    ['', 'mysql.user[app@localhost]: password must not be empty: anybody could log in'],
    ['pwé', 'mysql.user[app@localhost]: password must be printable ASCII'],
  ])('the password %j, once the host has told it', (told, message) => {
    const { plan } = mysqlUser('app', { password: onlyTheHostKnows })
    const values = { password: new Secret(told), connection: {} }
    expect(refusal(() => plan({ account: null }, values, { changing: [] }))).toContain(message)
  })

  test('a name that MariaDB cannot keep', () => {
    expect(refusal(() => mysqlUser('a'.repeat(81), { password }))).toContain(
      'must not be longer than 80 characters',
    )
    expect(refusal(() => mysqlUser('', { password }))).toContain('the first argument')
  })
})

describe('mysql.user takes', () => {
  test.each<[string, MysqlUserOptions]>([
    ['the longest host', { password, host: 'a'.repeat(255) }],
    ['an address and its mask', { password, host: '192.168.0.0/255.255.255.0' }],
    ['an address of IPv6', { password, host: 'fe80::1%' }],
    ['a password that the host generates', { password: onlyTheHostKnows }],
    ['the printable characters at both ends of ASCII', { password: new Secret(' ~') }],
    ['the removal of an account by its plugin', { plugin: native.plugin, state: 'absent' }],
    ['the first port', { password, connection: { host: 'db', port: 1 } }],
    ['the last port', { password, connection: { host: 'db', port: 65_535 } }],
    ['a password for the connection', { password, connection: { password } }],
    ['a socket elsewhere', { password, connection: { socket: '/run/other.sock' } }],
  ])('%s', (_, options) => {
    expect(refusal(() => mysqlUser('app', options))).toBe('taken')
  })

  test('the longest name, and tells accounts apart by their hosts', () => {
    expect(mysqlUser('a'.repeat(80), { password }).id).toBe(`${'a'.repeat(80)}@localhost`)
    expect(mysqlUser('app', { password, host: '%' }).address).toBe('mysql.user[app@%]')
  })

  test.each([
    ['*.*', [...privileges.table, ...privileges.database, ...privileges.server]],
    ['app.*', [...privileges.table, ...privileges.database]],
    ['app.users', privileges.table],
  ] as const)('each privilege that there is on %s', (key, given) => {
    expect(refusal(() => mysqlUser('app', grants({ [key]: given })))).toBe('taken')
    expect(refusal(() => mysqlUser('app', grants({ [key]: ['all', ' grant  option '] })))).toBe(
      'taken',
    )
  })
})

test.each([
  ['app.*', privileges.server],
  ['app.users', [...privileges.server, ...privileges.database]],
] as const)('mysql.user refuses the privileges that there are not on %s', (key, given) => {
  const answers = given.map((privilege) =>
    refusal(() => mysqlUser('app', grants({ [key]: [privilege] }))),
  )
  expect(answers.filter((answer) => !answer.includes('cannot be given on'))).toEqual([])
})

describe('mysql.database refuses', () => {
  test.each<[string, () => unknown, string]>([
    ...['mysql', 'MySQL', 'information_schema', 'performance_schema', 'sys'].map(
      (name): [string, () => unknown, string] => [
        `the removal of ${name}`,
        () => mysqlDatabase(name, { state: 'absent' }),
        'is a database of the server itself and is not dropped',
      ],
    ),
    [
      'a collation of another character set',
      () => mysqlDatabase('app', { charset: 'utf8mb4', collation: 'latin1_bin' }),
      'the collation latin1_bin does not belong to the character set utf8mb4',
    ],
    [
      'a collation of utf8mb4 for utf8',
      () => mysqlDatabase('app', { charset: 'utf8', collation: 'utf8mb4_bin' }),
      'the collation utf8mb4_bin does not belong to the character set utf8',
    ],
    [
      'a character set that carries SQL',
      () => mysqlDatabase('app', { charset: 'utf8; DROP' }),
      'charset must be a name such as utf8mb4',
    ],
    [
      'a collation that carries SQL',
      () => mysqlDatabase('app', { collation: '"; DROP' }),
      'collation must be a name such as utf8mb4',
    ],
    ['a name of two lines', () => mysqlDatabase('a\nb'), 'must be one line'],
    [
      'a name longer than MariaDB keeps',
      () => mysqlDatabase('a'.repeat(65)),
      'must not be longer than 64 characters',
    ],
    ['a name with a space at its end', () => mysqlDatabase('app '), 'must not end with a space'],
    ['another state', () => mysqlDatabase('app', { state: js('gone') }), 'state must be one of'],
    [
      'a relative socket',
      () => mysqlDatabase('app', { connection: { socket: 'mysqld.sock' } }),
      'connection.socket must be an absolute path',
    ],
  ])('%s', (_, make, message) => {
    expect(refusal(make)).toContain(message)
  })
})

test.each<[string, () => unknown]>([
  ['the longest name', () => mysqlDatabase('a'.repeat(64))],
  ["a database of the server's, which is to be there", () => mysqlDatabase('mysql')],
  [
    'a collation under the newer name of its character set',
    () => mysqlDatabase('app', { charset: 'utf8', collation: 'utf8mb3_bin' }),
  ],
])('mysql.database takes %s', (_, make) => {
  expect(refusal(make)).toBe('taken')
})
