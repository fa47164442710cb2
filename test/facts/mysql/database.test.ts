import { describe, expect, test } from '@jest/globals'
import { absent, present, unknown, type Fact } from '../../../src/core/fact.js'
import type { DatabaseDefaults } from '../../../src/facts/mysql/database.js'
import { databaseFact } from '../../../src/facts/mysql/server.js'
import { output, server } from './answers.js'

const find = (stdout: string, name: string, stderr = ''): readonly Fact<DatabaseDefaults>[] =>
  databaseFact.parse(output(stdout, stderr), [{ name, connection: {} }])

const rows =
  'database\tApp\tutf8mb4\tutf8mb4_bin\ndatabase\ta\\tb\\\\c\\n\\0\\x\tlatin1\tlatin1_swedish_ci\n'
const databases = (setting: string): string => server(`${rows}end\n`, { setting })
const app = present({ charset: 'utf8mb4', collation: 'utf8mb4_bin' })

describe('a database is found', () => {
  test.each<[string, string, Fact<DatabaseDefaults>]>([
    ['0', 'App', app],
    ['0', 'app', absent],
    ['1', 'app', app],
    ['2', 'APP', app],
    ['1', 'ap', absent],
    // No database, though rows begin with such a word.
    ['0', '10.11.6-MariaDB', absent],
  ])('where lower_case_table_names is %s: %s', (setting, name, fact) => {
    expect(find(databases(setting), name)).toEqual([fact])
  })
  test('by folding to lower case, as the server does', () => {
    // ß is SS in upper case, and the server folds to lower case.
    const stdout = server('database\tstra\u00dfe\tutf8mb4\tutf8mb4_bin\nend\n', { setting: '1' })
    expect(find(stdout, 'STRASSE')).toEqual([absent])
  })
  test('by its name without the escapes of the client', () => {
    expect(find(databases('0'), 'a\tb\\c\n\0\\x')).toEqual([
      present({ charset: 'latin1', collation: 'latin1_swedish_ci' }),
    ])
  })
})

describe('an answer that is damaged is unknown and not absent', () => {
  test.each([
    ['empty', server('')],
    ['without its end', server(rows)],
    ['with rows behind its end', server(`end\n${rows}`)],
    ['without any database: each server has some', server('end\n')],
    ['without the server', `@server\n${rows}end\n@status 0\n`],
    ['without the setting', `@server\nserver\t10.11.6-MariaDB\n${rows}end\n@status 0\n`],
    ['with a database without defaults', server(`${rows}database\ty\nend\n`)],
    ['with a database with too many', server(`${rows}database\ty\ta\tb\tc\nend\n`)],
  ])('%s', (_, stdout) => {
    expect(find(stdout, 'x')).toEqual([
      unknown(
        'MariaDB gave an answer that cannot be understood',
        'run mariadb on the host and see what it says',
      ),
    ])
  })
  test('with an error, which is said', () => {
    const stderr = 'ERROR 1227 (42000) at line 3: Access denied'
    expect(find(server('end\n'), 'x', stderr)).toEqual([
      unknown(
        `MariaDB refuses to say: ${stderr}`,
        'read it as root (become: true), or give a connection with an account that may',
      ),
    ])
  })
})
