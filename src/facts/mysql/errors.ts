/** The meaning of an error of MariaDB, and its remedy. */
export interface MysqlProblem {
  readonly reason: string
  readonly remedy: string
}

/** How many characters of the server's message a reason quotes. */
const quoted = 1000

type Meaning = readonly [meaning: string, remedy: string]

const look = 'look at the server: systemctl status mariadb.service, journalctl -u mariadb.service'
export const howToStart =
  "start it: add systemd.service('mariadb.service', { running: true }) before this resource"
const denied: Meaning = [
  'MariaDB refuses to say',
  'read it as root (become: true), or give a connection with an account that may',
]
const hangs: Meaning = ['MariaDB does not answer, because it hangs or has too much to do', look]

/** Errors by number. Numbers are the same in all versions and languages, messages are not. */
const meanings: Readonly<Record<number, Meaning>> = {
  1040: [
    'MariaDB has no connection left',
    'see who holds them (SHOW PROCESSLIST), and end some or raise max_connections',
  ],
  1044: denied,
  1045: denied,
  1142: denied,
  1227: denied,
  1698: denied,
  1203: [
    'MariaDB has no connection left for this account',
    'see who holds them (SHOW PROCESSLIST), and end some or raise max_user_connections',
  ],
  1226: [
    'the account has used up what MariaDB grants it',
    'wait, or raise its limits (SHOW CREATE USER)',
  ],
  1129: [
    'MariaDB takes no connections from this address after too many errors',
    'run FLUSH HOSTS on the server',
  ],
  1130: [
    'MariaDB takes no connections from this address',
    'make an account for this address, or connect by another one (connection.host)',
  ],
  1053: ['MariaDB is shutting down', look],
  2005: ['the server of the connection is unknown', 'correct connection.host'],
  2026: ['MariaDB and its client do not agree on TLS', 'look at the TLS settings of the server'],
}

/**
 * Why no connection was made, by the system's error number at the end of the client's message. The
 * client reports 115 where nothing listens by TCP.
 */
function unconnected(words: string): Meaning {
  const number = Number(/\((\d+)\b[^()]*\)\s*$/.exec(words)?.[1])
  const local = words.includes('through socket')
  if ([2, 111, 115].includes(number) && local) return ['MariaDB is not running', howToStart]
  if ([111, 115].includes(number))
    return [
      'nobody listens where the connection leads',
      'correct host and port of the connection, or see that the server runs and listens there (bind-address)',
    ]
  if (number === 13)
    return ["MariaDB's socket is closed to this user", 'read it as root (become: true)']
  if (number === 11 || number === 110) return hangs
  return ['MariaDB could not be reached', look]
}

function meaningOf(number: number, words: string): Meaning {
  if (number === 2002 || number === 2003) return unconnected(words)
  if (number === 2006 || number === 2013)
    return /system error: 110\b/.test(words) ? hangs : ['MariaDB ended the connection', look]
  return (
    meanings[number] ?? ['MariaDB could not answer', 'run mariadb on the host and see what it says']
  )
}

/** The remedy for an error of the server; null where only its message helps. */
export const remedyOf = (number: number): string | null => meanings[number]?.[1] ?? null

/**
 * Explains the client's error: `ERROR 1040 (08004): Too many connections`. An error that the server
 * sends before the client uses TLS is wrapped in one of the client: `ERROR 2002 (HY000): Received
 * error packet before … be verified: 1040 - Too many connections`.
 */
export function problemOf(said: string): MysqlProblem {
  const first = said.split('\n').find((line) => /^ERROR (?!1141 )\d+ \(/.test(line)) ?? ''
  const [, number = '0', words = ''] =
    /^ERROR (\d+) \(\w+\)(?: at line \d+)?: (.*)$/s.exec(first) ?? []
  const wrapped = /^Received error packet [^:]*: (\d+) - /.exec(words)?.[1]
  const [meaning, remedy] = meaningOf(Number(wrapped ?? number), words)
  const quote = said.length > quoted ? `${said.slice(0, quoted)}…` : said
  return { reason: `${meaning}: ${quote}`, remedy }
}
