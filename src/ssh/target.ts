import type { Secret } from '../core/secret.js'

/** Another user to act as, through sudo. */
export interface Become {
  readonly user: string
  /** The login user's password. Left out: sudo must not ask for one. */
  readonly password?: Secret
}

/** A host to connect to, as the inventory describes it. What is left out comes from ssh_config. */
export interface Target {
  /** Its name in the inventory, for messages. */
  readonly name: string
  /** Name or address, or an alias of ssh_config (`ansible_host`). */
  readonly host: string
  readonly port?: number
  readonly user?: string
  /** The only key that is tried (`ansible_ssh_private_key_file`); it may be in the agent. */
  readonly privateKeyFile?: string
  readonly password?: Secret
  /** ssh's own `-J`, `-F` and `-o` (`ansible_ssh_common_args`). */
  readonly commonArguments?: readonly string[]
  /** This machine, without SSH (`ansible_connection: local`). Default false. */
  readonly local?: boolean
  /** Null: blocks run as the login user. */
  readonly become: Become | null
}

export interface ConnectOptions {
  /** ssh's `-F`. Left out: the user's and the system's configuration. */
  readonly sshConfig?: string
  /**
   * The project's known_hosts files, read besides the user's and the system's. `acceptNew` writes
   * the first one.
   */
  readonly knownHostsFiles: readonly string[]
  /**
   * Accept and remember the key of a host for which none is known. A changed or revoked key is
   * always refused.
   */
  readonly acceptNew: boolean
  /** The command that connects, for advice: `fettle ping`. Left out: `the same command`. */
  readonly command?: string
  /** Aborts the attempt to connect. */
  readonly signal?: AbortSignal
}
