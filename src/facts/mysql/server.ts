import { absent, present, shellFact, type Fact, type ShellFactKind } from '../../core/fact.js'
import type { MysqlConnection } from './backend.js'
import { accountOf, accountQuestion, type Account, type AccountKey } from './account.js'
import {
  databaseOf,
  databasesQuestion,
  type DatabaseDefaults,
  type DatabaseKey,
} from './database.js'
import {
  answerLimit,
  askServers,
  byServer,
  notUnderstood,
  placeOf,
  serverAnswers,
  type ServerAnswer,
} from './client.js'

type ServerKey = DatabaseKey | AccountKey
type FoundOnServer = DatabaseDefaults | Account

const isAccount = (key: ServerKey): key is AccountKey => 'host' in key

/** The SQL for these keys. Each account is identified by its place among them. */
function question(keys: readonly ServerKey[]): string {
  const databases = keys.every(isAccount) ? [] : [databasesQuestion]
  const accounts = keys.flatMap((key, place) =>
    isAccount(key) ? [accountQuestion(key, place)] : [],
  )
  return [
    "SELECT 'server', VERSION(), @@lower_case_table_names;",
    ...databases,
    ...accounts,
    "SELECT 'end';",
  ].join('\n')
}

/**
 * Adds the server's address to a reason, except for the default server: the client's message does
 * not show a wrong port.
 */
function withPlace<T>(fact: Fact<T>, connection: MysqlConnection): Fact<T> {
  if (fact.is !== 'unknown' || (connection.host === undefined && connection.socket === undefined))
    return fact
  return { ...fact, reason: `${placeOf(connection)}: ${fact.reason}` }
}

function factOf(key: ServerKey, place: number, answer: ServerAnswer): Fact<FoundOnServer> {
  if ('problem' in answer) return answer.problem
  if (isAccount(key)) return accountOf(answer.rows, place, answer.said)
  return databaseOf(answer.rows, key.name, answer.said)
}

/** The hash of a password, for the recorded answer. */
const hash = '*D821809F681A40A6E379B50D0463EFAE20BDD122'

/** Databases and accounts are one kind of fact, so that one client asks a server for both. */
const serverFact = shellFact<ServerKey, FoundOnServer>({
  name: 'mysql',
  asSession: true,
  script: (keys) =>
    askServers(
      byServer(keys).map(({ connection, members }) => ({
        connection,
        sql: question(members.map(({ key }) => key)),
      })),
    ),
  mayTake: (keys) => 60 + byServer(keys).length * (answerLimit + 5),
  parse(output, keys): readonly Fact<FoundOnServer>[] {
    const servers = byServer(keys)
    const facts = new Map<number, Fact<FoundOnServer>>()
    for (const [server, answer] of serverAnswers(output, servers.length).entries()) {
      const members = servers[server]?.members ?? []
      for (const [place, { key, index }] of members.entries())
        facts.set(index, withPlace(factOf(key, place, answer), key.connection))
    }
    return keys.map((_, index) => facts.get(index) ?? notUnderstood(''))
  },
  recorded: {
    keys: [
      { name: 'app', connection: {} },
      { name: 'none', connection: {} },
      { name: 'app', host: 'localhost', connection: {} },
      { name: 'none', host: 'localhost', connection: {} },
    ],
    stdout: [
      '@server',
      'server\t10.11.19-MariaDB-0+deb12u1\t0',
      'database\tinformation_schema\tutf8mb3\tutf8mb3_general_ci',
      'database\tapp\tutf8mb4\tutf8mb4_unicode_ci',
      'account\t2',
      `kept\t{"access":0,"plugin":"mysql_native_password","authentication_string":"${hash}","ssl_type":1}`,
      `GRANT USAGE ON *.* TO \`app\`@\`localhost\` IDENTIFIED BY PASSWORD '${hash}' REQUIRE SSL`,
      'GRANT SELECT, INSERT ON `my\\\\_app`.* TO `app`@`localhost`',
      'account\t3',
      'end',
      '@status 0\n',
    ].join('\n'),
    stderr:
      "@server\nERROR 1141 (42000) at line 9: There is no such grant defined for user 'none' on host 'localhost'\n",
    facts: [
      present({ charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }),
      absent,
      present({
        ways: [{ plugin: 'mysql_native_password', kept: hash }],
        requires: 'tls',
        grants: [{ on: '`my\\_app`.*', privileges: ['SELECT', 'INSERT'] }],
        foldsCase: false,
      }),
      absent,
    ],
  },
})

// Views of the one kind: a key of a database gets its defaults, one of an account the account.
export const databaseFact = serverFact as ShellFactKind<DatabaseKey, DatabaseDefaults>
export const accountFact = serverFact as ShellFactKind<AccountKey, Account>
