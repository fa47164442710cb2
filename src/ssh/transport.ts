import type { Duplex, Readable, Writable } from 'node:stream'
import type { ForwardTarget } from './session.js'

/** The streams of a program that runs on the host, or here. */
export interface Pipes {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /**
   * How it ended, once all its output was read: `status 1`, `SIGKILL`, `keepalive timeout`. Never
   * rejects.
   */
  readonly ended: Promise<string>
  /** Closes the channel. That does not stop the program on the host. */
  destroy(): void
}

/** The way to a host, without any privilege. */
export interface Transport {
  readonly loginUser: string
  /** For messages: `deploy@192.0.2.1:22`. */
  readonly place: string
  /** Whether programs there find our agent in SSH_AUTH_SOCK. */
  readonly forwardsAgent: boolean
  /** Runs a command line with the login shell. */
  open(command: string): Promise<Pipes>
  /** Opens a stream to a port or socket, with the rights of the login user. */
  dial(target: ForwardTarget): Promise<Duplex>
  close(): Promise<void>
}
