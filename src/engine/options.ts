import type { Secret } from '../core/secret.js'
import type { DecisiveFiles } from '../files/untrusted-paths.js'
import type { RunMode } from './events.js'

/** The command line's settings for a run. */
export interface RunOptions {
  readonly mode: RunMode
  /** The project's directory: `templates/`, `.env`, sources. */
  readonly project: string
  /** Hosts at once; overrides the plays' settings. */
  readonly forks: number | null
  /** Only hosts that also match this pattern. */
  readonly limit: string | null
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly startAtTask: string | null
  /** `-b`: act as root where neither play nor task says otherwise. */
  readonly become: boolean
  /** `-K`: sudo's password for hosts without one in the inventory. */
  readonly becomePassword: Secret | null
  /** `-k`: the login password for hosts without one in the inventory. */
  readonly connectionPassword: Secret | null
  /** `-u`: the login user for hosts without one in the inventory. */
  readonly user: string | null
  /** `--ssh-config`: ssh's `-F`. */
  readonly sshConfig: string | null
  /**
   * `--accept-new`: unknown host keys are accepted and written to `inventory/known_hosts`; changed
   * ones are still refused.
   */
  readonly acceptNew: boolean
  /** `--begin-anyway`: also where the plan of a host knows a failure. Default false. */
  readonly beginAnyway?: boolean
  /** The command of this run, for remedies: `fettle apply`. */
  readonly command?: string
  /**
   * Files that were loaded, to warn where others may change them; sources and templates are added.
   * Left out: no warnings.
   */
  readonly decisive?: DecisiveFiles
  /** Aborted by the first Ctrl-C: changes under way are finished, nothing new is started. */
  readonly stop: AbortSignal
  /** Aborted by the second Ctrl-C: changes under way are ended on their hosts. */
  readonly kill: AbortSignal
}
