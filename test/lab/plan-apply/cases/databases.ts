import {
  mysqlDatabase,
  type MysqlDatabaseOptions,
} from '../../../../src/resources/mysql/database.js'
import { mysqlUser, type MysqlUserOptions } from '../../../../src/resources/mysql/user.js'
import { systemdService } from '../../../../src/resources/systemd/service.js'
import { file } from '../../../../src/resources/files/file.js'
import { generatedSecret } from '../../../../src/resources/files/generated-secret.js'
import { Secret } from '../../../../src/core/secret.js'
import { playAs, type PlanApplyCase } from '../case.js'

const sql = (statements: string): string => `mariadb <<'END'\n${statements}\nEND`
const password = new Secret('a password of many')

const databases: readonly (readonly [
  what: string,
  before: string,
  options?: MysqlDatabaseOptions,
])[] = [
  ['that is new', ';'],
  ['that is there', 'CREATE DATABASE NAME;'],
  ['with a character set', ';', { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }],
  [
    'with another character set',
    'CREATE DATABASE NAME CHARACTER SET latin1;',
    { charset: 'utf8mb4' },
  ],
  ['with a character set that does not exist', ';', { charset: 'utf9' }],
  ['with a collation that does not exist', ';', { collation: 'utf8mb4_martian_ci' }],
  [
    'with another collation that does not exist',
    'CREATE DATABASE NAME;',
    { collation: 'utf8mb4_martian_ci' },
  ],
  ['that is to go', 'CREATE DATABASE NAME;', { state: 'absent' }],
  ['that is to go and is not there', ';', { state: 'absent' }],
]

const users: readonly (readonly [what: string, before: string, options?: MysqlUserOptions])[] = [
  ['with a password', ';', { password }],
  ['without a password', ';', {}],
  ['that is there, without a password', "CREATE USER NAME@localhost IDENTIFIED BY 'x';", {}],
  ['with another password', "CREATE USER NAME@localhost IDENTIFIED BY 'x';", { password }],
  [
    'with rights',
    ';',
    { password, grants: { 'shop.*': ['SELECT', 'INSERT'], '*.*': ['PROCESS'] } },
  ],
  [
    'with rights on a table that is missing',
    'CREATE DATABASE IF NOT EXISTS tables;',
    { password, grants: { 'tables.none': ['SELECT'] } },
  ],
  [
    'with rights on a table of a database that is missing',
    ';',
    { password, grants: { 'nowhere.none': ['SELECT'] } },
  ],
  [
    'with a right to make a table',
    ';',
    { password, grants: { 'nowhere.none': ['CREATE', 'SELECT'] } },
  ],
  ['with a right of databases on all', ';', { password, grants: { '*.*': ['ALL'] } }],
  [
    'with other rights',
    "CREATE USER NAME@localhost IDENTIFIED BY 'x'; GRANT DROP ON shop.* TO NAME@localhost;",
    { grants: { 'shop.*': ['SELECT'] }, exactGrants: true },
  ],
  ['through the socket', ';', { plugin: 'unix_socket' }],
  ['with TLS', ';', { password, requireTls: true }],
  ['from everywhere', ';', { password, host: '%' }],
  ['that is to go', 'CREATE USER NAME@localhost;', { state: 'absent' }],
  ['that is to go and is not there', ';', { state: 'absent' }],
]

const servers: readonly PlanApplyCase[] = [
  {
    name: 'a database and its user',
    run: () => [
      mysqlDatabase('store'),
      mysqlUser('store', { password, grants: { 'store.*': ['ALL'] } }),
      mysqlUser('reader', { password, grants: { 'store.*': ['SELECT'] } }),
    ],
  },
  {
    name: 'a user with a password of the host’s',
    run: () => [
      generatedSecret('/srv/store-password'),
      mysqlDatabase('hoard'),
      mysqlUser('hoard', {
        password: generatedSecret('/srv/store-password').value,
        grants: { 'hoard.*': ['ALL'] },
      }),
      file('/srv/store-url', { content: generatedSecret('/srv/store-password').value }),
    ],
  },
  {
    name: 'a server that does not run',
    before: 'systemctl stop mariadb',
    run: () => [mysqlDatabase('idle', { ignoreFailure: true }), mysqlUser('idle', { password })],
  },
  {
    name: 'a server that the run starts',
    run: () => [
      systemdService('mariadb', { running: true, stableFor: 0 }),
      mysqlDatabase('roused'),
      mysqlUser('roused', { password }),
    ],
    after: 'systemctl start mariadb',
  },
  {
    name: 'a server that the run stops',
    run: () => [
      mysqlDatabase('dozing'),
      systemdService('mariadb', { running: false }),
      mysqlUser('dozing', { password }),
    ],
    after: 'systemctl start mariadb',
  },
  {
    name: 'a server elsewhere',
    run: () => [
      mysqlDatabase('far', {
        connection: { host: '127.0.0.1', port: 9, user: 'root' },
        ignoreFailure: true,
      }),
      mysqlDatabase('wrong', {
        connection: { host: '127.0.0.1', user: 'root', password },
        ignoreFailure: true,
      }),
      mysqlDatabase('nowhere', { connection: { socket: '/run/none.sock' } }),
    ],
  },
  {
    name: 'databases of a play of deploy’s',
    run: () => [
      playAs(
        'deploy',
        mysqlDatabase('hers', { ignoreFailure: true }),
        mysqlUser('hers', { password }),
      ),
    ],
  },
]

export const databaseCases: readonly PlanApplyCase[] = [
  ...databases.map(([what, before, options], index) => ({
    name: `a database ${what}`,
    before: sql(before.replaceAll('NAME', `base${String(index)}`)),
    run: () => [mysqlDatabase(`base${String(index)}`, options ?? {})],
  })),
  ...users.map(([what, before, options], index) => ({
    name: `a database user ${what}`,
    before: sql(before.replaceAll('NAME', `user${String(index)}`)),
    run: () => [mysqlUser(`user${String(index)}`, options ?? {})],
  })),
  ...servers,
]
