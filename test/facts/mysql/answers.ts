// What the server MariaDB 10.11 and its client answer.
import type { Output } from '../../../src/core/fact.js'
import type { AccountKey } from '../../../src/facts/mysql/account.js'
import type { MysqlConnection } from '../../../src/facts/mysql/backend.js'

/** The hash of a password. */
export const hash = '*D821809F681A40A6E379B50D0463EFAE20BDD122'

export const output = (stdout: string, stderr = '', code = 0): Output => ({
  code,
  stdout: Buffer.from(stdout),
  stderr,
})

/** The answer of a server to all questions. */
export const server = (rows: string, { version = '10.11.6-MariaDB', setting = '0' } = {}): string =>
  `@server\nserver\t${version}\t${setting}\n${rows}@status 0\n`

/** The first line of SHOW GRANTS. */
export const usage = `GRANT USAGE ON *.* TO \`app\`@\`localhost\` IDENTIFIED BY PASSWORD '${hash}'\n`

export const account = (name: string, connection: MysqlConnection = {}): AccountKey => ({
  name,
  host: 'localhost',
  connection,
})
