import { Secret } from '../../../src/core/secret.js'
import { nativeHash } from '../../../src/resources/mysql/login.js'
import { mysqlUser, type MysqlUserOptions } from '../../../src/resources/mysql/user.js'
import type { Case } from '../../../src/testing/case.js'

const password = new Secret('correct horse')
const native = { plugin: 'mysql_native_password', kept: nativeHash(password) }
const socket = { plugin: 'unix_socket', kept: '' }
const app =
  (options: MysqlUserOptions = {}) =>
  () =>
    mysqlUser('app', { password, ...options })
const account = (facts: object = {}): { readonly account: object } => ({
  account: { ways: [native], requires: 'nothing', grants: [], foldsCase: false, ...facts },
})
const onApp = (...privileges: readonly string[]): { readonly account: object } =>
  account({ grants: [{ on: '`app`.*', privileges }] })
const one = { 'app.*': ['SELECT', 'INSERT'] }

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () =>
      mysqlUser('app', {
        password: new Secret('DB_PASSWORD'),
        grants: { 'app.*': ['SELECT', 'INSERT'] },
        exactGrants: true,
      }),
    facts: { account: null },
    changes: ['create user app@localhost', 'grant SELECT, INSERT on app.*'],
    scripts: [
      'CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?',
      'login app',
      'GRANT SELECT, INSERT ON `app`.* TO ?@?',
    ],
  },
  {
    name: 'created for the socket',
    resource: () => mysqlUser('app', { plugin: 'unix_socket' }),
    facts: { account: null },
    changes: ['create user app@localhost'],
    scripts: ['CREATE USER ?@? IDENTIFIED VIA unix_socket'],
  },
  {
    name: 'created with both ways and TLS: a login over the socket would be refused, so none is tried',
    resource: app({ plugin: 'unix_socket', requireTls: true }),
    facts: { account: null },
    changes: ['create user app@localhost, TLS required'],
    scripts: [
      'CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ? OR unix_socket REQUIRE SSL',
    ],
  },
  {
    name: 'from elsewhere: a login from the host proves nothing',
    resource: app({ host: '10.0.0.%' }),
    facts: { account: null },
    changes: ['create user app@10.0.0.%'],
    scripts: ['CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?'],
  },
  {
    name: 'there',
    resource: app({ grants: one, exactGrants: true }),
    facts: onApp('INSERT', 'SELECT'),
    changes: [],
  },
  {
    name: 'a hash in lower case is the same',
    resource: app(),
    facts: account({ ways: [{ ...native, kept: native.kept.toLowerCase() }] }),
    changes: [],
  },
  {
    name: 'another password',
    resource: app(),
    facts: account({ ways: [{ ...native, kept: '*0000000000000000000000000000000000000000' }] }),
    changes: ['password changed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?', 'login app'],
  },
  {
    name: 'a password for an account of the socket keeps that way open',
    resource: app(),
    facts: account({ ways: [socket] }),
    changes: ['login with a password allowed'],
    scripts: [
      'ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ? OR unix_socket',
      'login app',
    ],
  },
  {
    name: 'a second password does not stay',
    resource: app(),
    facts: account({ ways: [{ ...native, kept: 'invalid' }, native] }),
    changes: ['password changed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?', 'login app'],
  },
  {
    name: 'the socket as well, and what was there stays',
    resource: () => mysqlUser('app', { plugin: 'unix_socket' }),
    facts: account({ ways: [{ plugin: 'ed25519', kept: 'Y'.repeat(43) }] }),
    changes: ['login through the socket allowed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA ed25519 USING ? OR unix_socket'],
  },
  {
    name: 'a way that cannot be compared',
    resource: app(),
    facts: account({ ways: [{ plugin: 'ed25519', kept: 'Y'.repeat(43) }] }),
    changes: ['blocked: app@localhost logs in by ed25519, whose passwords cannot be compared'],
  },
  {
    name: 'the password alone: the way through the socket is closed',
    resource: app({ plugin: 'mysql_native_password' }),
    facts: account({ ways: [native, socket] }),
    changes: ['login through the socket closed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?', 'login app'],
  },
  {
    name: 'the password alone, for an account that had none',
    resource: app({ plugin: 'mysql_native_password' }),
    facts: account({ ways: [socket] }),
    changes: ['login with a password allowed, login through the socket closed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?', 'login app'],
  },
  {
    name: 'the password alone, as it is',
    resource: app({ plugin: 'mysql_native_password' }),
    facts: account(),
    changes: [],
  },
  {
    name: 'the password alone replaces a way that cannot be compared',
    resource: app({ plugin: 'mysql_native_password' }),
    facts: account({ ways: [{ plugin: 'ed25519', kept: 'Y'.repeat(43) }] }),
    changes: ['login with a password allowed, login by ed25519 closed'],
  },
  {
    name: 'the way that this very run comes by is not closed',
    resource: () => mysqlUser('root', { password, plugin: 'mysql_native_password' }),
    facts: account({ ways: [native, socket] }),
    changes: [
      'blocked: root@localhost is the account that MariaDB is asked with, through the socket: without that way nothing could be asked any more',
    ],
  },
  {
    name: 'the way through the socket is closed to an administrator who has a password',
    resource: () =>
      mysqlUser('root', { password, plugin: 'mysql_native_password', connection: { password } }),
    facts: account({ ways: [native, socket] }),
    changes: ['login through the socket closed'],
  },
  {
    name: 'from everywhere: a login from the host proves something unless another account answers it',
    resource: app({ host: '%' }),
    facts: { account: null },
    changes: ['create user app@%'],
    scripts: [
      'CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?',
      "login app, unless SELECT 1 FROM mysql.global_priv WHERE User = ? AND Host <> ? AND 'localhost' LIKE Host LIMIT 1",
    ],
  },
  {
    name: 'an account that exists is given grants without its password',
    resource: () => mysqlUser('app', { grants: one }),
    facts: onApp('SELECT'),
    changes: ['grant INSERT on app.*'],
    scripts: ['GRANT INSERT ON `app`.* TO ?@?'],
  },
  {
    name: 'and loses them without it, however it logs in',
    resource: () => mysqlUser('app', { grants: {}, exactGrants: true }),
    facts: account({
      ways: [{ plugin: 'ed25519', kept: 'Y'.repeat(43) }],
      grants: [{ on: '*.*', privileges: ['FILE'] }],
    }),
    changes: ['revoke FILE on *.*'],
    scripts: ['REVOKE FILE ON *.* FROM ?@?'],
  },
  {
    name: 'and TLS is required without it',
    resource: () => mysqlUser('app', { requireTls: true }),
    facts: account(),
    changes: ['TLS required'],
    scripts: ['ALTER USER ?@? REQUIRE SSL'],
  },
  {
    name: 'one that does not exist cannot be made without a way to log in',
    resource: () => mysqlUser('app', { grants: one }),
    facts: { account: null },
    changes: [
      'blocked: there is no account app@localhost, and it cannot be made without a password or plugin: anybody could log in',
    ],
  },
  {
    name: 'TLS',
    resource: app({ requireTls: true }),
    facts: account(),
    changes: ['TLS required'],
    scripts: ['ALTER USER ?@? REQUIRE SSL'],
  },
  {
    name: 'no TLS',
    resource: app({ requireTls: false }),
    facts: account({ requires: 'tls' }),
    changes: ['TLS no longer required'],
    scripts: ['ALTER USER ?@? REQUIRE NONE'],
  },
  {
    name: 'a certificate is more than TLS',
    resource: app({ requireTls: true }),
    facts: account({ requires: 'certificate' }),
    changes: [],
  },
  {
    name: 'one privilege more is wanted',
    resource: app({ grants: one }),
    facts: onApp('SELECT', 'DROP'),
    changes: ['grant INSERT on app.*'],
    scripts: ['GRANT INSERT ON `app`.* TO ?@?'],
  },
  {
    name: 'exactly: what is too much goes',
    resource: app({ grants: one, exactGrants: true }),
    facts: onApp('SELECT', 'INSERT', 'DROP', 'GRANT OPTION'),
    changes: ['revoke DROP, GRANT OPTION on app.*'],
    scripts: ['REVOKE DROP ON `app`.* FROM ?@?', 'REVOKE GRANT OPTION ON `app`.* FROM ?@?'],
  },
  {
    name: 'exactly: ALL is narrowed whole, for what it holds depends on the server',
    resource: app({ grants: one, exactGrants: true }),
    facts: onApp('ALL PRIVILEGES'),
    changes: ['app.*: ALL → SELECT, INSERT'],
    scripts: [
      'REVOKE ALL PRIVILEGES ON `app`.* FROM ?@?',
      'GRANT SELECT, INSERT ON `app`.* TO ?@?',
    ],
  },
  {
    name: 'not exactly: ALL holds what is wanted',
    resource: app({ grants: one }),
    facts: onApp('ALL PRIVILEGES'),
    changes: [],
  },
  {
    name: 'ALL in any spelling',
    resource: app({ grants: { 'app.*': ['all privileges'] }, exactGrants: true }),
    facts: onApp('ALL PRIVILEGES'),
    changes: [],
  },
  {
    name: 'the grant option is not in ALL',
    resource: app({ grants: { 'app.*': ['ALL', 'GRANT OPTION'] } }),
    facts: onApp('ALL PRIVILEGES'),
    changes: ['grant GRANT OPTION on app.*'],
    scripts: ['GRANT USAGE ON `app`.* TO ?@? WITH GRANT OPTION'],
  },
  ...(
    [
      ['REPLICATION CLIENT', 'BINLOG MONITOR'],
      ['BINLOG MONITOR', 'REPLICATION CLIENT'],
      ['replication  replica', 'REPLICATION SLAVE'],
      ['REPLICA MONITOR', 'SLAVE MONITOR'],
      ['REPLICATION REPLICA ADMIN', 'REPLICATION SLAVE ADMIN'],
      ['READ ONLY ADMIN', 'READ_ONLY ADMIN'],
      ['BINLOG_ADMIN', 'BINLOG ADMIN'],
      ['DELETE VERSIONING ROWS', 'DELETE HISTORY'],
      ['DELETE HISTORY', 'DELETE VERSIONING ROWS'],
    ] as const
  ).map(([written, shown]) => ({
    name: `${written} and ${shown} are one right`,
    resource: app({ grants: { '*.*': [written] }, exactGrants: true }),
    facts: account({ grants: [{ on: '*.*', privileges: [shown] }] }),
    changes: [],
  })),
  {
    name: "a right is granted once, in a spelling that MariaDB takes, and revoked in the server's own",
    resource: app({
      grants: {
        '*.*': [
          'REPLICATION CLIENT',
          'BINLOG MONITOR',
          'connection_admin',
          'DELETE VERSIONING ROWS',
        ],
      },
      exactGrants: true,
    }),
    facts: account({ grants: [{ on: '*.*', privileges: ['READ_ONLY ADMIN'] }] }),
    changes: [
      'grant REPLICATION CLIENT, CONNECTION ADMIN, DELETE HISTORY on *.*',
      'revoke READ_ONLY ADMIN on *.*',
    ],
    scripts: [
      'GRANT REPLICATION CLIENT, CONNECTION ADMIN, DELETE HISTORY ON *.* TO ?@?',
      'REVOKE READ_ONLY ADMIN ON *.* FROM ?@?',
    ],
  },
  {
    name: 'a name with _ is no pattern: a grant on the pattern is something else',
    resource: app({ grants: { 'my_app.*': ['SELECT'] }, exactGrants: true }),
    facts: account({ grants: [{ on: '`my_app`.*', privileges: ['SELECT'] }] }),
    changes: ['grant SELECT on my_app.*', 'revoke SELECT on every database like my_app'],
    scripts: ['GRANT SELECT ON `my\\_app`.* TO ?@?', 'REVOKE SELECT ON `my_app`.* FROM ?@?'],
  },
  {
    name: 'an escaped name is the name',
    resource: app({ grants: { 'my_app.*': ['SELECT'] }, exactGrants: true }),
    facts: account({ grants: [{ on: '`my\\_app`.*', privileges: ['SELECT'] }] }),
    changes: [],
  },
  {
    name: 'backticks, percent signs and question marks',
    resource: app({ grants: { 'a`b%?.*': ['SELECT'] } }),
    facts: account(),
    changes: ['grant SELECT on a`b%?.*'],
    scripts: ['GRANT SELECT ON `a``b\\%?`.* TO ?@?'],
  },
  {
    name: "a table's name is not a pattern",
    resource: app({ grants: { 'my_app.my_t': ['SELECT'] } }),
    facts: account(),
    changes: ['grant SELECT on my_app.my_t'],
    scripts: ['GRANT SELECT ON `my_app`.`my_t` TO ?@?'],
  },
  {
    name: 'a server that folds case',
    resource: app({ grants: { 'App.*': ['SELECT'] }, exactGrants: true }),
    facts: account({ foldsCase: true, grants: [{ on: '`app`.*', privileges: ['SELECT'] }] }),
    changes: [],
  },
  {
    name: 'exactly: grants on other things, roles and proxies go',
    resource: app({ grants: one, exactGrants: true }),
    facts: account({
      grants: [
        { on: '`app`.*', privileges: ['SELECT', 'INSERT'] },
        { on: null, privileges: ['`admin`'] },
        { on: '*.*', privileges: ['FILE', 'GRANT OPTION'] },
        { on: '`x`.`t`', privileges: ['SELECT (`a`, `b`)'] },
        { on: 'PROCEDURE `x`.`p`', privileges: ['EXECUTE'] },
        { on: '``@`%`', privileges: ['PROXY', 'GRANT OPTION'] },
      ],
    }),
    changes: [
      'take away role admin',
      'revoke FILE, GRANT OPTION on *.*',
      'revoke SELECT (a, b) on x.t',
      'revoke EXECUTE on PROCEDURE x.p',
      'revoke PROXY, GRANT OPTION on @%',
    ],
    scripts: [
      'REVOKE `admin` FROM ?@?',
      'REVOKE FILE ON *.* FROM ?@?',
      'REVOKE GRANT OPTION ON *.* FROM ?@?',
      'REVOKE SELECT (`a`, `b`) ON `x`.`t` FROM ?@?',
      'REVOKE EXECUTE ON PROCEDURE `x`.`p` FROM ?@?',
      'REVOKE PROXY ON ``@`%` FROM ?@?',
    ],
  },
  {
    name: 'not exactly: they stay',
    resource: app({ grants: one }),
    facts: account({
      grants: [
        { on: '`app`.*', privileges: ['SELECT', 'INSERT'] },
        { on: '*.*', privileges: ['FILE'] },
      ],
    }),
    changes: [],
  },
  {
    name: 'removed',
    resource: () => mysqlUser('app', { state: 'absent' }),
    facts: account(),
    changes: ['remove user app@localhost'],
    scripts: ['DROP USER ?@?'],
  },
  {
    name: 'already removed',
    resource: () => mysqlUser('app', { state: 'absent' }),
    facts: { account: null },
    changes: [],
  },
]
