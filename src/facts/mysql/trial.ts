import { present, shellFact, type Fact } from '../../core/fact.js'
import {
  answerLimit,
  askServers,
  byServer,
  notUnderstood,
  serverAnswers,
  type OnServer,
  type ServerAnswer,
} from './client.js'

/** A statement on one line that changes nothing, and holds no secret. */
export interface MysqlTrialKey extends OnServer {
  readonly sql: string
}

/** An error of the server: `1115`, `Unknown character set: 'utf9'`. */
export interface MysqlServerError {
  readonly number: number
  readonly words: string
}

/** What a server answers to a statement. */
export interface MysqlTrial {
  readonly rows: readonly (readonly string[])[]
  readonly error: MysqlServerError | null
}

/**
 * The SQL of several statements, each on a line of its own. The client counts the lines from one,
 * and the first is that of `askServers`: so an error names the statement that it is about.
 */
const question = (statements: readonly string[]): string =>
  [
    ...statements.map((sql, place) => `SELECT 'trial', ${String(place)}; ${sql};`),
    "SELECT 'end';",
  ].join('\n')

/** The line of the first statement. */
const firstLine = 2

function errorAt(said: string, place: number): MysqlServerError | null {
  const line = String(place + firstLine)
  const errors = [...said.matchAll(/^ERROR (\d+) \(\w+\) at line (\d+): (.*)$/gm)]
  const [, number, , words] = errors.find(([, , at]) => at === line) ?? []
  return number === undefined || words === undefined ? null : { number: Number(number), words }
}

function trialOf(answer: ServerAnswer, place: number): Fact<MysqlTrial> {
  if ('problem' in answer) return answer.problem
  const { rows, said } = answer
  const from = rows.findIndex(([what, at]) => what === 'trial' && at === String(place))
  if (from === -1 || rows.at(-1)?.[0] !== 'end') return notUnderstood(said)
  const rest = rows.slice(from + 1)
  const own = rest.slice(
    0,
    rest.findIndex(([what]) => what === 'trial' || what === 'end'),
  )
  return present({ rows: own, error: errorAt(said, place) })
}

/** What a server answers to statements that only read: for the trials of changes. */
export const mysqlTrialFact = shellFact<MysqlTrialKey, MysqlTrial>({
  name: 'mysql.trial',
  asSession: true,
  script: (keys) =>
    askServers(
      byServer(keys).map(({ connection, members }) => ({
        connection,
        sql: question(members.map(({ key }) => key.sql)),
      })),
    ),
  mayTake: (keys) => 60 + byServer(keys).length * (answerLimit + 5),
  parse(output, keys): readonly Fact<MysqlTrial>[] {
    const servers = byServer(keys)
    const facts = new Map<number, Fact<MysqlTrial>>()
    for (const [server, answer] of serverAnswers(output, servers.length).entries())
      for (const [place, { index }] of (servers[server]?.members ?? []).entries())
        facts.set(index, trialOf(answer, place))
    return keys.map((_, index) => facts.get(index) ?? notUnderstood(''))
  },
  recorded: {
    keys: [
      { connection: {}, sql: "SELECT CONVERT('' USING utf9)" },
      { connection: {}, sql: 'SELECT 1' },
    ],
    stdout: '@server\ntrial\t0\ntrial\t1\n1\nend\n@status 0\n',
    stderr: `@server
--------------
SELECT CONVERT('' USING utf9)
--------------

ERROR 1115 (42000) at line 2: Unknown character set: 'utf9'
`,
    facts: [
      present({ rows: [], error: { number: 1115, words: "Unknown character set: 'utf9'" } }),
      present({ rows: [['1']], error: null }),
    ],
  },
})
