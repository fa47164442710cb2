import { Secret } from '../../../src/core/secret.js'
import { mysqlUser } from '../../../src/resources/mysql/user.js'
import type { Case } from '../../../src/testing/case.js'
import { account, app, ed25519, native, password, socket } from './account.js'

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
    effects: ['create', 'change'],
    scripts: [
      'CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?',
      'login app',
      'GRANT SELECT, INSERT ON `app`.* TO ?@?',
    ],
    keys: { account: { name: 'app', host: 'localhost', connection: {} } },
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
    keys: { account: { name: 'app', host: '10.0.0.%', connection: {} } },
  },
  {
    name: 'there',
    resource: app({ grants: one, exactGrants: true }),
    facts: account({ grants: [{ on: '`app`.*', privileges: ['INSERT', 'SELECT'] }] }),
    changes: [],
    reason: 'app@localhost logs in and may do as desired',
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
    effects: ['change'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?', 'login app'],
  },
  {
    name: 'a password for an account of the socket keeps that way open',
    resource: app(),
    facts: account({ ways: [socket] }),
    changes: ['login with a password allowed'],
    effects: ['change'],
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
    facts: account({ ways: [ed25519] }),
    changes: ['login through the socket allowed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA ed25519 USING ? OR unix_socket'],
  },
  {
    name: 'a way that cannot be compared',
    resource: app(),
    facts: account({ ways: [ed25519] }),
    changes: ['blocked: app@localhost logs in by ed25519, whose passwords cannot be compared'],
    remedy:
      "give plugin: 'mysql_native_password', which closes every other way, or leave password out",
    lacks: ['user:app@localhost'],
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
    reason: 'app@localhost logs in and may do as desired',
  },
  {
    name: 'the password alone replaces a way that cannot be compared',
    resource: app({ plugin: 'mysql_native_password' }),
    facts: account({ ways: [ed25519] }),
    changes: ['login with a password allowed, login by ed25519 closed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?', 'login app'],
  },
  {
    name: 'the way that this very run comes by is not closed',
    resource: () => mysqlUser('root', { password, plugin: 'mysql_native_password' }),
    facts: account({ ways: [native, socket] }),
    changes: [
      'blocked: root@localhost is the account that MariaDB is asked with, through the socket: without that way nothing could be asked any more',
    ],
    remedy:
      "give its password to the connection too (connection: { password }), or another administrator's account",
    lacks: ['user:root@localhost'],
  },
  {
    name: 'the way through the socket is closed to an administrator who has a password',
    resource: () =>
      mysqlUser('root', { password, plugin: 'mysql_native_password', connection: { password } }),
    facts: account({ ways: [native, socket] }),
    changes: ['login through the socket closed'],
  },
  {
    name: 'and to one whom another administrator asks about',
    resource: () =>
      mysqlUser('root', { password, plugin: native.plugin, connection: { user: 'admin' } }),
    facts: account({ ways: [native, socket] }),
    changes: ['login through the socket closed'],
  },
  {
    name: 'not to that other administrator',
    resource: () =>
      mysqlUser('admin', { password, plugin: native.plugin, connection: { user: 'admin' } }),
    facts: account({ ways: [native, socket] }),
    changes: [
      'blocked: admin@localhost is the account that MariaDB is asked with, through the socket: without that way nothing could be asked any more',
    ],
    lacks: ['user:admin@localhost'],
  },
  {
    name: "nor is the way to a server elsewhere this host's socket",
    resource: () =>
      mysqlUser('root', { password, plugin: native.plugin, connection: { host: '10.0.0.5' } }),
    facts: account({ ways: [native, socket] }),
    changes: ['login through the socket closed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ?'],
  },
  {
    name: 'an account from elsewhere is not the one that MariaDB is asked with',
    resource: () => mysqlUser('root', { host: '%', password, plugin: native.plugin }),
    facts: account({ ways: [native, socket] }),
    changes: ['login through the socket closed'],
  },
  {
    name: 'an administrator without a way through the socket loses none',
    resource: () => mysqlUser('root', { password, plugin: native.plugin }),
    facts: account(),
    changes: [],
    reason: 'root@localhost logs in and may do as desired',
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
    facts: account({ grants: [{ on: '`app`.*', privileges: ['SELECT'] }] }),
    changes: ['grant INSERT on app.*'],
    scripts: ['GRANT INSERT ON `app`.* TO ?@?'],
  },
  {
    name: 'and loses them without it, however it logs in',
    resource: () => mysqlUser('app', { grants: {}, exactGrants: true }),
    facts: account({
      ways: [ed25519],
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
    effects: ['change'],
    scripts: ['ALTER USER ?@? REQUIRE SSL'],
  },
  {
    name: 'one that does not exist cannot be made without a way to log in',
    resource: () => mysqlUser('app', { grants: one }),
    facts: { account: null },
    changes: [
      'blocked: there is no account app@localhost, and it cannot be made without a password or plugin: anybody could log in',
    ],
    remedy: 'give a password or plugin, or make the account before this resource',
    lacks: ['user:app@localhost'],
  },
  {
    name: 'one that requires TLS gets a password, which no login through the socket can prove',
    resource: app(),
    facts: account({ ways: [socket], requires: 'tls' }),
    changes: ['login with a password allowed'],
    scripts: ['ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ? OR unix_socket'],
  },
  {
    name: 'a password on a server elsewhere: a login from the host is not tried',
    resource: app({ connection: { host: '10.0.0.5' } }),
    facts: { account: null },
    changes: ['create user app@localhost'],
    scripts: ['CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?'],
    keys: { account: { name: 'app', host: 'localhost', connection: { host: '10.0.0.5' } } },
  },
  {
    name: 'without TLS any more a login proves the password',
    resource: app({ requireTls: false }),
    facts: account({ ways: [socket], requires: 'certificate' }),
    changes: ['login with a password allowed, TLS no longer required'],
    scripts: [
      'ALTER USER ?@? IDENTIFIED VIA mysql_native_password USING ? OR unix_socket REQUIRE NONE',
      'login app',
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
    name: 'removed',
    resource: () => mysqlUser('app', { state: 'absent' }),
    facts: account(),
    changes: ['remove user app@localhost'],
    effects: ['remove'],
    scripts: ['DROP USER ?@?'],
  },
  {
    name: 'already removed',
    resource: () => mysqlUser('app', { state: 'absent' }),
    facts: { account: null },
    changes: [],
    reason: 'there is no such account',
  },
]
