import type { ConnectOptions, Target } from '../../ssh/connect.js'
import type { Session } from '../../ssh/session.js'
import { sameOptions } from '../prepare/same-options.js'

export type Connect = (target: Target, options: ConnectOptions) => Promise<Session>

/** The sessions that hosts keep from one play of a run to the next one that has them. */
export class Sessions {
  readonly #kept = new Map<string, { readonly target: Target; readonly session: Session }>()

  /** The session that was kept for a host, when it is what is wanted now; null: connect. */
  async take(target: Target): Promise<Session | null> {
    const kept = this.#kept.get(target.name)
    if (kept === undefined) return null
    this.#kept.delete(target.name)
    if (!kept.session.over && sameOptions(kept.target, target)) return kept.session
    await kept.session.close()
    return null
  }

  /**
   * Keeps root's session. Another user's is closed: it may be in other groups by now, which only a
   * new login learns.
   */
  async keep(target: Target, session: Session): Promise<void> {
    if (session.user !== 'root') await session.close()
    else this.#kept.set(target.name, { target, session })
  }

  /** Closes what no play has taken, because the run was stopped. */
  async close(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ session }) => session.close()))
  }
}
