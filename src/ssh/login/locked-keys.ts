import { lockedKeysOf } from './authentication.js'
import { routeTo, type Route } from '../config/route.js'
import type { ConnectOptions, Target } from '../target.js'

export { unlock } from './private-key.js'

/**
 * The encrypted keys without which these hosts, or a jump host before them, cannot be logged in to,
 * each once: those that the inventory names, and those of ssh_config where no agent, password or
 * unencrypted key is left. Contacts only the agent.
 */
export async function lockedKeys(
  targets: readonly Target[],
  { sshConfig }: Pick<ConnectOptions, 'sshConfig'>,
): Promise<readonly string[]> {
  const remote = targets.filter(({ local }) => local !== true)
  const keys = await Promise.all(remote.map((target) => lockedKeysTo(target, sshConfig)))
  return [...new Set(keys.flat(2))]
}

async function lockedKeysTo(
  target: Target,
  sshConfig: string | undefined,
): Promise<readonly (readonly string[])[]> {
  // Faults of a configuration are reported when its host is connected to.
  const route = await routeTo(target, sshConfig).catch(() => null)
  return Promise.all(hopsOf(route).map((hop) => lockedKeysOf(hop.target, hop.config)))
}

function hopsOf(route: Route | null): readonly Route[] {
  if (route === null) return []
  return [...hopsOf(route.via), route]
}
