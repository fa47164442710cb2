import { Secret } from '../../../src/core/secret.js'
import { mysqlUser } from '../../../src/resources/mysql/user.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const image = 'stack'

/** What the server has of accounts, since its files change by themselves. */
const shows = `! systemctl -q is-active mariadb || mariadb -BN -e '
  SELECT User, Host, plugin, authentication_string, ssl_type FROM mysql.user;
  SELECT User, Host, JSON_VALUE(Priv, "$.access"), JSON_VALUE(Priv, "$.default_role")
    FROM mysql.global_priv;
  SELECT * FROM mysql.db; SELECT * FROM mysql.roles_mapping'`
const sql = (statements: string): string => `mariadb <<'END'\n${statements}\nEND`

export const hostCases: readonly HostCase[] = [
  {
    name: 'an account with rights',
    shows,
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
      {
        by: sql(`ALTER USER clerk@localhost IDENTIFIED BY 'another';
          INSTALL SONAME 'simple_password_check';`),
        says: /with --strict-password-validation and simple_password_check, so it takes no hash/,
        after: sql("UNINSTALL SONAME 'simple_password_check';"),
      },
    ],
  },
  {
    name: 'an account that is to go',
    shows,
    before: sql(
      [
        'CREATE ROLE leaver;',
        "CREATE USER 'ol\\\\d_'@'localhost' IDENTIFIED VIA mysql_native_password",
        "USING '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19' OR unix_socket",
        'REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 7;',
        "GRANT leaver TO 'ol\\\\d_'@'localhost';",
        "SET DEFAULT ROLE leaver FOR 'ol\\\\d_'@'localhost';",
        "GRANT SELECT ON `any\\_thing`.* TO 'ol\\\\d_'@'localhost';",
      ].join('\n'),
    ),
    resource: () => mysqlUser('ol\\d_', { state: 'absent' }),
    changes: ['remove user ol\\d_@localhost'],
  },
]
