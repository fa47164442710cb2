import { connectSsh } from './connection.js'
import { directDialer } from './direct.js'
import { JumpHosts } from './jump-hosts.js'
import type { Dialer } from './link.js'
import { commandDialer } from './proxy-command.js'
import type { Route } from '../config/route.js'
import type { SshTransport } from './ssh-transport.js'
import type { ConnectOptions } from '../target.js'

const jumpHosts = new JumpHosts()

/**
 * Opens a connection along a route; its login has at least been started. Jump hosts are shared with
 * all other connections that go through them.
 */
export const connectAlong = (route: Route, options: ConnectOptions): Promise<SshTransport> =>
  connectSsh(route.target, route.config, dialerOf(route, options), options)

function dialerOf({ config, via }: Route, options: ConnectOptions): Dialer {
  if (via !== null)
    return jumpHosts.dialer(nameOf(via, options), () => loggedIn(via, options), config)
  if (config.proxyCommand !== null) return commandDialer(config.proxyCommand, config)
  return directDialer(config)
}

/** A cache key of everything that a connection depends on. */
const nameOf = ({ config, via }: Route, options: ConnectOptions): string =>
  JSON.stringify([
    config,
    via === null ? null : nameOf(via, options),
    options.knownHostsFiles,
    options.acceptNew,
  ])

async function loggedIn(route: Route, options: ConnectOptions): Promise<SshTransport> {
  const transport = await connectAlong(route, options)
  try {
    await transport.loggedIn
    return transport
  } catch (error) {
    await transport.close()
    throw error
  }
}
