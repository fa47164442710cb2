import { join } from 'node:path'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Connection, InventoryHost } from '../../inventory/inventory.js'
import type { ConnectOptions, Target } from '../../ssh/connect.js'
import type { RunOptions } from '../options.js'

/** The options of a run that say how hosts are reached. */
export type ConnectSettings = Pick<
  RunOptions,
  | 'project'
  | 'user'
  | 'connectionPassword'
  | 'becomePassword'
  | 'sshConfig'
  | 'acceptNew'
  | 'command'
  | 'stop'
  | 'kill'
>

/**
 * The user to act as on a host; null is the login user. `wanted` is the setting of the task, the
 * play or `-b`; the inventory's `ansible_become*` overrides it. Plain JavaScript may also give
 * `false`, which means no.
 */
export function becomeUser({ become, becomeUser }: Connection, wanted: unknown): string | null {
  if (!(become ?? (wanted === true || typeof wanted === 'string'))) return null
  return becomeUser ?? (typeof wanted === 'string' ? wanted : 'root')
}

/** How to reach a host for a session of a user. */
export function targetOf(
  { name, connection }: InventoryHost,
  become: string | null,
  options: ConnectSettings,
): Target {
  const becomePassword = connection.becomePassword ?? options.becomePassword ?? undefined
  return {
    name,
    host: connection.host,
    local: connection.local,
    become:
      become === null ? null : { user: become, ...omitUndefined({ password: becomePassword }) },
    ...omitUndefined({
      port: connection.port,
      user: connection.user ?? options.user ?? undefined,
      privateKeyFile: connection.privateKeyFile,
      password: connection.password ?? options.connectionPassword ?? undefined,
      commonArguments: connection.commonArguments,
    }),
  }
}

export const connectOptions = ({
  project,
  acceptNew,
  command,
  stop,
  sshConfig,
}: ConnectSettings): ConnectOptions => ({
  knownHostsFiles: [join(project, 'inventory/known_hosts')],
  acceptNew,
  signal: stop,
  ...omitUndefined({ command, sshConfig: sshConfig ?? undefined }),
})
