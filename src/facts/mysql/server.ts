import type { MysqlConnection } from './backend.js'
import type { Fact, ShellFactKind } from '../../core/fact.js'
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
type FoundOnServer<K> = K extends AccountKey ? Account : DatabaseDefaults

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

function factOf(
  key: ServerKey,
  place: number,
  answer: ServerAnswer,
): Fact<Account | DatabaseDefaults> {
  if ('problem' in answer) return answer.problem
  if (isAccount(key)) return accountOf(answer.rows, place, answer.said)
  return databaseOf(answer.rows, key.name, answer.said)
}

/** Databases and accounts are one kind of fact, so that one client asks a server for both. */
const serverFact = <K extends ServerKey>(): ShellFactKind<K, FoundOnServer<K>> => ({
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
  parse(output, keys) {
    const servers = byServer(keys)
    const facts = new Map<number, Fact<Account | DatabaseDefaults>>()
    for (const [server, answer] of serverAnswers(output, servers.length).entries()) {
      const members = servers[server]?.members ?? []
      for (const [place, { key, index }] of members.entries())
        facts.set(index, withPlace(factOf(key, place, answer), key.connection))
    }
    return keys.map((_, index) => facts.get(index) ?? notUnderstood('')) as readonly Fact<
      FoundOnServer<K>
    >[]
  },
})

export const databaseFact = serverFact<DatabaseKey>()
export const accountFact = serverFact<AccountKey>()
