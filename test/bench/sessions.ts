import type { BenchHost } from './fleet.js'

/** A run as seen by a host's sshd. */
export interface Sessions {
  readonly logins: number
  /** Channels in which something was run: shells, commands and subsystems. */
  readonly sessions: number
}

/**
 * Counts entries in the journal of sshd, which logs verbosely on these hosts. `since` is seconds of
 * the epoch.
 */
export async function sessionsSince(host: BenchHost, since: number): Promise<Sessions> {
  const { stdout } = await host.run(
    `journalctl -q -o cat --no-pager --since '@${since.toFixed(3)}' _COMM=sshd`,
  )
  const count = (pattern: RegExp): number => stdout.match(pattern)?.length ?? 0
  return {
    logins: count(/^Accepted (?:publickey|password) /gm),
    sessions: count(/^Starting session: /gm),
  }
}
