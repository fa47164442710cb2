import type { MysqlConnection } from './backend.js'
import { unknown, type Fact, type Output } from '../../core/fact.js'
import { reveal, Secret } from '../../core/secret.js'
import { lines, sh, shellFunctions, type Input, type Sh } from '../../core/sh.js'
import clientText from './client.sh.js'
import { howToStart, problemOf } from './errors.js'
import { answersOf } from '../section.js'

/** The socket of Debian's server. */
export const defaultSocket = '/run/mysqld/mysqld.sock'

/**
 * Seconds that a server may take. A server that was stopped (SIGSTOP) accepts connections and never
 * answers.
 */
export const answerLimit = 30

/** The common part of all keys of MySQL facts. */
export interface OnServer {
  readonly connection: MysqlConnection
}

/**
 * Quotes a string of SQL. Backslashes are escapes only with the `sql_mode` of `sessionSettings`.
 */
export const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** The address of a server: its socket, or host and port. */
export function placeOf({ socket, host, port }: MysqlConnection): string {
  return host === undefined ? (socket ?? defaultSocket) : `${host}:${String(port ?? 3306)}`
}

/** A server for sentences, with the account that it is asked with. */
export const serverAt = (connection: MysqlConnection): string =>
  `MariaDB at ${placeOf(connection)} as ${connection.user ?? 'root'}`

/** Quotes a name of SQL. */
export const identifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/**
 * Without these settings the server's configuration would decide what backslashes and double quotes
 * mean. The comment is for MariaDB only, because MySQL lacks that mode: without it GRANT creates a
 * missing account, with no password.
 */
export const sessionSettings =
  "SET SESSION sql_mode = '' /*M! 'NO_AUTO_CREATE_USER' */, sql_quote_show_create = 1"

const hangs = [
  `MariaDB did not answer within ${String(answerLimit)} s: it hangs, or waits for a lock`,
  'look at the server: systemctl status mariadb.service, SHOW PROCESSLIST, journalctl -u mariadb.service',
] as const

/** Exit statuses of the script itself; the client exits with 1. */
const problems: Readonly<Record<number, readonly [reason: string, remedy: string]>> = {
  90: [
    'no MariaDB client is installed on the host',
    "add apt.packages(['mariadb-server']) before this resource",
  ],
  91: ['MariaDB is not running: its socket does not exist', howToStart],
  92: ['MariaDB is not running (a connection would start it, and reading must not)', howToStart],
  93: [
    `mariadb.service runs, but ${defaultSocket} does not exist: it is still starting, or listens elsewhere`,
    'wait for it, or give the socket that it has (connection: { socket })',
  ],
  124: hangs,
  137: hangs,
}

function optionLine(password: Secret): Secret {
  const escaped = reveal(password)
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
  return new Secret(`password="${escaped}"\n`, true)
}

/** Words of the client that lead to a server. */
function clientWords(
  { socket, host, port, user }: MysqlConnection,
  defaults: string,
): readonly string[] {
  const target =
    host === undefined
      ? ['--protocol=socket', `--socket=${socket ?? defaultSocket}`]
      : ['--protocol=tcp', `--host=${host}`, `--port=${String(port ?? 3306)}`]
  return [
    defaults,
    ...target,
    `--user=${user ?? 'root'}`,
    '--connect-timeout=10',
    '--default-character-set=utf8mb4',
    '--batch',
    '--skip-column-names',
  ]
}

/** Words that call the client for a server, without SQL. */
const askingWords = (connection: MysqlConnection, defaults: string): Sh =>
  sh`fettle_ask_server ${answerLimit} ${connection.host === undefined ? (connection.socket ?? defaultSocket) : ''} ${clientWords(connection, defaults)}`

function askServer(connection: MysqlConnection, sql: string): Sh {
  const { password } = connection
  // Errors do not end it: `--execute` takes that back, so `--force` comes after it. The SQL may be a
  // word, for it holds no secret.
  const words = [`--execute=${sessionSettings};\n${sql}`, '--force']
  const ask = (defaults: string): Sh => sh`${askingWords(connection, defaults)} ${words}`
  const asked =
    password === undefined
      ? ask('--no-defaults')
      : sh`IFS= read -r line_; printf '[client]\\n%s\\n' "$line_" | { exec 3<&0; ${ask('--defaults-file=/proc/self/fd/3')}; }`
  return sh`echo @server; echo @server >&2; ${asked}; echo "@status $?"`
}

/** A connection that needs no password, or one that the server takes from root's socket. */
export type OpenConnection = Omit<MysqlConnection, 'password'>

/**
 * Words of the client for a server that needs no password; SQL follows by `--execute` or standard
 * input.
 */
export const openClient = (connection: OpenConnection): Sh =>
  sh`${shellFunctions(clientText)}${askingWords(connection, '--no-defaults')} ${`--init-command=${sessionSettings}`}`

/**
 * Shell that asks each server with its own client. Options do not come from `~/.my.cnf`; passwords
 * are read from the block's input and passed to the client through a pipe.
 */
export function askServers(
  questions: readonly { readonly connection: MysqlConnection; readonly sql: string }[],
): { readonly script: Sh; readonly input?: Input } {
  const passwords = questions
    .map(({ connection }) => connection.password)
    .filter((password) => password !== undefined)
    .map(optionLine)
  const script = lines([
    shellFunctions(clientText),
    ...questions.map(({ connection, sql }) => askServer(connection, sql)),
  ])
  return passwords.length === 0 ? { script } : { script, input: passwords }
}

/** Rows of cells. */
export type Rows = readonly (readonly string[])[]

/** The answer of a server, or why there is none. `said` is the standard error of the clients. */
export type ServerAnswer =
  | { readonly rows: Rows; readonly said: string }
  | { readonly problem: Fact<never> }

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' }

/** Unescapes a cell of the client's batch output: newline, tab, NUL and backslash. */
const unescape = (cell: string): string =>
  cell.replace(/\\([nt0\\])/g, (_, escaped: string) => escapes[escaped] ?? escaped)

/** Parses the answers to `askServers`, in the order of its questions. */
export function serverAnswers(
  { code, stdout, stderr }: Output,
  count: number,
): readonly ServerAnswer[] {
  const [before = '', ...words] = stderr.split(/^@server\n/m)
  const answers = answersOf(stdout, 'server')
  return Array.from({ length: count }, (_, index): ServerAnswer => {
    const said = withoutHashes(`${before}${words[index] ?? ''}`.trim())
    const ended = answers[index]
    if (ended === undefined)
      return {
        problem: unknown(
          `reading MariaDB ended with status ${String(code)}: ${said}`,
          'run mariadb on the host and see what it says',
        ),
      }
    const problem = problems[Number(ended.status)]
    if (problem !== undefined) return { problem: unknown(...problem, { lacks: ['server:mysql'] }) }
    return {
      rows: ended.answer
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t').map(unescape)),
      said,
    }
  })
}

/** The fact for an unexpected answer. */
export function notUnderstood(said: string): Fact<never> {
  if (said === '')
    return unknown(
      'MariaDB gave an answer that cannot be understood',
      'run mariadb on the host and see what it says',
    )
  const { reason, remedy } = problemOf(said)
  return unknown(reason, remedy)
}

/** Removes the hashes of passwords, which `SHOW GRANTS` and errors contain. */
export const withoutHashes = (text: string): string => text.replace(/\*[0-9A-F]{40}/gi, '[hash]')

interface Member<K> {
  readonly key: K
  readonly index: number
}

interface ServerKeys<K> {
  readonly connection: MysqlConnection
  readonly members: readonly Member<K>[]
}

/** Keys grouped by server, each with its index among all keys. */
export function byServer<K extends OnServer>(keys: readonly K[]): readonly ServerKeys<K>[] {
  const servers = new Map<string, { connection: MysqlConnection; members: Member<K>[] }>()
  for (const [index, key] of keys.entries()) {
    const { socket, host, port, user, password } = key.connection
    const plain = password === undefined ? null : reveal(password)
    const name = JSON.stringify([socket, host, port, user, plain])
    const server = servers.get(name) ?? { connection: key.connection, members: [] }
    server.members.push({ key, index })
    servers.set(name, server)
  }
  return [...servers.values()]
}
