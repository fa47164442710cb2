import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as secureConnect, TLSSocket } from 'node:tls'
import { FettleError, isCode } from '../core/errors.js'
import type { HttpAnswer, HttpProbe, HttpReader } from '../core/fact.js'
import type { ForwardTarget, Session } from '../ssh/session.js'
import { TooLate, within } from './deadline.js'
import { forwarded, lossOf } from './forwarded.js'
import { reasonOf } from './network-error.js'

/** More of a page than a check can want to see. */
const bodyLimit = 1024 * 1024

/**
 * Asks from the host, through its SSH connection, or from here. Redirects are answers, not
 * followed.
 */
export const httpReader = (session: Pick<Session, 'forward' | 'exchange'>): HttpReader => ({
  async request(probe) {
    try {
      return await within(probe.timeout, (limit) => answerTo(probe, session, limit))
    } catch (error) {
      // Where nobody listens, the host itself has said so.
      const heard =
        probe.from === 'control' ||
        isCode(error, 'forward-failed') ||
        isCode(error, 'forward-forbidden')
      throw (heard ? null : await lossOf(session)) ?? error
    }
  },
})

/** An answer that began and did not come whole. */
class Unfinished extends Error {}

async function answerTo(
  probe: HttpProbe,
  session: Pick<Session, 'forward'>,
  limit: AbortSignal,
): Promise<HttpAnswer> {
  const url = new URL(probe.url)
  const stream =
    probe.from === 'host' ? await forwarded(session, targetOf(probe, url), limit) : null
  try {
    return await ask(url, probe.address, stream, limit)
  } catch (error) {
    throw limit.aborted && !(error instanceof Unfinished) ? limit.reason : error
  } finally {
    stream?.destroy()
  }
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

function targetOf({ address, socket }: HttpProbe, url: URL): ForwardTarget {
  if (socket !== undefined) return { socket }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { host: address ?? hostOf(url), port }
}

/**
 * TLS over a stream. A certificate may be for an address, but an address is no server name (RFC
 * 6066).
 */
function secured(stream: Duplex, host: string): TLSSocket {
  return secureConnect({ socket: stream, ...(isIP(host) === 0 ? { servername: host } : { host }) })
}

function ask(
  url: URL,
  address: string | undefined,
  stream: Duplex | null,
  limit: AbortSignal,
): Promise<HttpAnswer> {
  const secure = url.protocol === 'https:'
  // Node takes the server's name from the header.
  const options: RequestOptions = {
    method: 'GET',
    headers: { host: url.host, connection: 'close' },
    signal: limit,
    ...(address === undefined ? {} : { hostname: address }),
  }
  // With any agent, false included, Node connects by itself and never asks createConnection.
  if (stream === null) options.agent = false
  else options.createConnection = () => (secure ? secured(stream, hostOf(url)) : stream)
  return new Promise((resolve, reject) => {
    const asked = (secure ? secureRequest : request)(url, options, (answer) => {
      answered = true
      collect(answer, limit).then(
        (body) => resolve({ status: answer.statusCode ?? 0, ...body }),
        reject,
      )
    })
    let answered = false
    // Once the answer has begun, who reads it tells how far that went.
    asked.on(
      'error',
      (error) =>
        answered ||
        reject(
          error instanceof FettleError ? error : new Error(whyOf(error, asked), { cause: error }),
        ),
    )
    // A server that switches to another protocol is left without an error and without an answer.
    asked.on(
      'close',
      () => answered || reject(new Error('the server closed the connection without an answer')),
    )
    asked.end()
  })
}

function whyOf(error: Error, { socket }: ClientRequest): string {
  // The types promise a socket; there is none before a connection is made.
  const refused =
    (socket as unknown) instanceof TLSSocket && (socket as TLSSocket).authorizationError
  return `${refused ? 'its certificate is not trusted: ' : ''}${reasonOf(error)}`
}

/** The body as text, up to the limit; the rest is not waited for. */
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
    const late: unknown = limit.reason
    throw new Unfinished(
      late instanceof TooLate
        ? `its body did not end within ${String(late.seconds)} s (${String(size)} bytes had come)`
        : `the connection ended in the middle of the answer (${String(size)} bytes of its body had come)`,
      { cause },
    )
  }
  return { body: Buffer.concat(chunks).toString(), ...(size > bodyLimit && { isCut: true }) }
}
