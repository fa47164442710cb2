import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mirror, upstream } from './mirror.js'
import { takeDown } from './take-down.js'

/**
 * The watchdog of one lab, a separate program: `keeper ID ADDRESS`. It serves packages at the
 * bridge's address, prints its port, and reads standard input, which the lab's owner holds open.
 * When that ends without the word `keep`, the owner has died in whatever way, and the keeper takes
 * the lab down.
 */
async function keep(id: string, address: string): Promise<void> {
  const server = mirror(await upstream())
  process.stdout.write(`${await listen(server, address)}\n`)
  const words: Buffer[] = []
  process.stdin.on('data', (bytes: Buffer) => words.push(bytes))
  await once(process.stdin, 'end')
  if (Buffer.concat(words).toString().trim() === 'keep') return
  await takeDown(id)
  process.exit()
}

/**
 * Listens on port 80, which plain apt sources mean; on another one if a web server of this machine
 * listens there on all addresses.
 */
async function listen(server: Server, address: string): Promise<number> {
  for (const port of [80, 0]) {
    const listening = once(server, 'listening')
    server.listen(port, address)
    try {
      await listening
      break
    } catch (error) {
      if (port === 0) throw error
    }
  }
  return (server.address() as AddressInfo).port
}

const [id = '', address = ''] = process.argv.slice(2)
// Without `await`: the build bundles this program as CommonJS, which has no top-level await.
void keep(id, address)
