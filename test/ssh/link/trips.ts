import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds of silence after which a server is assumed to wait for its client. */
const silence = 250

/**
 * A TCP proxy that counts round trips, however fast the machine is. It holds the server's data
 * until the server is silent, and counts how often it forwards some: the round trips of a
 * connection after the TCP handshake.
 */
export class Trips {
  count = 0
  #muted = false
  readonly #sockets: Socket[] = []

  private constructor(
    readonly port: number,
    readonly close: () => void,
  ) {}

  static async to(port: number): Promise<Trips> {
    const server = createServer((client) =>
      trips.#join(client, connect({ host: '127.0.0.1', port, noDelay: true })),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const trips: Trips = new Trips((server.address() as AddressInfo).port, () => {
      server.close()
      for (const socket of trips.#sockets) socket.destroy()
    })
    return trips
  }

  /** From now on the server's data is dropped, without closing. */
  mute(): void {
    this.#muted = true
  }

  #join(client: Socket, server: Socket): void {
    this.#sockets.push(client.setNoDelay(), server)
    client.on('error', () => undefined).on('close', () => server.destroy())
    server.on('error', () => undefined).on('close', () => this.#muted || client.destroy())
    client.pipe(server)
    const held: Buffer[] = []
    let spoken = 0
    server.on('data', (chunk: Buffer) => {
      held.push(chunk)
      const now = (spoken += 1)
      void delay(silence).then(() => {
        if (now !== spoken || this.#muted) return
        this.count += 1
        client.write(Buffer.concat(held.splice(0)))
      })
    })
  }
}
