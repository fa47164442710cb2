import type { Duplex } from 'node:stream'
import type { Output } from '../core/fact.js'
import type { Input, Sh } from '../core/sh.js'

/** One piece of shell for a host, with its exact standard input. */
export interface Block {
  readonly script: Sh
  readonly input?: Input
  /** The user it runs as; left out: the session's. */
  readonly as?: string
  /**
   * Run only if the block before it in the same exchange ended with 0; otherwise it ends with that
   * block's status, unrun.
   */
  readonly onlyIfOk?: boolean
  /** Seconds after which the host ends it (status 124). Left out: no limit. */
  readonly timeout?: number
  /**
   * What it does, for the error when its answer is late or too long: `reading path`. Left out:
   * `a command`.
   */
  readonly what?: string
  /**
   * Seconds within which its answer must come, from the answer before it on; what is sent and
   * received adds a second for each 10 KiB. After that it is ended on the host, and so is the
   * session. Left out: `timeout` and 30 more; without one 600, and for a `long` block any time.
   */
  readonly deadline?: number
  /** Its output goes to a file on the host and is shown with a cap afterwards. */
  readonly long?: boolean
  /**
   * Told what a `long` block prints while it runs, about once a second from its first second on,
   * both streams as they come. Where more than 64 KiB came in between, the last of them. The answer
   * holds all of it once more. Must not throw.
   */
  readonly live?: (text: string) => void
  /**
   * It waits for others than this host (a repository elsewhere): it runs at the same time as the
   * blocks before it. What runs beside comes last in an exchange, without input; its errors come
   * whole at its end.
   */
  readonly beside?: boolean
}

export type ForwardTarget =
  | { readonly socket: string }
  | { readonly host: string; readonly port: number }

/**
 * One authenticated connection to a host, with the privilege it was asked for. A connection that is
 * lost rejects what is under way with `connection-lost`: the outcome is unknown, never "ok". An
 * answer that does not come in time, or has no end, rejects it with `answer-late` and
 * `answer-long`: what is under way is ended on the host, and the session is over as well.
 */
export interface Session {
  /** The user that blocks run as. */
  readonly user: string
  /** The user that logged in. */
  readonly loginUser: string
  /**
   * Resolves when the shell runs; rejects with what stood in its way, and so does every exchange
   * then.
   */
  readonly started: Promise<void>
  /** Whether the link or the shell has ended, so that nothing can be asked any more. */
  readonly over: boolean
  /** Exchanges so far: a round trip is one request to the privileged shell and its answer. */
  readonly roundTrips: number
  /** Writes all blocks at once and waits for all their answers: one round trip. */
  exchange(blocks: readonly Block[]): Promise<readonly Output[]>
  /**
   * A stream to a socket or port as seen from the host, with the session's privilege for sockets.
   */
  forward(target: ForwardTarget): Promise<Duplex>
  /**
   * Ends what is under way on the host: its whole session. The session is over afterwards, also
   * where that does not succeed.
   * @throws FettleError when it could not be ended
   */
  kill(): Promise<void>
  close(): Promise<void>
}
