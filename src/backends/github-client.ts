import type { Octokit } from '@octokit/rest'
import { FettleError } from '../core/errors.js'
import { scrub } from '../core/scrub/scrub.js'
import { reveal, type Secret } from '../core/secret.js'
import {
  filledIn,
  githubFailure,
  isLost,
  limitOf,
  mayPass,
  requestError,
  type Limit,
  type RequestError,
} from './github-failure.js'
import { fetchWithin } from './github-fetch.js'
import { isLoopback } from './github-base.js'

export type Parameters = Readonly<Record<string, unknown>>

/** A successful response. */
export interface GithubResponse {
  readonly data: unknown
  readonly headers: { readonly link?: string | undefined }
}

const mebibyte = 1024 * 1024
/**
 * The largest response in bytes. A page of a hundred entries has some hundred KB; a delivery holds
 * its payload, for which GitHub allows 25 MB.
 */
const sizeOf = (route: string): number =>
  (route.endsWith('/deliveries/{delivery_id}') ? 32 : 4) * mebibyte

/** Sends single requests to GitHub's API with Octokit, which is loaded for the first one. */
export class GithubClient {
  /** Requests sent so far, repeated ones included. */
  exchanges = 0
  #octokit: Promise<Octokit> | null = null

  /** @param timeout seconds for one request and its answer */
  constructor(
    readonly base: URL,
    readonly token: Secret,
    readonly timeout: number,
  ) {}

  /** @throws GithubRefusal, or the error of a request that could not be sent */
  async ask(route: string, parameters: Parameters): Promise<GithubResponse> {
    const octokit = await (this.#octokit ??= this.#open())
    const limits = {
      origin: this.base.origin,
      timeout: this.timeout,
      size: sizeOf(route),
      onExchange: () => this.exchanges++,
    }
    const answer = await octokit
      .request(route, { ...parameters, request: { fetch: fetchWithin(limits) } })
      .catch((error: unknown) => {
        const refused = requestError(error)
        if (refused === null) throw error
        throw new GithubRefusal(githubFailure(route, parameters, refused), refused)
      })
    const status: number = answer.status
    if (status < 300) return { data: parsed(answer.data), headers: answer.headers }
    const location = scrub(answer.headers.location ?? 'nowhere').slice(0, 200)
    throw new FettleError('github-failed', {
      message: `GitHub redirects ${filledIn(route, parameters)} to ${location}, which is outside of ${this.base.origin} or a circle; the token was not sent there`,
      remedy: 'correct GITHUB_API_URL, or the name of the repository if it was renamed',
    })
  }

  async #open(): Promise<Octokit> {
    const [{ Octokit }, { throttling }] = await Promise.all([
      import('@octokit/rest'),
      import('@octokit/plugin-throttling'),
    ])
    const log = { debug: silent, info: silent, warn: silent, error: silent }
    // The plugin spaces requests. Waiting for rate limits is done elsewhere, because it recognises
    // only some of GitHub's messages about them.
    const throttle = { onRateLimit: never, onSecondaryRateLimit: never }
    return new (Octokit.plugin(throttling))({
      auth: reveal(this.token),
      baseUrl: this.base.href.replace(/(?<!\/)\/+$/, ''),
      userAgent: 'fettle',
      log,
      request: { log },
      throttle: isLoopback(this.base) ? { ...throttle, write: unthrottled as never } : throttle,
    })
  }
}

/**
 * Octokit's JSON parser, which keeps integers beyond 2^53, fails on more than a few MB; Octokit
 * then returns the text.
 */
function parsed(data: unknown): unknown {
  if (typeof data !== 'string' || data === '') return data
  return JSON.parse(data)
}

const silent = (): void => undefined
const never = (): boolean => false

/**
 * Replaces the plugin's queue, which sends writes a second apart as GitHub asks. A server on
 * loopback is a test double and does not ask.
 */
const unthrottled = {
  key: () => ({ schedule: (_options: unknown, job: () => Promise<unknown>) => job() }),
}

/**
 * A refused request, with what decides whether it is retried. Octokit's error is not its cause,
 * because that repeats the request with its secrets.
 */
export class GithubRefusal extends FettleError {
  readonly status: number
  readonly isLost: boolean
  readonly mayPass: boolean
  readonly limit: Limit | null

  constructor({ code, message, remedy }: FettleError, refused: RequestError) {
    super(code, { message, remedy })
    this.status = refused.status
    this.isLost = isLost(refused)
    this.mayPass = mayPass(refused)
    this.limit = limitOf(refused)
  }
}
