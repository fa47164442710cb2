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

/** Names that are made of each other (`ProxyJump x%h`) would have no end. */
const mostHops = 16

/**
 * The way to a host. Each jump host is resolved as the `ssh -W` that OpenSSH would start for it:
 * with its own configuration, without the user, port, keys and passwords of the host behind it; of
 * what ssh was told only `-F` holds for it, and `-J` names those before it.
 * @throws FettleError `ssh-config-…`; `ssh-config-invalid` too when jump hosts lead to each other
 */
export async function routeTo(
  target: Target,
  sshConfig: string | undefined,
  behind: readonly string[] = [],
): Promise<Route> {
  const config = await resolveConfig(target, sshConfig, behind.length === 0 ? 'shell' : 'jump')
  // Not its address: a host may well have the one that its jump host has elsewhere.
  const here = `${target.user === undefined ? '' : `${target.user}@`}${target.port === undefined ? target.host : showAddress({ host: target.host, port: target.port })}`
  if (behind.includes(here) || behind.length > mostHops)
    throw new FettleError('ssh-config-invalid', {
      message: `the jump hosts lead to each other: ${[...behind, here].join(' goes through ')}`,
      remedy: 'leave ProxyJump out for the first of them (Host * !NAME, or ProxyJump none)',
    })
  const via =
    config.proxyJump === null
      ? null
      : await routeTo(jumpHost(config.proxyJump, config, target), sshConfig, [...behind, here])
  return { target, config, via }
}

/** The last of the jump hosts that ssh names; those before it are its own. */
function jumpHost(
  list: string,
  { host, originalHost, port, user }: HostConfig,
  { name, commonArguments = [] }: Target,
): Target {
  const comma = list.lastIndexOf(',')
  const [, own, address = '', ownPort] =
    /^(?:(.+)@)?(\[[^\]]+\]|[^:@]+)(?::(\d+))?$/.exec(list.slice(comma + 1)) ?? []
  if (address === '')
    throw new FettleError('ssh-config-invalid', {
      message: `${name}: ${JSON.stringify(list)} names no jump host`,
    })
  const tokens: Readonly<Record<string, string>> = {
    '%h': host,
    '%n': originalHost,
    '%p': String(port),
    '%r': user,
    '%%': '%',
  }
  // In brackets `%` begins an address's zone.
  const jump = address.startsWith('[')
    ? address.slice(1, -1)
    : address.replace(/%./g, (token) => tokens[token] ?? token)
  const files = commonArguments.flatMap((word, index) =>
    word === '-F' ? [word, commonArguments[index + 1] ?? ''] : word.startsWith('-F') ? [word] : [],
  )
  return {
    name: `jump host ${jump}`,
    host: jump,
    ...(own === undefined ? {} : { user: own }),
    ...(ownPort === undefined ? {} : { port: Number(ownPort) }),
    commonArguments: [...files, ...(comma < 0 ? [] : ['-J', list.slice(0, comma)])],
    become: null,
  }
}
