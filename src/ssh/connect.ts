import { localTransport } from './link/local.js'
import { openSession } from './shell/open-session.js'
import { unlessAborted } from './link/link.js'
import type { Session } from './session.js'
import { routeTo } from './config/route.js'
import type { ConnectOptions, Target } from './target.js'
import type { Transport } from './transport.js'

export type { Become, ConnectOptions, Target } from './target.js'

/**
 * Connects to a host, over SSH or locally, and starts its privileged shell without waiting for it:
 * the first exchange is sent together with the start.
 * @throws FettleError with the cause as its code: `unreachable`, `host-key-…`, `ssh-…`, `key-…`.
 *   `sudo-…` is thrown here only with a sudo password; otherwise `started` and the first exchange
 *   reject with it
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

/** Imports ssh2 lazily, and in parallel to `ssh -G`: a run on this machine only never loads it. */
async function overSsh(target: Target, options: ConnectOptions): Promise<Transport> {
  const [route, { connectAlong }] = await unlessAborted(
    Promise.all([routeTo(target, options.sshConfig), import('./link/connect-route.js')]),
    options.signal,
  )
  return connectAlong(route, options)
}
