import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { showAddress } from '../address.js'
import { resolveConfig, type HostConfig } from './ssh-config.js'
import type { Target } from '../target.js'

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
  const here = nameOf(target)
  if (behind.includes(here) || behind.length > mostHops)
    throw new FettleError('ssh-config-invalid', {
      message: `the jump hosts lead to each other: ${[...behind, here].join(' goes through ')}`,
      remedy: 'leave ProxyJump out for the first of them (Host * !NAME, or ProxyJump none)',
    })
  if (config.proxyJump === null) return { target, config, via: null }
  const jump = jumpHost(config.proxyJump, config, target)
  const via = await routeTo(jump, sshConfig, [...behind, here])
  return { target, config, via }
}

/** A host as the inventory or a ProxyJump names it. */
function nameOf({ user, host, port }: Target): string {
  const login = user === undefined ? '' : `${user}@`
  const address = port === undefined ? host : showAddress({ host, port })
  return login + address
}

/** The last of the jump hosts that ssh names; those before it are its own. */
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
  // In brackets `%` begins an address's zone.
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

/** ssh's `-F` with its value, in one word or in two. */
function configFilesIn(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (word === '-F') return [word, words[index + 1] ?? '']
    return word.startsWith('-F') ? [word] : []
  })
}
