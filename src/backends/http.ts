import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as secureConnect, TLSSocket } from 'node:tls'
import type { ForwardTarget, HostLink } from '../core/backend.js'
import { FettleError, isCode } from '../core/errors.js'
import { omitUndefined } from '../core/omit-undefined.js'
import type { HttpAnswer, HttpProbe, HttpReader } from '../facts/commands/http.js'
import { TooLate, within } from './deadline.js'
import { reasonOf } from './network-error.js'

/** More of a body than a check needs. */
const bodyLimit = 1024 * 1024

/**
 * Sends requests from the host, through its SSH connection, or from the control machine. Redirects
 * are not followed: they are the answer.
 */
export const httpReader = (link: HostLink): HttpReader => ({
  async request(probe) {
    try {
      return await within(probe.timeout, (limit) => answerTo(probe, link, limit))
    } catch (error) {
      if (probe.from === 'control' || isAnsweredByHost(error)) throw error
      throw (await link.lost()) ?? error
    }
  },
})

/** Where nothing listens, the host itself has answered so, and its link is not lost. */
const isAnsweredByHost = (error: unknown): boolean =>
  isCode(error, 'forward-failed') || isCode(error, 'forward-forbidden')

/** The body of an answer is incomplete. */
class Unfinished extends Error {}

async function answerTo(probe: HttpProbe, link: HostLink, limit: AbortSignal): Promise<HttpAnswer> {
  const url = new URL(probe.url)
  const isFromHost = probe.from === 'host'
  const stream = isFromHost ? await link.connect(targetOf(probe, url), limit) : null
  try {
    return await ask(url, probe.address, stream, limit)
  } catch (error) {
    if (limit.aborted && !(error instanceof Unfinished)) throw limit.reason
    throw error
  } finally {
    stream?.destroy()
  }
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

function targetOf({ address, socket }: HttpProbe, url: URL): ForwardTarget {
  if (socket !== undefined) return { socket }
  return { host: address ?? hostOf(url), port: portOf(url) }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/**
 * TLS over a stream. An address is not sent as server name (RFC 6066), although a certificate may
 * be for one.
 */
function secured(stream: Duplex, host: string): TLSSocket {
  if (isIP(host) !== 0) return secureConnect({ socket: stream, host })
  return secureConnect({ socket: stream, servername: host })
}

function ask(
  url: URL,
  address: string | undefined,
  stream: Duplex | null,
  limit: AbortSignal,
): Promise<HttpAnswer> {
  const secure = url.protocol === 'https:'
  // Node takes the server name for TLS from the Host header.
  const options: RequestOptions = {
    method: 'GET',
    headers: { host: url.host, connection: 'close' },
    signal: limit,
    ...omitUndefined({ hostname: address }),
  }
  // With any agent, even false, Node connects by itself and does not call createConnection.
  if (stream === null) options.agent = false
  else options.createConnection = () => (secure ? secured(stream, hostOf(url)) : stream)
  const send = secure ? secureRequest : request
  return new Promise((resolve, reject) => {
    let answered = false
    const asked = send(url, options, (answer) => {
      answered = true
      const status = answer.statusCode ?? 0
      collect(answer, limit).then((body) => resolve({ status, ...body }), reject)
    })
    asked.on('error', (error) => {
      // Once the answer has begun, `collect` reports how much of it arrived.
      if (answered) return
      if (error instanceof FettleError) reject(error)
      else reject(new Error(whyOf(error, asked), { cause: error }))
    })
    asked.on('close', () => {
      // A server that switches protocols leaves neither an error nor an answer.
      if (answered) return
      reject(new Error('the server closed the connection without an answer'))
    })
    asked.end()
  })
}

function whyOf(error: Error, { socket }: ClientRequest): string {
  // The types promise a socket, but there is none before the connection is made.
  const found: unknown = socket
  const refused = found instanceof TLSSocket && found.authorizationError
  const reason = reasonOf(error)
  return refused ? `its certificate is not trusted: ${reason}` : reason
}

/** The body as text, cut at the limit; the rest is not awaited. */
async function collect(
  answer: IncomingMessage,
  limit: AbortSignal,
): Promise<Pick<HttpAnswer, 'body' | 'isCut'>> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, Math.max(0, bodyLimit - size)))
      size += chunk.length
      if (size > bodyLimit) break
    }
  } catch (cause) {
    throw new Unfinished(unfinished(limit.reason, size), { cause })
  }
  const body = Buffer.concat(chunks).toString()
  return size > bodyLimit ? { body, isCut: true } : { body }
}

function unfinished(ended: unknown, size: number): string {
  if (ended instanceof TooLate)
    return `its body did not end within ${String(ended.seconds)} s (${String(size)} bytes had come)`
  return `the connection ended in the middle of the answer (${String(size)} bytes of its body had come)`
}
