import { expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import { Secret } from '../../../src/core/secret.js'
import { mysqlDatabase } from '../../../src/resources/mysql/database.js'
import { nativeHash } from '../../../src/resources/mysql/login.js'
import { mysqlUser, type MysqlUserOptions } from '../../../src/resources/mysql/user.js'

const password = new Secret('correct horse')

test("the hash equals MariaDB's", () => {
  // SELECT PASSWORD('mariadb'), as MariaDB's manual shows it.
  expect(nativeHash(new Secret('mariadb'))).toBe('*54958E764CE10E50764C2EECBB71D01F08549980')
})

test.each<[string, MysqlUserOptions, string]>([
  [
    'the plugin of passwords without one',
    { plugin: 'mysql_native_password' },
    'plugin mysql_native_password needs a password',
  ],
  ['a string for the password', { password: 'x' as unknown as Secret }, 'must be a Secret'],
  ['an empty password', { password: new Secret('') }, 'must not be empty'],
  [
    'a password that clients encode differently',
    { password: new Secret('pwé') },
    'must be printable ASCII',
  ],
  ['exactGrants alone', { password, exactGrants: true }, 'exactGrants needs grants'],
  [
    'a privilege that carries SQL',
    { password, grants: { 'a.*': ['ALL; DROP DATABASE x'] } },
    'is no privilege on a.*',
  ],
  ['a misspelt privilege', { password, grants: { 'a.*': ['SELEKT'] } }, 'did you mean SELECT?'],
  [
    'a privilege of the server on a database',
    { password, grants: { 'a.*': ['FILE'] } },
    "FILE cannot be given on a.*, only on '*.*'",
  ],
  [
    'one in another spelling',
    { password, grants: { 'a.*': ['REPLICA MONITOR'] } },
    "REPLICA MONITOR cannot be given on a.*, only on '*.*'",
  ],
  [
    'a privilege of a database on a table',
    { password, grants: { 'a.b': ['EVENT'] } },
    "EVENT cannot be given on a.b, only on a database or '*.*'",
  ],
  [
    'a name without what it is of',
    { password, grants: { app: ['SELECT'] } },
    "must be 'database.*', 'database.table' or '*.*'",
  ],
  ['no privilege', { password, grants: { 'a.*': [] } }, 'must name a privilege'],
  ['a host that carries SQL', { password, host: "%' OR '1" }, 'must be localhost'],
  [
    'two ways to the server',
    { password, connection: { socket: '/s', host: 'db' } },
    'has both socket and host',
  ],
])('mysql.user refuses %s', (_, options, message) => {
  expect(() => mysqlUser('app', options)).toThrow(message)
})

test.each([
  [() => mysqlDatabase('mysql', { state: 'absent' }), 'is a database of the server itself'],
  [
    () => mysqlDatabase('app', { charset: 'utf8mb4', collation: 'latin1_bin' }),
    'does not belong to the character set',
  ],
  [() => mysqlDatabase('app', { charset: 'utf8; DROP' }), 'must be a name such as utf8mb4'],
  [() => mysqlDatabase('a\nb'), 'must be one line'],
])('mysql.database refuses impossible options', (make, message) => {
  expect(make).toThrow(message)
})

test('no statement holds the password or its hash; MariaDB gets only the hash, as a value', () => {
  const made = mysqlUser('app', { password, grants: { 'app.*': ['SELECT'] } })
  const actions = changesOf(made.plan({ account: null }, made.values, { changing: [] })).flatMap(
    (change) => change.actions,
  )
  const shown = JSON.stringify(actions)
  expect(shown).not.toContain('correct horse')
  expect(shown).not.toContain(nativeHash(password))
  const bound = actions.flatMap((action) => ('values' in action ? action.values : []))
  expect(
    bound.filter((value) => value instanceof Secret).map((value) => Secret.reveal(value)),
  ).toEqual([nativeHash(password)])
})
