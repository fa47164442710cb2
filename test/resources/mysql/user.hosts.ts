import { Secret } from '../../../src/core/secret.js'
import { mysqlUser } from '../../../src/resources/mysql/user.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const image = 'stack'

const sql = (statements: string): string => `mariadb <<'END'\n${statements}\nEND`

export const hostCases: readonly HostCase[] = [
  {
    name: 'an account with rights',
    // What the server has, since its files change by themselves.
    shows: `! systemctl -q is-active mariadb || mariadb -BN -e '
      SELECT User, Host, plugin, authentication_string, ssl_type FROM mysql.user;
      SELECT * FROM mysql.db'`,
    before: sql('CREATE DATABASE my_store;'),
    resource: () =>
      mysqlUser('clerk', {
        password: new Secret('pass\'word" of \\clerk'),
        grants: { 'my_store.*': ['SELECT', 'INSERT'] },
        exactGrants: true,
        requireTls: true,
      }),
    changes: ['create user clerk@localhost, TLS required', 'grant SELECT, INSERT on my_store.*'],
    drifts: [
      {
        by: sql("ALTER USER clerk@localhost IDENTIFIED BY 'another';"),
        changes: ['password changed'],
      },
      {
        by: sql('REVOKE INSERT ON `my\\_store`.* FROM clerk@localhost;'),
        changes: ['grant INSERT on my_store.*'],
      },
      {
        by: sql('GRANT DROP ON `my\\_store`.* TO clerk@localhost WITH GRANT OPTION;'),
        changes: ['revoke DROP, GRANT OPTION on my_store.*'],
      },
      {
        by: sql('GRANT FILE ON *.* TO clerk@localhost;'),
        changes: ['revoke FILE on *.*'],
      },
      {
        by: sql('GRANT SELECT ON my_store.* TO clerk@localhost;'),
        changes: ['revoke SELECT on every database like my_store'],
      },
      {
        by: sql('ALTER USER clerk@localhost REQUIRE NONE;'),
        changes: ['TLS required'],
      },
    ],
    errors: [
      {
        by: `${sql('REVOKE INSERT ON `my\\_store`.* FROM clerk@localhost;')}
          systemctl stop mariadb`,
        says: /MariaDB is not running/,
        after: 'systemctl start mariadb',
      },
    ],
  },
]
