import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** `up`: towards the host. */
export type Direction = 'up' | 'down'

/** How the connection is cut, and where in its traffic. */
export interface Cut {
  readonly direction: Direction
  /** How many bytes in that direction still pass. */
  readonly bytes: number
  /**
   * `reset` and `end` close it in both directions. A `hole` drops everything, also the client's
   * end: the host never learns that it has gone. A function pauses the traffic until it resolves.
   */
  readonly how: 'reset' | 'end' | 'hole' | (() => Promise<void>)
}

/** A TCP proxy that counts bytes and cuts the next connections after a number of them. */
export class CuttingProxy {
  /** Bytes since it was last armed. */
  readonly passed: Record<Direction, number> = { up: 0, down: 0 }
  #cut: Cut | null = null
  /** Whether the cut has been made. */
  done = false
  readonly #sockets = new Set<Socket>()

  private constructor(
    readonly port: number,
    readonly close: () => void,
  ) {}

  static async to(host: string, port: number): Promise<CuttingProxy> {
    const server = createServer((client) =>
      proxy.#join(client.setNoDelay(), connect({ host, port, noDelay: true })),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy: CuttingProxy = new CuttingProxy((server.address() as AddressInfo).port, () => {
      server.close()
      for (const socket of proxy.#sockets) socket.destroy()
    })
    return proxy
  }

  /** Resets the counts; null: nothing is cut. */
  arm(cut: Cut | null): void {
    this.#cut = cut
    this.done = false
    Object.assign(this.passed, { up: 0, down: 0 })
  }

  #join(client: Socket, server: Socket): void {
    const link = { client, server, lost: false }
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket)
          if (!link.lost) other.destroy()
        })
    }
    client.on('data', (chunk: Buffer) => this.#pass(link, 'up', chunk))
    server.on('data', (chunk: Buffer) => this.#pass(link, 'down', chunk))
  }

  #pass(link: Link, direction: Direction, chunk: Buffer): void {
    if (link.lost) return
    const to = direction === 'up' ? link.server : link.client
    const before = this.passed[direction]
    this.passed[direction] += chunk.length
    const cut = this.#cut
    if (
      cut === null ||
      this.done ||
      cut.direction !== direction ||
      before + chunk.length < cut.bytes
    ) {
      to.write(chunk)
      return
    }
    this.done = true
    to.write(chunk.subarray(0, cut.bytes - before))
    this.#make(link, cut.how, () => to.write(chunk.subarray(cut.bytes - before)))
  }

  #make(link: Link, how: Cut['how'], goOn: () => void): void {
    const both = [link.client, link.server]
    if (typeof how === 'function') {
      for (const socket of both) socket.pause()
      void how()
        .then(goOn)
        .finally(() => {
          for (const socket of both) socket.resume()
        })
      return
    }
    link.lost = true
    if (how === 'reset') for (const socket of both) socket.resetAndDestroy()
    if (how === 'end') for (const socket of both) socket.end()
  }
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** Everything is dropped. */
  lost: boolean
}
