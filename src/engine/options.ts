import type { Secret } from '../core/secret.js'
import type { DecisiveFiles } from '../files/untrusted-paths.js'
import type { RunMode } from './events.js'

/** What the command line decides about a run. */
export interface RunOptions {
  readonly mode: RunMode
  /** The project's directory: `templates/`, `.env`, sources. */
  readonly project: string
  /** Hosts at once, over the plays' own. */
  readonly forks: number | null
  /** Only hosts that this pattern matches too. */
  readonly limit: string | null
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly startAtTask: string | null
  /** `-b`: act as root where neither play nor task says otherwise. */
  readonly become: boolean
  /** `-K`: sudo's password for every host that has none of its own. */
  readonly becomePassword: Secret | null
  /** `-k`: the login password for every host that has none of its own. */
  readonly connectionPassword: Secret | null
  /** `-u`: the login user for every host that has none of its own. */
  readonly user: string | null
  /** `--ssh-config`: ssh's `-F`. */
  readonly sshConfig: string | null
  /**
   * `--accept-new`: unknown host keys are written to `inventory/known_hosts`; changed ones are
   * refused all the same.
   */
  readonly acceptNew: boolean
  /** The command that is run, for advice: `fettle apply`. */
  readonly command?: string
  /**
   * What was loaded, to tell who else may change it; sources and templates are added. Left out:
   * nobody is told of.
   */
  readonly decisive?: DecisiveFiles
  /** Aborted by the first Ctrl-C: changes under way are finished, nothing new is begun. */
  readonly stop: AbortSignal
  /** Aborted by the second Ctrl-C: changes under way are ended on their hosts. */
  readonly kill: AbortSignal
}
