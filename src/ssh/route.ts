import { FettleError } from '../core/errors.js'
import { showAddress } from './address.js'
import { resolveConfig, type HostConfig } from './ssh-config.js'
import type { Target } from './target.js'

/** A host, what holds for it, and the jump host that leads to it; null: none. */
export interface Route {
  readonly target: Target
  readonly config: HostConfig
  readonly via: Route | null
}

/**
 * The way to a host. Each jump host is resolved as the `ssh -W` that OpenSSH would start for it: with its own configuration, without
 * the user, port, keys and passwords of the host behind it; of what ssh was told only `-F` holds for it, and `-J` names those before it.
 * @throws FettleError `ssh-config-…`; `ssh-config-invalid` too when jump hosts lead to each other
 */
export async function routeTo(target: Target, sshConfig: string | undefined, behind: readonly string[] = []): Promise<Route> {
  const config = await resolveConfig(target, sshConfig, behind.length === 0 ? 'shell' : 'jump')
  const here = `${config.user}@${showAddress(config)}`
  if (behind.includes(here)) throw new FettleError('ssh-config-invalid', { message: `the jump hosts lead to each other: ${[...behind, here].join(' goes through ')}`, remedy: 'leave ProxyJump out for the first of them (Host * !NAME, or ProxyJump none)' })
  const via = config.proxyJump === null ? null : await routeTo(jumpHost(config.proxyJump, config, target), sshConfig, [...behind, here])
  return { target, config, via }
}

/** The last of the jump hosts that ssh names; those before it are its own. */
function jumpHost(list: string, { host, originalHost, port, user }: HostConfig, { name, commonArguments = [] }: Target): Target {
  const comma = list.lastIndexOf(',')
  const [, own, address = '', ownPort] = /^(?:(.+)@)?(\[[^\]]+\]|[^:@]+)(?::(\d+))?$/.exec(list.slice(comma + 1)) ?? []
  if (address === '') throw new FettleError('ssh-config-invalid', { message: `${name}: ${JSON.stringify(list)} names no jump host` })
  const tokens: Readonly<Record<string, string>> = { '%h': host, '%n': originalHost, '%p': String(port), '%r': user, '%%': '%' }
  // In brackets `%` begins an address's zone.
  const jump = address.startsWith('[') ? address.slice(1, -1) : address.replace(/%./g, (token) => tokens[token] ?? token)
  const files = commonArguments.flatMap((word, index) => (word === '-F' ? [word, commonArguments[index + 1] ?? ''] : word.startsWith('-F') ? [word] : []))
  return {
    name: `jump host ${jump}`,
    host: jump,
    ...(own === undefined ? {} : { user: own }),
    ...(ownPort === undefined ? {} : { port: Number(ownPort) }),
    commonArguments: [...files, ...(comma < 0 ? [] : ['-J', list.slice(0, comma)])],
    become: null,
  }
}
