import { once } from 'node:events'
import { connect } from 'node:net'
import { omitUndefined } from '../../core/omit-undefined.js'
import { withTimeLimit, type Dialer } from './link.js'
import type { HostConfig } from '../config/ssh-config.js'

type Peer = Pick<HostConfig, 'host' | 'port' | 'connectSeconds' | 'family' | 'bindAddress'>

/**
 * A TCP connection with a socket made here: ssh2 opens its without TCP_NODELAY, which makes 44 ms
 * instead of 2 for every exchange.
 */
export const directDialer = ({
  host,
  port,
  connectSeconds,
  family,
  bindAddress,
}: Peer): Dialer => ({
  loginKey: `${host} ${port}`,
  async dial(place, signal) {
    const socket = connect({
      host,
      port,
      noDelay: true,
      family,
      ...omitUndefined({ localAddress: bindAddress ?? undefined }),
    })
    await withTimeLimit(connectSeconds, place, signal, (limit) =>
      once(socket, 'connect', { signal: limit }),
    ).catch((error: unknown) => {
      socket.on('error', () => undefined).destroy()
      throw error
    })
    return {
      stream: socket,
      async hangUp() {
        socket.destroySoon()
        // Errors no longer matter here; `once` from node:events would throw them.
        if (!socket.closed)
          await new Promise<void>((resolve) => socket.once('close', () => resolve()))
      },
      why: () => null,
    }
  },
})
