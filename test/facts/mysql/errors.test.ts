import { describe, expect, test } from '@jest/globals'
import { problemOf, remedyOf } from '../../../src/facts/mysql/errors.js'

const look = 'look at the server: systemctl status mariadb.service, journalctl -u mariadb.service'
const start =
  "start it: add systemd.service('mariadb.service', { running: true }) before this resource"
const become = 'read it as root (become: true)'
const otherAccount = 'read it as root (become: true), or give a connection with an account that may'
const otherAddress = 'make an account for this address, or connect by another one (connection.host)'
const fewer = 'see who holds them (SHOW PROCESSLIST), and end some or raise max_connections'
const fewerOfUser =
  'see who holds them (SHOW PROCESSLIST), and end some or raise max_user_connections'
const where =
  'correct host and port of the connection, or see that the server runs and listens there (bind-address)'
const see = 'run mariadb on the host and see what it says'

const denied = 'MariaDB refuses to say'
const hangs = 'MariaDB does not answer, because it hangs or has too much to do'
const notRunning = 'MariaDB is not running'
const nobody = 'nobody listens where the connection leads'
const unreached = 'MariaDB could not be reached'
const ended = 'MariaDB ended the connection'
const noAnswer = 'MariaDB could not answer'

const wrapped =
  'ERROR 2002 (HY000): Received error packet before completion of TLS handshake. The authenticity of the following error cannot be verified: '
const local =
  "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock'"
const remote = "ERROR 2002 (HY000): Can't connect to server on '192.0.2.1'"
const lost =
  "ERROR 2013 (HY000): Lost connection to server at 'handshake: reading initial communication packet', system error:"

describe('what an error of the client means', () => {
  test.each<[said: string, meaning: string, remedy: string]>([
    // Messages that MariaDB's client 10.11 has printed, and others.
    [`${wrapped}1040 - Too many connections`, 'MariaDB has no connection left', fewer],
    ['ERROR 1040 (08004): Too many connections', 'MariaDB has no connection left', fewer],
    ['ERROR 1040 (HY000): Trop de connexions', 'MariaDB has no connection left', fewer],
    [
      "ERROR 1203 (42000): User app already has more than 'max_user_connections' active connections",
      'MariaDB has no connection left for this account',
      fewerOfUser,
    ],
    [
      "ERROR 1226 (42000): User 'app' has exceeded the 'max_queries_per_hour' resource (current value: 5)",
      'the account has used up what MariaDB grants it',
      'wait, or raise its limits (SHOW CREATE USER)',
    ],
    [
      "ERROR 1044 (42000): Access denied for user 'app'@'localhost' to database 'mysql'",
      denied,
      otherAccount,
    ],
    [
      "ERROR 1045 (28000): Access denied for user 'app'@'localhost' (using password: YES)",
      denied,
      otherAccount,
    ],
    ["ERROR 1698 (28000): Access denied for user 'root'@'localhost'", denied, otherAccount],
    [
      "ERROR 1142 (42000) at line 4: SELECT command denied to user 'app'@'localhost' for table `mysql`.`global_priv`",
      denied,
      otherAccount,
    ],
    [
      'ERROR 1227 (42000) at line 13: Access denied; you need (at least one of) the SUPER privilege(s) for this operation',
      denied,
      otherAccount,
    ],
    [
      "ERROR 1129 (HY000): Host '10.201.0.2' is blocked because of many connection errors; unblock with 'mariadb-admin flush-hosts'",
      'MariaDB takes no connections from this address after too many errors',
      'run FLUSH HOSTS on the server',
    ],
    [
      `${wrapped}1130 - Host '10.201.0.2' is not allowed to connect to this MariaDB server`,
      'MariaDB takes no connections from this address',
      otherAddress,
    ],
    [`${local} (2)`, notRunning, start],
    [`${local} (2) `, notRunning, start],
    [`${local} (111)`, notRunning, start],
    [`${local} (115)`, notRunning, start],
    [
      "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/run/mysqld/mysqld.sock' (111 \"Connection refused\")",
      notRunning,
      start,
    ],
    [`${local} (13)`, "MariaDB's socket is closed to this user", become],
    [`${local} (11)`, hangs, look],
    [`${local} (1)`, unreached, look],
    [local, unreached, look],
    [`${local} (2) or (3) of them`, unreached, look],
    [`${remote} (115)`, nobody, where],
    ["ERROR 2003 (HY000): Can't connect to MySQL server on '127.0.0.1:3399' (111)", nobody, where],
    [`${remote} (110)`, hangs, look],
    [`${remote} (101)`, unreached, look],
    [`${remote} (2)`, unreached, look],
    [
      "ERROR 2005 (HY000): Unknown server host 'no.such.example' (-3)",
      'the server of the connection is unknown',
      'correct connection.host',
    ],
    ['ERROR 2006 (HY000) at line 1: Server has gone away', ended, look],
    [`${lost} 110`, hangs, look],
    [`${lost} 11`, ended, look],
    [`${lost} 1104`, ended, look],
    [
      'ERROR 2026 (HY000): TLS/SSL error: SSL is required, but the server does not support it',
      'MariaDB and its client do not agree on TLS',
      'look at the TLS settings of the server',
    ],
    ['ERROR 1053 (08S01): Server shutdown in progress', 'MariaDB is shutting down', look],
    ["ERROR 1146 (42S02) at line 4: Table 'mysql.global_priv' doesn't exist", noAnswer, see],
    ['mariadb: error while loading shared libraries: libssl.so.3', noAnswer, see],
    ["mariadb: unknown variable 'x=ERROR 1040 (08004): Too many connections'", noAnswer, see],
    ['ERROR 1146 (42S02) at line 4: no ERROR 1040 (08004): Too many connections', noAnswer, see],
    ['ERROR 1146 (42S02): no Received error packet of others: 1040 - Too many', noAnswer, see],
  ])('%s', (said, meaning, remedy) => {
    expect(problemOf(said)).toEqual({ reason: `${meaning}: ${said}`, remedy })
  })

  test.each([
    [
      'the first that explains something: an account that does not exist is no failure',
      'ERROR 1141 (42000) at line 9: There is no such grant\nERROR 1142 (42000) at line 4: SELECT command denied',
      denied,
    ],
    [
      'the first of several',
      'Warning: something\nERROR 1040 (08004): Too many connections\nERROR 1142 (42000): denied',
      'MariaDB has no connection left',
    ],
    [
      'the first that is an error, and not one that another line quotes',
      'Warning: see ERROR 1040 (08004): Too many connections\nERROR 1142 (42000): denied',
      denied,
    ],
    ['one with a line separator of Unicode', 'ERROR 1142 (42000): denied for a\u2028b', denied],
    ['none where there is only a missing account', 'ERROR 1141 (42000): no such grant', noAnswer],
  ])('%s', (_, said, meaning) => {
    expect(problemOf(said).reason).toBe(`${meaning}: ${said}`)
  })

  test('a message is quoted to 1000 characters', () => {
    const said = `ERROR 1064 (42000): ${'x'.repeat(980)}`
    expect(problemOf(said).reason).toBe(`${noAnswer}: ${said}`)
    expect(problemOf(`${said}y`).reason).toBe(`${noAnswer}: ${said}…`)
  })
})

test.each([
  [1040, fewer],
  [1045, otherAccount],
  [2026, 'look at the TLS settings of the server'],
  [1064, null],
])('the remedy for error %i is: %s', (number, remedy) => {
  expect(remedyOf(number)).toBe(remedy)
})
