import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mirror, upstream } from './mirror.js'
import { takeDown } from './take-down.js'

/**
 * The keeper of one lab, a program of its own: `keeper ID ADDRESS`. It serves packages at the
 * bridge's address, prints its port, and reads standard input, which the lab's owner holds open.
 * When that ends without the word `keep`, the owner is gone, by whatever death, and the keeper
 * takes the lab down.
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
 * Port 80, which is what plain apt sources mean; another one where a web server of this machine has
 * it on all addresses.
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
// Without `await`: the build joins this program into a file of CommonJS, which has none at its top.
void keep(id, address)
