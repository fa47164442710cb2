import { z } from 'zod'
import { scrub } from '../core/scrub/scrub.js'
import { reasonOf } from './network-error.js'

/** Redirects that are followed at most. */
const longestChain = 5
/** How many characters of an answer an error quotes. */
const quoted = 80

export interface FetchLimits {
  /** The only origin that requests are sent to, so that the token cannot go elsewhere. */
  readonly origin: string
  /** Seconds for one request, including redirects and the body. */
  readonly timeout: number
  /** Bytes of the body after decompression. */
  readonly size: number
  readonly onExchange: () => void
}

/**
 * An unusable answer: too long, too slow, cut off, or not JSON. The message continues "GitHub's
 * answer to …".
 */
export class BadAnswer extends Error {
  constructor(
    message: string,
    readonly requestId: string | null = null,
    /** Whether a retry may succeed. */
    readonly retryable = true,
  ) {
    super(message)
  }
}

const requestIdOf = ({ headers }: Response): string | null => headers.get('x-github-request-id')

/**
 * The `fetch` for Octokit, with limits in time and size. It follows redirects within the origin
 * only, with the same method and body (a renamed repository answers 301 or 307). A redirect to
 * another origin is returned as the response.
 * @throws BadAnswer for an answer beyond the limits, and for a success that is not JSON
 */
export function fetchWithin(limits: FetchLimits): typeof fetch {
  return async (input, init) => {
    const time = AbortSignal.timeout(limits.timeout * 1000)
    let url = new URL(input instanceof Request ? input.url : String(input))
    for (let hop = 0; ; hop++) {
      limits.onExchange()
      const response = await begin(url, { ...init, redirect: 'manual', signal: time }, limits)
      const target = redirectOf(response, url)
      if (target?.origin !== limits.origin || hop === longestChain)
        return whole(response, await read(response, limits, time))
      await response.body?.cancel()
      url = target
    }
  }
}

/** The target of a redirect; null for other responses, and for a location that is not a URL. */
function redirectOf({ status, headers }: Response, from: URL): URL | null {
  if (status < 300 || status >= 400) return null
  const location = headers.get('location')
  if (location === null || !URL.canParse(location, from.href)) return null
  return new URL(location, from)
}

/** Sends a request and waits for the response's headers. Node limits their size. */
async function begin(
  url: URL,
  init: RequestInit & { readonly signal: AbortSignal },
  { timeout }: FetchLimits,
): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (init.signal.aborted) throw new BadAnswer(`did not come within ${String(timeout)} s`)
    if (/^HPE_|^UND_ERR_HEADERS_OVERFLOW$/.test(codeOf(error)))
      throw new BadAnswer(`is no HTTP that can be read: ${reasonOf(error)}`)
    throw new Error(reasonOf(error), { cause: error })
  }
}

const causeShape = z.object({ cause: z.object({ code: z.string() }) })
/** The code of the error that fetch gives as its cause. */
const codeOf = (error: unknown): string => causeShape.safeParse(error).data?.cause.code ?? ''

async function read(
  response: Response,
  { size, timeout }: FetchLimits,
  time: AbortSignal,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const bad = (how: string, retryable = true): BadAnswer =>
    new BadAnswer(how, requestIdOf(response), retryable)
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > size) {
        const how = `is longer than ${String(size)} bytes: it was given up after ${String(length)}`
        throw bad(how, false)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof BadAnswer) throw error
    if (time.aborted)
      throw bad(`was not whole within ${String(timeout)} s: ${String(length)} bytes had come`)
    throw bad(`ended after ${String(length)} bytes: ${reasonOf(error)}`)
  }
  return Buffer.concat(chunks).toString()
}

/**
 * The response as Octokit expects it. Instead of a body that is not JSON it gets a description, in
 * the place of GitHub's message.
 */
function whole(response: Response, text: string): Response {
  const { status, statusText, headers } = response
  return new Response(bodyOf(response, text), {
    status,
    statusText,
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
  })
}

function bodyOf(response: Response, text: string): string | null {
  const { status, headers } = response
  if (text === '' && (status === 204 || !response.ok)) return null
  const type = headers.get('content-type')
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type ?? '') && parses(text)) return text
  const description = described(type, text)
  if (!response.ok) return JSON.stringify({ message: description })
  const found = type === null ? description : `with ${description}`
  throw new BadAnswer(`is no JSON: ${String(status)} ${found}`, requestIdOf(response))
}

function described(type: string | null, text: string): string {
  // Scrubbed before it is cut: half a secret would not be recognised.
  const words = scrub(text).replace(/\s+/g, ' ').trim()
  const size = `${type ?? 'without a content type'}, ${String(Buffer.byteLength(text))} bytes`
  if (words === '') return size
  const start = words.length > quoted ? `${words.slice(0, quoted)}…` : words
  return `${size}: ${JSON.stringify(start)}`
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
