import type { Case } from '../../../src/testing/case.js'
import { account, app } from './account.js'
import { privileges } from './privileges.js'

const onApp = (...given: readonly string[]): { readonly account: object } =>
  account({ grants: [{ on: '`app`.*', privileges: given }] })
const one = { 'app.*': ['SELECT', 'INSERT'] }
const onTables = privileges.table

/** Grants of `mysql.user`. */
export const cases: readonly Case[] = [
  {
    name: 'one privilege more is wanted',
    resource: app({ grants: one }),
    facts: onApp('SELECT', 'DROP'),
    changes: ['grant INSERT on app.*'],
    effects: ['change'],
    scripts: ['GRANT INSERT ON `app`.* TO ?@?'],
  },
  {
    name: 'exactly: what is too much goes',
    resource: app({ grants: one, exactGrants: true }),
    facts: onApp('SELECT', 'INSERT', 'DROP', 'GRANT OPTION'),
    changes: ['revoke DROP, GRANT OPTION on app.*'],
    effects: ['change'],
    scripts: ['REVOKE DROP ON `app`.* FROM ?@?', 'REVOKE GRANT OPTION ON `app`.* FROM ?@?'],
  },
  {
    name: 'exactly: ALL is narrowed whole, for what it holds depends on the server',
    resource: app({ grants: one, exactGrants: true }),
    facts: onApp('ALL PRIVILEGES'),
    changes: ['app.*: ALL → SELECT, INSERT'],
    effects: ['change'],
    scripts: [
      'REVOKE ALL PRIVILEGES ON `app`.* FROM ?@?',
      'GRANT SELECT, INSERT ON `app`.* TO ?@?',
    ],
  },
  {
    name: 'exactly: of ALL with the grant option, that goes too',
    resource: app({ grants: one, exactGrants: true }),
    facts: onApp('ALL PRIVILEGES', 'GRANT OPTION'),
    changes: ['app.*: ALL, GRANT OPTION → SELECT, INSERT'],
    scripts: [
      'REVOKE ALL PRIVILEGES ON `app`.* FROM ?@?',
      'REVOKE GRANT OPTION ON `app`.* FROM ?@?',
      'GRANT SELECT, INSERT ON `app`.* TO ?@?',
    ],
  },
  {
    name: 'exactly: of ALL with the grant option, that stays where it is wanted',
    resource: app({ grants: { 'app.*': ['SELECT', 'GRANT OPTION'] }, exactGrants: true }),
    facts: onApp('ALL PRIVILEGES', 'GRANT OPTION'),
    changes: ['app.*: ALL, GRANT OPTION → SELECT, GRANT OPTION'],
    scripts: [
      'REVOKE ALL PRIVILEGES ON `app`.* FROM ?@?',
      'GRANT SELECT ON `app`.* TO ?@? WITH GRANT OPTION',
    ],
  },
  {
    name: 'exactly: ALL takes in what was given singly, and not the grant option',
    resource: app({ grants: { 'app.*': ['ALL'] }, exactGrants: true }),
    facts: onApp('SELECT', 'GRANT OPTION'),
    changes: ['grant ALL on app.*', 'revoke GRANT OPTION on app.*'],
    scripts: ['GRANT ALL PRIVILEGES ON `app`.* TO ?@?', 'REVOKE GRANT OPTION ON `app`.* FROM ?@?'],
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
    name: 'every privilege of a table is ALL of it',
    resource: app({ grants: { 'app.users': onTables }, exactGrants: true }),
    facts: account({ grants: [{ on: '`app`.`users`', privileges: ['ALL PRIVILEGES'] }] }),
    changes: [],
  },
  {
    name: 'every privilege of a table is not ALL of a database',
    resource: app({ grants: { 'app.*': onTables }, exactGrants: true }),
    facts: onApp('ALL PRIVILEGES'),
    changes: [`app.*: ALL → ${onTables.join(', ')}`],
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
      ['REPLICATION_SLAVE_ADMIN', 'REPLICATION SLAVE ADMIN'],
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
    name: 'an escaped name is shown as it is',
    resource: app({ grants: {}, exactGrants: true }),
    facts: account({ grants: [{ on: '`my\\_a``b\\%c`.*', privileges: ['SELECT'] }] }),
    changes: ['revoke SELECT on my_a`b%c.*'],
    scripts: ['REVOKE SELECT ON `my\\_a``b\\%c`.* FROM ?@?'],
  },
  {
    name: 'a pattern with %',
    resource: app({ grants: {}, exactGrants: true }),
    facts: account({ grants: [{ on: '`shop%`.*', privileges: ['ALL PRIVILEGES'] }] }),
    changes: ['revoke ALL on every database like shop%'],
    scripts: ['REVOKE ALL PRIVILEGES ON `shop%`.* FROM ?@?'],
  },
  {
    name: 'a name with a backslash',
    resource: app({ grants: { 'a\\b.*': ['SELECT'] } }),
    facts: account(),
    changes: ['grant SELECT on a\\b.*'],
    scripts: ['GRANT SELECT ON `a\\\\b`.* TO ?@?'],
  },
  {
    name: 'a database with a dot in its name',
    resource: app({ grants: { 'a.b.*': ['SELECT'] } }),
    facts: account(),
    changes: ['grant SELECT on a.b.*'],
    scripts: ['GRANT SELECT ON `a.b`.* TO ?@?'],
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
    name: 'a server that does not: another database',
    resource: app({ grants: { 'App.*': ['SELECT'] }, exactGrants: true }),
    facts: onApp('SELECT'),
    changes: ['grant SELECT on App.*', 'revoke SELECT on app.*'],
    scripts: ['GRANT SELECT ON `App`.* TO ?@?', 'REVOKE SELECT ON `app`.* FROM ?@?'],
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
    effects: ['change', 'change', 'change', 'change', 'change'],
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
]
