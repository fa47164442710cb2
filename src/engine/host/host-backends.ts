import type { GithubBackend } from '../../backends/github.js'
import type { MysqlBackend } from '../../backends/mysql.js'
import type { GithubProof, GithubRequest } from '../../facts/github/backend.js'
import type { MysqlLogin, MysqlStatement } from '../../facts/mysql/backend.js'
import type { Session } from '../../ssh/session.js'
import type { OtherBackends } from './apply-step.js'

/** The backends of one host besides the shell, opened when first needed. */
export class HostBackends implements OtherBackends {
  #mysql: Promise<MysqlBackend> | null = null
  /** Counts of exchanges that are not round trips, by name. */
  readonly exchanges = new Map<string, number>()

  constructor(
    readonly session: Session,
    readonly openGithub: () => Promise<GithubBackend>,
  ) {}

  async mysql(work: MysqlStatement | MysqlLogin): Promise<void> {
    this.#count('mysql')
    this.#mysql ??= import('../../backends/mysql.js').then(({ openMysql }) =>
      openMysql(this.session),
    )
    await (await this.#mysql).perform(work)
  }

  async github(work: GithubRequest | GithubProof): Promise<unknown> {
    this.#count('github')
    return (await this.openGithub()).perform(work)
  }

  async close(): Promise<void> {
    await (await this.#mysql)?.close()
  }

  #count(name: string): void {
    this.exchanges.set(name, (this.exchanges.get(name) ?? 0) + 1)
  }
}
