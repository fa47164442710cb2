import { localTransport } from './link/local.js'
import { openSession } from './shell/open-session.js'
import { unlessAborted } from './link/link.js'
import type { Session } from './session.js'
import { routeTo } from './config/route.js'
import type { ConnectOptions, Target } from './target.js'
import type { Transport } from './transport.js'

export type { Become, ConnectOptions, Target } from './target.js'

/**
 * Connects to a host, over SSH or here, and starts its privileged shell without waiting for it: the
 * first exchange travels with what starts it.
 * @throws FettleError whose code says what stands in the way: `unreachable`, `host-key-…`, `ssh-…`,
 * `key-…`, with a password `sudo-…` too, which otherwise comes from `started` and the first
 * exchange
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Session> {
  const transport = target.local === true ? localTransport() : await overSsh(target, options)
  try {
    return await unlessAborted(openSession(transport, target.become), options.signal)
  } catch (error) {
    await transport.close()
    throw error
  }
}

/**
 * ssh2 is loaded only for a host that is not this machine, and while ssh answers what its
 * configuration says of the host.
 */
async function overSsh(target: Target, options: ConnectOptions): Promise<Transport> {
  const [route, { connectAlong }] = await unlessAborted(
    Promise.all([routeTo(target, options.sshConfig), import('./link/connect-route.js')]),
    options.signal,
  )
  return connectAlong(route, options)
}
