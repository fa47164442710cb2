import { describe, expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { Secret } from '../../../src/core/secret.js'
import type { Verdict } from '../../../src/core/trial.js'
import type { MysqlTrial } from '../../../src/facts/mysql/trial.js'
import { mysqlDatabase } from '../../../src/resources/mysql/database.js'
import { mysqlUser } from '../../../src/resources/mysql/user.js'
import { planOf } from '../../../src/testing/outcome.js'

/** The trials of the changes that make a thing. */
const trialsOf = (made: Resource) =>
  changesOf(planOf({ facts: { database: null, account: null } }, made)).flatMap(
    ({ trials = [] }) => trials,
  )

/** The SQL that they ask. */
const asked = (made: Resource): readonly string[] =>
  trialsOf(made).map(({ reads }) => (reads.key as { readonly sql: string }).sql)

/** What they find where the server gives one answer to all. */
const verdicts = (made: Resource, answer: Partial<MysqlTrial>): readonly Verdict[] =>
  trialsOf(made).map(({ judge }) => judge({ rows: [], error: null, ...answer }))

const refused = (number: number, words: string): Partial<MysqlTrial> => ({
  error: { number, words },
})
const password = new Secret('a password that is long enough')
const account = (grants: Readonly<Record<string, readonly string[]>>): Resource =>
  mysqlUser('app', { plugin: 'unix_socket', grants })

describe('the trials of a database ask', () => {
  test.each<[string, Resource, readonly string[]]>([
    ['nothing', mysqlDatabase('app'), []],
    [
      'for a character set',
      mysqlDatabase('app', { charset: 'utf8mb4' }),
      ["SELECT CONVERT('' USING utf8mb4)"],
    ],
    [
      'for both',
      mysqlDatabase('app', { charset: 'latin1', collation: 'latin1_bin' }),
      ["SELECT CONVERT('' USING latin1) COLLATE latin1_bin"],
    ],
    [
      'for a collation',
      mysqlDatabase('app', { collation: 'latin1_bin' }),
      ["SELECT CONVERT('' USING utf8mb4) COLLATE latin1_bin"],
    ],
  ])('%s', (_, made, sql) => expect(asked(made)).toEqual(sql))

  test.each<[string, Parameters<typeof mysqlDatabase>[1], number, boolean]>([
    ['an unknown character set', { charset: 'utf9' }, 1115, true],
    ['an unknown collation', { collation: 'utf8mb4_ci' }, 1273, true],
    ['a mismatch', { charset: 'binary', collation: 'binary_x' }, 1253, true],
    ['a mismatch, where only the collation is given', { collation: 'latin1_bin' }, 1253, false],
    ['something else', { charset: 'utf8mb4' }, 1040, false],
  ])('and refuse, or not: %s', (_, options, number, isRefused) => {
    const remedy = 'see which ones the server has: SHOW CHARACTER SET, SHOW COLLATION'
    const words = "Unknown character set: 'utf9'"
    const verdict = {
      refused: `MariaDB at /run/mysqld/mysqld.sock as root: ${words}`,
      remedy,
    }
    expect(verdicts(mysqlDatabase('app', options), refused(number, words))).toEqual([
      isRefused ? verdict : null,
    ])
  })
})

describe('the trials of an account', () => {
  test('a plugin must be loaded', () => {
    expect(verdicts(account({}), {})).toEqual([
      {
        refused: "MariaDB at /run/mysqld/mysqld.sock as root: Plugin 'unix_socket' is not loaded",
        remedy: "load it: INSTALL SONAME 'auth_socket', or see SHOW PLUGINS",
      },
    ])
    expect(verdicts(account({}), { rows: [['1']] })).toEqual([null])
    expect(verdicts(account({}), refused(1142, 'denied'))).toEqual([null])
  })

  test('the hash of a password must be taken', () => {
    const made = mysqlUser('app', { password })
    expect(verdicts(made, {})).toEqual([null])
    expect(verdicts(made, { rows: [['cracklib']] })).toEqual([
      {
        refused:
          'MariaDB at /run/mysqld/mysqld.sock as root: it runs with --strict-password-validation and cracklib, so it takes no hash of a password',
        remedy: 'set strict_password_validation=OFF in the configuration of the server',
      },
    ])
    expect(asked(made).join()).not.toMatch(/\*[0-9A-F]{40}/)
  })

  test.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
    [
      'of a database',
      { 'my_app.*': ['SELECT'] },
      [
        String.raw`PREPARE fettle_trial FROM 'GRANT SELECT ON ${'`'}my\\_app${'`'}.* TO ''x''@''localhost'''`,
      ],
    ],
    [
      'of a table, which must exist',
      { 'app.t`': ['SELECT', 'GRANT OPTION'] },
      [
        "PREPARE fettle_trial FROM 'GRANT SELECT ON `app`.`t``` TO ''x''@''localhost'' WITH GRANT OPTION'",
        'SELECT 1 FROM `app`.`t``` LIMIT 0',
      ],
    ],
    [
      'of a table that may be made',
      { 'app.t': ['SELECT', 'CREATE'] },
      ["PREPARE fettle_trial FROM 'GRANT SELECT, CREATE ON `app`.`t` TO ''x''@''localhost'''"],
    ],
  ])('a grant is parsed: %s', (_, grants, sql) =>
    expect(asked(account(grants)).slice(1)).toEqual(sql),
  )

  test('a grant of a privilege that the server does not know, or on no table, is refused', () => {
    const made = account({ 'app.t': ['SELECT'] })
    const found = (number: number) =>
      verdicts(made, refused(number, 'no')).map((verdict) => verdict !== null)
    expect([found(1064), found(1146)]).toEqual([
      [false, true, false],
      [false, false, true],
    ])
    expect(trialsOf(made).at(-1)?.needs).toEqual(['database:app'])
  })
})

describe('a change is taken back', () => {
  const howOf = (made: Resource) =>
    changesOf(planOf({ facts: { database: null, account: null } }, made)).map(
      ({ undo, final }) => final ?? undo?.map(({ kind, key }) => [kind.name, key]),
    )
  const connection = { host: 'db', user: 'admin' }
  const needsPassword =
    'taking it back would need the password of its connection, which no host keeps'

  test.each<[string, Resource, unknown]>([
    [
      'by what the host keeps',
      mysqlDatabase('app', { connection }),
      [['mysql-database', { name: 'app', connection }]],
    ],
    [
      'an account too',
      mysqlUser('app', { password, connection }),
      [['mysql-account', { name: 'app', host: 'localhost', connection }]],
    ],
    [
      'not with a password',
      mysqlDatabase('app', { connection: { ...connection, password } }),
      needsPassword,
    ],
    [
      'not for the account that asks',
      mysqlUser('admin', { password, connection }),
      'it is the account that MariaDB is asked with',
    ],
  ])('%s', (_, made, how) => expect(howOf(made)).toEqual([how]))
})
