import { connectSsh } from './connection.js'
import { localTransport } from './local.js'
import { openSession } from './open-session.js'
import type { Session } from './session.js'
import type { ConnectOptions, Target } from './target.js'

export type { Become, ConnectOptions, Target } from './target.js'

/**
 * Connects to a host, over SSH or here, and starts its privileged shell.
 * @throws FettleError whose code says what stands in the way: `unreachable`, `host-key-…`, `ssh-…`, `key-…`, `sudo-…`
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Session> {
  const transport = target.local === true ? localTransport() : await connectSsh(target, options)
  try {
    return await openSession(transport, target.become)
  } catch (error) {
    await transport.close()
    throw error
  }
}
