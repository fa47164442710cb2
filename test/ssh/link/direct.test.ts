import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { directDialer } from '../../../src/ssh/link/direct.js'

test('a link that breaks while it is closed counts as closed', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const accepted = once(server, 'connection')
    const link = await directDialer({
      host: '127.0.0.1',
      port,
      connectSeconds: 10,
      family: 4,
      bindAddress: null,
    }).dial('web', undefined)
    link.stream.on('error', () => undefined)
    const [other] = (await accepted) as [Socket]
    other.resetAndDestroy()
    link.stream.write('goodbye')
    await expect(link.hangUp()).resolves.toBeUndefined()
  } finally {
    server.close()
  }
})
