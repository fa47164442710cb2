import { request, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as secureConnect } from 'node:tls'
import type { HttpAnswer, HttpProbe, HttpReader } from '../core/fact.js'
import type { ForwardTarget, Session } from '../ssh/session.js'

/** More of a page than a check can want to see. */
const bodyLimit = 1024 * 1024

/** Asks from the host, through its SSH connection, or from here. Redirects are answers, not followed. */
export const httpReader = (session: Pick<Session, 'forward'>): HttpReader => ({
  async request(probe) {
    const url = new URL(probe.url)
    const stream = probe.from === 'host' ? await session.forward(targetOf(probe, url)) : null
    return ask(url, probe.timeout, stream)
  },
})

function targetOf({ socket }: HttpProbe, url: URL): ForwardTarget {
  if (socket !== undefined) return { socket }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

function ask(url: URL, timeout: number, stream: Duplex | null): Promise<HttpAnswer> {
  const secure = url.protocol === 'https:'
  const options: RequestOptions = { method: 'GET', headers: { connection: 'close' }, timeout: timeout * 1000 }
  // With any agent, false included, Node connects by itself and never asks createConnection.
  if (stream === null) options.agent = false
  else options.createConnection = () => (secure ? secureConnect({ socket: stream, servername: url.hostname }) : stream)
  return new Promise((resolve, reject) => {
    const asked = (secure ? secureRequest : request)(url, options, (answer) => {
      collect(answer).then(
        (body) => resolve({ status: answer.statusCode ?? 0, body }),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      )
    })
    const deadline = setTimeout(() => asked.destroy(new Error(`no answer within ${String(timeout)} s`)), timeout * 1000)
    asked.on('error', reject)
    asked.on('close', () => {
      clearTimeout(deadline)
      stream?.destroy()
    })
    asked.end()
  })
}

async function collect(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= bodyLimit) chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
