import { describe, expect, test } from '@jest/globals'
import { absent, present, unknown, type Fact } from '../../../src/core/fact.js'
import type { Account } from '../../../src/facts/mysql/account.js'
import { accountFact } from '../../../src/facts/mysql/server.js'
import { account, hash, output, server, usage } from './answers.js'

const read = (
  stdout: string,
  {
    stderr = '',
    names = ['app'],
  }: { readonly stderr?: string; readonly names?: readonly string[] } = {},
): readonly Fact<Account>[] =>
  accountFact.parse(
    output(stdout, stderr),
    names.map((name) => account(name)),
  )

/** An account as MariaDB 10.11 keeps it, with other members of its JSON. */
const kept = (members: object = {}): string =>
  `kept\t${JSON.stringify({ access: 0, plugin: 'mysql_native_password', authentication_string: hash, ...members })}\n`
const native = { plugin: 'mysql_native_password', kept: hash }
const plain: Account = { ways: [native], requires: 'nothing', grants: [], foldsCase: false }

/** The answer about the only account that is asked for. */
const about = (...rows: readonly string[]): string => server(`account\t0\n${rows.join('')}end\n`)

const garbled = unknown(
  'MariaDB gave an answer that cannot be understood',
  'run mariadb on the host and see what it says',
)

describe('an account', () => {
  test.each<[string, string, Partial<Account>]>([
    ['with a password', about(kept(), usage), {}],
    [
      'as it is kept since 10.4 where nothing was given',
      about('kept\t{}\n', usage),
      { ways: [{ plugin: 'mysql_native_password', kept: '' }] },
    ],
    [
      "with two ways to log in, as Debian's root has it: an empty one is the one at the top",
      about(
        kept({ authentication_string: 'invalid', auth_or: [{}, { plugin: 'unix_socket' }] }),
        usage,
      ),
      {
        ways: [
          { plugin: 'mysql_native_password', kept: 'invalid' },
          { plugin: 'unix_socket', kept: '' },
        ],
      },
    ],
    [
      'with the way at the top behind another one',
      about(kept({ auth_or: [{ plugin: 'ed25519', authentication_string: 'e' }, {}] }), usage),
      { ways: [{ plugin: 'ed25519', kept: 'e' }, native] },
    ],
    ['without REQUIRE', about(kept({ ssl_type: 0 }), usage), { requires: 'nothing' }],
    ['with REQUIRE SSL', about(kept({ ssl_type: 1 }), usage), { requires: 'tls' }],
    ['with REQUIRE X509', about(kept({ ssl_type: 2 }), usage), { requires: 'certificate' }],
    ['with REQUIRE SUBJECT', about(kept({ ssl_type: 3 }), usage), { requires: 'certificate' }],
    ['that is said to be no role', about(kept({ is_role: false }), usage), {}],
    [
      'with grants, and lines that grant nothing',
      about(
        kept(),
        usage,
        'GRANT SELECT ON `my\\\\_app`.* TO `app`@`localhost`\n',
        'GRANT `r1` TO `app`@`localhost`\n',
        'SET DEFAULT ROLE `r1` FOR `app`@`localhost`\n',
      ),
      {
        grants: [
          { on: '`my\\_app`.*', privileges: ['SELECT'] },
          { on: null, privileges: ['`r1`'] },
        ],
      },
    ],
  ])('%s', (_, stdout, more) => {
    expect(read(stdout)).toEqual([present({ ...plain, ...more })])
  })

  test.each([
    ['0', false],
    ['1', true],
    ['2', true],
  ])('on a server whose lower_case_table_names is %s', (setting, foldsCase) => {
    const stdout = server(`account\t0\n${kept()}${usage}end\n`, { setting })
    expect(read(stdout)).toEqual([present({ ...plain, foldsCase })])
  })

  test('among others: each has the rows up to the next', () => {
    const stdout = server(
      `account\t0\n${kept()}${usage}account\t1\naccount\t2\n${kept({ ssl_type: 1 })}${usage}end\n`,
    )
    const facts = [present(plain), absent, present({ ...plain, requires: 'tls' })]
    const stderr = 'ERROR 1141 (42000) at line 9: There is no such grant defined'
    expect(read(stdout, { stderr, names: ['app', 'none', 'other'] })).toEqual(facts)
  })
})

test('an account is not looked for in a database whose name is its place', () => {
  const stdout = server(`database\t0\tutf8mb4\tutf8mb4_bin\naccount\t0\n${kept()}${usage}end\n`)
  expect(read(stdout)).toEqual([present(plain)])
})

describe('an account without rows', () => {
  test.each([
    ['where the server says nothing', ''],
    ['where there is no such grant', 'ERROR 1141 (42000) at line 9: There is no such grant\n'],
  ])('is absent %s', (_, stderr) => {
    expect(read(about(), { stderr })).toEqual([absent])
  })
  test.each([
    'ERROR 1142 (42000) at line 4: SELECT command denied',
    'ERROR 1141 (42000) at line 9: There is no such grant\nERROR 1142 (42000) at line 4: SELECT command denied',
  ])('is unknown where the server refuses to say: %s', (stderr) => {
    expect(read(about(), { stderr })).toEqual([
      unknown(
        `MariaDB refuses to say: ${stderr}`,
        'read it as root (become: true), or give a connection with an account that may',
      ),
    ])
  })
})

describe('an answer that is damaged is unknown', () => {
  const whole = `account\t0\n${kept()}${usage}`
  test.each([
    ['without the server', `@server\n${whole}end\n@status 0\n`],
    ['with another row in its place', `@server\nx\t10.11.6-MariaDB\t0\n${whole}end\n@status 0\n`],
    ['without a setting', `@server\nserver\t10.11.6-MariaDB\n${whole}end\n@status 0\n`],
    ['with a setting too many', `@server\nserver\t10.11.6-MariaDB\t0\t0\n${whole}end\n@status 0\n`],
    ['without its end', server(whole)],
    ['with rows behind its end', server(`${whole}end\n${usage}`)],
    ['without the account', server('end\n')],
    ['with another account', server(`account\t1\n${kept()}${usage}end\n`)],
    ['without what is kept', about(usage)],
    ['with another row in its place', about(`other\t{}\n`, usage)],
    ['without grants: each account has a line with USAGE', about(kept())],
    ['about a role', about(kept({ is_role: true }), usage)],
    ['with JSON that is none', about('kept\t{"plugin":\n', usage)],
    ['with no JSON', about('kept\n', usage)],
    ['with a list', about('kept\t[]\n', usage)],
    ['with null', about('kept\tnull\n', usage)],
    ['with a plugin that carries SQL', about(kept({ plugin: 'x; DROP' }), usage)],
    ['with a plugin that begins with a quote', about(kept({ plugin: "'x" }), usage)],
    ['with a plugin without a name', about(kept({ plugin: '' }), usage)],
    ['with a second plugin that carries SQL', about(kept({ auth_or: [{ plugin: "x'" }] }), usage)],
    ['with ways that are no list', about(kept({ auth_or: { plugin: 'x' } }), usage)],
    ['with a way that is no object', about(kept({ auth_or: ['unix_socket'] }), usage)],
    ['with a password that is no text', about(kept({ authentication_string: 1 }), usage)],
    ['with a requirement that is unheard of', about(kept({ ssl_type: 4 }), usage)],
    ['with a negative requirement', about(kept({ ssl_type: -1 }), usage)],
    ['with half a requirement', about(kept({ ssl_type: 0.5 }), usage)],
    ['with a role that is no truth', about(kept({ is_role: 'no' }), usage)],
  ])('%s', (_, stdout) => {
    expect(read(stdout)).toEqual([garbled])
  })

  test.each([
    ['a grant that is unheard of', `GRANT ODD ${hash}\n`, 'GRANT ODD [hash]'],
    ['a grant in two cells', 'GRANT SELECT ON *.* TO `app`\tx\n', 'GRANT SELECT ON *.* TO `app` x'],
  ])('with %s, which is quoted without hashes', (_, line, quoted) => {
    expect(read(about(kept(), usage, line, usage))).toEqual([
      unknown(`SHOW GRANTS has a line that cannot be understood: ${quoted}`, 'report this line'),
    ])
  })

  test('with an error, which is said', () => {
    const stderr = 'ERROR 2013 (HY000) at line 4: Lost connection to server during query'
    expect(read(server(`account\t0\n${kept()}`), { stderr })).toEqual([
      unknown(
        `MariaDB ended the connection: ${stderr}`,
        'look at the server: systemctl status mariadb.service, journalctl -u mariadb.service',
      ),
    ])
  })
})

test.each([
  ['8.0.36', false],
  ['10.11.6-MariaDB-0+deb12u1', true],
  ['5.5.5-10.11.6-mariadb-log', true],
])('a server that says %s is MariaDB: %p', (version, isMariadb) => {
  const stdout = server(`account\t0\n${kept()}${usage}end\n`, { version })
  expect(read(stdout)).toEqual([
    isMariadb
      ? present(plain)
      : unknown(
          `the server is not MariaDB but says ${version}`,
          'mysql.user manages accounts of MariaDB 10.4 and later',
        ),
  ])
})
