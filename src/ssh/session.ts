import type { Duplex } from 'node:stream'
import type { ForwardTarget } from '../core/backend.js'
import type { Output } from '../core/fact.js'
import type { Input, Sh } from '../core/sh.js'

export type { ForwardTarget } from '../core/backend.js'

/**
 * The slowest link that is supported, in bytes a second: what is sent and received extends a time
 * limit at this rate.
 */
export const slowestLink = 10 * 1024

/** One piece of shell for a host, with its exact standard input. */
export interface Block {
  readonly script: Sh
  readonly input?: Input
  /** The user to run it as; left out: the session's. */
  readonly as?: string
  /**
   * Run only if the block before it in the same exchange ended with 0. Otherwise it is skipped and
   * answers with that block's status.
   */
  readonly onlyIfOk?: boolean
  /** Seconds after which the host ends it (status 124). Left out: no limit. */
  readonly timeout?: number
  /**
   * What it does, for the error when its answer is late or too long: `reading path`. Left out: `a
   * command`.
   */
  readonly what?: string
  /**
   * Seconds within which its answer must come, counted from the previous answer; every 10 KiB sent
   * or received adds a second. While a file is sent they are counted from the last piece that the
   * host has taken. Past it, the host's processes and the session are ended. Left out: `timeout`
   * plus 30; without a timeout 600, and no limit for a `long` block.
   */
  readonly deadline?: number
  /** Redirect its output to a file on the host, and show it with a cap afterwards. */
  readonly long?: boolean
  /**
   * Called with what a `long` block prints while it runs, about once a second, both streams in
   * order. Of more than 64 KiB at once it gets the end. The answer repeats all of it. Must not
   * throw.
   */
  readonly live?: (text: string) => void
  /**
   * Run it in parallel to the blocks after it, because it waits for something other than this host
   * (a remote repository). Such blocks have no input; their errors arrive at their end, in one
   * piece. Those before the first of them have ended when it starts: it may need what they do.
   */
  readonly beside?: boolean
}

/**
 * One authenticated connection to a host, with the requested privilege. A lost connection rejects
 * what is under way with `connection-lost`: the outcome is unknown, never "ok". An answer that is
 * late or endless rejects it with `answer-late` or `answer-long`, and a file that has changed since
 * it was read with `source-changed`: what is under way is ended on the host, and the session is
 * over.
 */
export interface Session {
  /** The user that blocks run as. */
  readonly user: string
  /** The user that logged in. */
  readonly loginUser: string
  /**
   * Resolves when the shell runs. Rejects with the reason why it does not, and so does every
   * exchange then.
   */
  readonly started: Promise<void>
  /** Whether the link or the shell has ended, so that no exchange is possible. */
  readonly over: boolean
  /** Exchanges so far: a round trip is one request to the privileged shell and its answer. */
  readonly roundTrips: number
  /** Writes all blocks at once and waits for all their answers: one round trip. */
  exchange(blocks: readonly Block[]): Promise<readonly Output[]>
  /** Opens a stream to a socket or port from the host, with the session's privilege for sockets. */
  forward(target: ForwardTarget): Promise<Duplex>
  /**
   * Ends everything that runs on the host in this session. The session is over afterwards, even if
   * that fails.
   * @throws FettleError when it could not be ended
   */
  kill(): Promise<void>
  close(): Promise<void>
}
