import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** How a link ends: at once for both sides, or silently, so that neither side notices. */
export type Cut = 'reset' | 'silence'

/** A TCP proxy in front of a host's sshd whose link can be cut. */
export interface Proxy {
  readonly port: number
  /** Packets from the client since the last `cutAfter`. */
  readonly pieces: () => number
  /**
   * Cuts after that many packets from the client; Infinity: never. Closes links that were cut
   * before.
   */
  cutAfter(pieces: number): void
  cut(how: Cut): void
  close(): void
}

export async function startProxy(host: string, hostPort = 22): Promise<Proxy> {
  const open = new Set<readonly [Socket, Socket]>()
  let pieces = 0
  let most = Infinity
  const cut = (how: Cut): void => {
    for (const link of open)
      for (const socket of link)
        if (how === 'reset') socket.resetAndDestroy()
        else socket.pause().removeAllListeners('data')
  }
  const server = createServer((client) => {
    const sshd = connect(hostPort, host)
    const link = [client.setNoDelay(true), sshd.setNoDelay(true)] as const
    open.add(link)
    for (const [from, to] of [link, [sshd, client] as const]) {
      from
        .on('error', () => undefined)
        .on('close', () => {
          to.destroy()
          open.delete(link)
        })
      from.on('data', (data) => {
        if (from === client && ++pieces > most) cut('reset')
        else to.write(data)
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    pieces: () => pieces,
    cutAfter(wanted) {
      cut('reset')
      ;[pieces, most] = [0, wanted]
    },
    cut,
    close() {
      cut('reset')
      server.close()
    },
  }
}
