import type { ConnectOptions, Target } from '../../ssh/connect.js'
import type { Session } from '../../ssh/session.js'
import { sameOptions } from '../prepare/same-options.js'

export type Connect = (target: Target, options: ConnectOptions) => Promise<Session>

/** Sessions that are kept open for a later play with the same host. */
export class Sessions {
  readonly #kept = new Map<string, { readonly target: Target; readonly session: Session }>()

  /**
   * Returns the session that was kept for a host, if it fits the target; null where a new one is
   * needed.
   */
  async take(target: Target): Promise<Session | null> {
    const kept = this.#kept.get(target.name)
    if (kept === undefined) return null
    this.#kept.delete(target.name)
    if (!kept.session.over && sameOptions(kept.target, target)) return kept.session
    await kept.session.close()
    return null
  }

  /**
   * Keeps a session of root. Another user's is closed: the play may have changed the groups of that
   * user, which take effect at the next login only.
   */
  async keep(target: Target, session: Session): Promise<void> {
    if (session.user !== 'root') await session.close()
    else this.#kept.set(target.name, { target, session })
  }

  /** Closes the sessions that no play has used, because the run was stopped. */
  async close(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ session }) => session.close()))
  }
}
