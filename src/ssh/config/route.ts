import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { showAddress } from '../address.js'
import { resolveConfig, type HostConfig } from './ssh-config.js'
import type { Target } from '../target.js'

/** A host, its configuration, and the jump host that leads to it (null: none). */
export interface Route {
  readonly target: Target
  readonly config: HostConfig
  readonly via: Route | null
}

/** Limits the chain: names that are made of each other (`ProxyJump x%h`) would never end. */
const maxHops = 16

/**
 * Resolves the route to a host. Each jump host is configured as the `ssh -W` that OpenSSH would
 * start for it: by its own configuration, without the user, port, keys and passwords of the host
 * behind it. Of ssh's arguments it inherits only `-F`; `-J` names the jump hosts before it.
 * @throws FettleError `ssh-config-…`; `ssh-config-invalid` also for a cycle of jump hosts
 */
export async function routeTo(
  target: Target,
  sshConfig: string | undefined,
  hostsBehind: readonly string[] = [],
): Promise<Route> {
  const config = await resolveConfig(target, sshConfig, hostsBehind.length === 0 ? 'shell' : 'jump')
  // Compares names and not addresses: a host may have the address that its jump host has in another
  // network.
  const here = nameOf(target)
  if (hostsBehind.includes(here) || hostsBehind.length > maxHops)
    throw new FettleError('ssh-config-invalid', {
      message: `the jump hosts lead to each other: ${[...hostsBehind, here].join(' goes through ')}`,
      remedy: 'leave ProxyJump out for the first of them (Host * !NAME, or ProxyJump none)',
    })
  if (config.proxyJump === null) return { target, config, via: null }
  const jump = jumpHost(config.proxyJump, config, target)
  const via = await routeTo(jump, sshConfig, [...hostsBehind, here])
  return { target, config, via }
}

/** Formats a host the way the inventory or a ProxyJump names it. */
function nameOf({ user, host, port }: Target): string {
  const login = user === undefined ? '' : `${user}@`
  const address = port === undefined ? host : showAddress({ host, port })
  return login + address
}

/** The target of the last jump host in the list; the ones before it become its own ProxyJump. */
function jumpHost(
  list: string,
  { host, originalHost, port, user }: HostConfig,
  { name, commonArguments = [] }: Target,
): Target {
  const comma = list.lastIndexOf(',')
  const last = list.slice(comma + 1)
  const [, own, address = '', ownPort] =
    /^(?:(.+)@)?(\[[^\]]+\]|[^:@]+)(?::(\d+))?$/.exec(last) ?? []
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
  // Inside brackets, `%` starts the address's zone.
  const jump = address.startsWith('[')
    ? address.slice(1, -1)
    : address.replace(/%./g, (token) => tokens[token] ?? token)
  const files = configFilesIn(commonArguments)
  const before = comma < 0 ? [] : ['-J', list.slice(0, comma)]
  const ownNumber = ownPort === undefined ? undefined : Number(ownPort)
  return {
    name: `jump host ${jump}`,
    host: jump,
    ...omitUndefined({ user: own, port: ownNumber }),
    commonArguments: [...files, ...before],
    become: null,
  }
}

/** Extracts ssh's `-F` with its value, written as one word or two. */
function configFilesIn(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (word === '-F') return [word, words[index + 1] ?? '']
    return word.startsWith('-F') ? [word] : []
  })
}
