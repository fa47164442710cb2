import { describe, expect, test } from '@jest/globals'
import { parseGrant, type Grant } from '../../../src/facts/mysql/grants.js'

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
    ['GRANT `r``2` TO `app`@`%`', { on: null, privileges: ['`r``2`'] }],
    [
      "GRANT SELECT ON `app`.* TO 'app'@'local''host' WITH GRANT OPTION",
      { on: '`app`.*', privileges: ['SELECT', 'GRANT OPTION'] },
    ],
    [
      'GRANT SELECT ON `app`.* TO `app`@`%` WITH MAX_QUERIES_PER_HOUR 15 MAX_USER_CONNECTIONS 2 GRANT OPTION',
      { on: '`app`.*', privileges: ['SELECT', 'GRANT OPTION'] },
    ],
    [
      'GRANT SELECT ON `app`.* TO `app`@`%` WITH MAX_QUERIES_PER_HOUR 15',
      { on: '`app`.*', privileges: ['SELECT'] },
    ],
    [
      "GRANT SELECT ON *.* TO `a`@`%` REQUIRE SUBJECT 'it''s WITH GRANT OPTION' ISSUER '\\' WITH GRANT OPTION'",
      { on: '*.*', privileges: ['SELECT'] },
    ],
    [
      "GRANT SELECT ON *.* TO `a`@`%` REQUIRE SUBJECT 'a\\' WITH GRANT OPTION \\\\ b'",
      { on: '*.*', privileges: ['SELECT'] },
    ],
    [
      "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
      { on: "''@'%'", privileges: ['PROXY', 'GRANT OPTION'] },
    ],
    [
      "GRANT SELECT ON *.* TO `a`@`%` REQUIRE SUBJECT 'cut WITH GRANT OPTION",
      { on: '*.*', privileges: ['SELECT'] },
    ],
    ['GRANT SELECT ON *.* TO `a`@`%` WITH GRANT OPTIONS', { on: '*.*', privileges: ['SELECT'] }],
    ['SET DEFAULT ROLE `r1` FOR `app`@`%`', 'nothing'],
    ['SET DEFAULT ROLES', null],
    ['words GRANT SELECT ON *.* TO `app`@`%`', null],
    ['words GRANT `r1` TO `app`@`%`', null],
    ['GRANT `r1` TO `app`@`%` WITH GRANT', null],
    ['GRANT select ON *.* TO `app`@`%`', null],
    ['GRANT', null],
    ['GRANT SELECT ON app TO `x`', null],
    ['ERROR 1141 (42000)', null],
  ])('%s', (line, grant) => {
    expect(parseGrant(line)).toEqual(grant)
  })
})
