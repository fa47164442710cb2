import { createHmac } from 'node:crypto'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { GithubState, StoredDelivery, StoredHook, StoredRepository } from './state.js'

/**
 * GitHub's time limit for a delivery, in seconds (docs.github.com, "Best practices for using
 * webhooks").
 */
const limit = 10
/** Bytes of an answer that are recorded; the rest is not read. */
const maxBytes = 1024 * 1024

interface DeliveryResponse {
  readonly statusCode: number
  readonly status: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

const sign = (algorithm: 'sha1' | 'sha256', secret: string, body: string): string =>
  `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`

function headersOf(
  repository: StoredRepository,
  hook: StoredHook,
  event: string,
  guid: string,
  body: string,
): Readonly<Record<string, string>> {
  const { contentType, secret } = hook.config
  const unsigned = {
    Accept: '*/*',
    'User-Agent': 'GitHub-Hookshot/b8c71d8',
    'X-GitHub-Delivery': guid,
    'X-GitHub-Event': event,
    'X-GitHub-Hook-ID': String(hook.id),
    'X-GitHub-Hook-Installation-Target-ID': String(repository.id),
    'X-GitHub-Hook-Installation-Target-Type': 'repository',
    'content-type':
      contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
  }
  if (secret === null) return unsigned
  return {
    ...unsigned,
    'X-Hub-Signature': sign('sha1', secret, body),
    'X-Hub-Signature-256': sign('sha256', secret, body),
  }
}

/** The differences between GitHub's network and this machine's. */
export interface DeliveryNetwork {
  /** A certificate authority, in PEM, that is trusted instead of the usual ones. */
  readonly authority?: string
  /** The addresses of host names. */
  readonly addresses?: Readonly<Record<string, string>>
}

/** Delivers events to hooks over the network, signed, and records the answers. */
export class Deliveries {
  readonly #pending = new Set<Promise<unknown>>()
  readonly #ending = new AbortController()

  constructor(
    readonly state: GithubState,
    readonly network: DeliveryNetwork = {},
  ) {}

  /** Delivers to one hook in the background, whether it is subscribed or not. */
  deliver(
    repository: StoredRepository,
    hook: StoredHook,
    event: string,
    payload: object,
    repeated?: StoredDelivery,
  ): void {
    if (!this.#ending.signal.aborted)
      this.track(() => this.#deliver(repository, hook, event, payload, repeated))
  }

  /** Counts work that leads to deliveries as pending until it has ended. */
  track(work: () => Promise<void>): void {
    const underWay = work()
      .catch((error: unknown) => this.state.defects.push(`a push or a delivery: ${String(error)}`))
      .finally(() => this.#pending.delete(underWay))
    this.#pending.add(underWay)
  }

  /** Delivers to every active hook that is subscribed. */
  announce(repository: StoredRepository, event: string, payload: object): void {
    for (const hook of repository.hooks) {
      const isSubscribed = hook.events.includes(event) || hook.events.includes('*')
      if (hook.active && isSubscribed) this.deliver(repository, hook, event, payload)
    }
  }

  /** Waits until no delivery is pending. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.settled()
  }

  async #deliver(
    repository: StoredRepository,
    hook: StoredHook,
    event: string,
    payload: object,
    repeated?: StoredDelivery,
  ): Promise<void> {
    const json = JSON.stringify(payload)
    const form = new URLSearchParams({ payload: json })
    const body = hook.config.contentType === 'json' ? json : form.toString()
    const guid = repeated?.guid ?? this.state.newGuid()
    const headers = headersOf(repository, hook, event, guid, body)
    const url = hook.config.url
    const begun = performance.now()
    const answer = await this.#send(hook, headers, body)
    const ok = answer.statusCode >= 200 && answer.statusCode < 300
    hook.lastResponse = {
      code: answer.statusCode,
      status: ok ? 'active' : answer.status,
      message: answer.status,
    }
    hook.deliveries.unshift({
      id: this.state.newId(),
      guid,
      deliveredAt: this.state.time(),
      redelivery: repeated !== undefined,
      duration: Math.round(performance.now() - begun) / 1000,
      status: answer.status,
      statusCode: answer.statusCode,
      event,
      url,
      request: { headers, payload: JSON.parse(json) as object },
      response: { headers: answer.headers, payload: answer.payload },
    })
  }

  // From documentation: 502 "failed to connect" is the description's example; "timed out" with 504
  // is the text of a hook's settings page.
  async #send(
    hook: StoredHook,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<DeliveryResponse> {
    const tooLate = AbortSignal.timeout(limit * 1000)
    const signal = AbortSignal.any([tooLate, this.#ending.signal])
    try {
      return await post(hook, this.network, headers, body, signal)
    } catch {
      if (tooLate.aborted) return { statusCode: 504, status: 'timed out', headers: {}, payload: '' }
      return { statusCode: 502, status: 'failed to connect', headers: {}, payload: '' }
    }
  }
}

async function post(
  { config }: StoredHook,
  { authority, addresses = {} }: DeliveryNetwork,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<DeliveryResponse> {
  const request = config.url.startsWith('https:') ? requestHttps : requestHttp
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { host, hostname } = new URL(config.url)
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), host },
      signal,
      agent: false as const,
      rejectUnauthorized: config.insecureSsl === '0',
      ...omitUndefined({ ca: authority }),
    }
    const address = addresses[hostname]
    const target = address === undefined ? {} : { hostname: address, servername: hostname }
    const sent = request(config.url, { ...options, ...target }, resolve)
    sent.on('error', reject).end(body)
  })
  const payload = await beginning(response)
  const statusCode = response.statusCode ?? 0
  const ok = statusCode >= 200 && statusCode < 300
  return {
    statusCode,
    status: ok ? 'OK' : `Invalid HTTP Response: ${String(statusCode)}`,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
    ),
    payload,
  }
}

async function beginning(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part)
    size += part.length
    if (size >= maxBytes) break
  }
  return Buffer.concat(parts).subarray(0, maxBytes).toString()
}
