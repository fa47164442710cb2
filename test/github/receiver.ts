import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly event: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A small webhook receiver. */
export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** The status of its answers. Default 200. */
  status: number
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const receiver = {
    url: '',
    received,
    status: 200,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer((request, response) => {
    let body = ''
    request
      .setEncoding('utf8')
      .on('data', (part: string) => (body += part))
      .on('end', () => {
        received.push({
          event: String(request.headers['x-github-event']),
          headers: request.headers,
          body,
        })
        response.writeHead(receiver.status).end(receiver.status === 200 ? 'accepted' : 'refused')
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  receiver.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hooks/demo`
  return receiver
}

/** Whether a delivery was signed with a secret. */
export const isSignedWith = ({ headers, body }: Received, secret: string): boolean =>
  headers['x-hub-signature-256'] ===
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
