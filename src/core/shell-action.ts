import type { Input, Sh } from './sh.js'

/** An action that runs on the host, in its privileged shell. Status 0 is success and nothing else is. */
export interface ShellAction {
  readonly on?: undefined
  /**
   * What the action does, for its error: `systemctl enable app.service`. Default: the summary of
   * its change.
   */
  readonly what?: string
  readonly script: Sh
  readonly input?: Input
  /** The user it runs as. Default: the session's. */
  readonly as?: string
  /**
   * Seconds after which it is ended on the host, unless the user gave the resource a `timeout`.
   * Default 600 for a `long` action, else none.
   */
  readonly timeout?: number
  /**
   * May take more than a second, or prints what Fettle does not control: its output goes through a
   * file on the host.
   */
  readonly long?: true
}
