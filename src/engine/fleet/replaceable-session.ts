import type { Session } from '../../ssh/session.js'
import { reconnect, type Reconnecting } from './reconnect.js'

/**
 * A host's session that can be replaced by a new one during a walk. Whoever holds it (facts,
 * forwarded connections, Ctrl-C, counts) uses the new one from then on.
 */
export class ReplaceableSession implements Session {
  #current: Session
  /** Of the sessions before the current one. */
  #earlierRoundTrips = 0
  /** The current session was closed, and there is no new one yet. */
  #isClosed = false

  constructor(
    session: Session,
    /** Makes another session of the same target. */
    readonly connect: () => Promise<Session>,
  ) {
    this.#current = session
  }

  /**
   * Closes the current session and connects anew.
   * @throws SessionNotReplaced, FettleError `stopped`; this session is over then
   */
  async replace(asked: Reconnecting): Promise<void> {
    await this.close()
    const session = await reconnect(this.connect, asked)
    this.#earlierRoundTrips += this.#current.roundTrips
    this.#current = session
    this.#isClosed = false
  }

  /** The session that is in use, without the ability to be replaced. */
  get current(): Session {
    return this.#current
  }

  get user(): string {
    return this.#current.user
  }

  get loginUser(): string {
    return this.#current.loginUser
  }

  get started(): Promise<void> {
    return this.#current.started
  }

  get over(): boolean {
    return this.#isClosed || this.#current.over
  }

  get roundTrips(): number {
    return this.#earlierRoundTrips + this.#current.roundTrips
  }

  exchange(blocks: Parameters<Session['exchange']>[0]): ReturnType<Session['exchange']> {
    return this.#current.exchange(blocks)
  }

  forward(target: Parameters<Session['forward']>[0]): ReturnType<Session['forward']> {
    return this.#current.forward(target)
  }

  /** Between two sessions nothing is under way. */
  kill(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : this.#current.kill()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#current.close()
  }
}
