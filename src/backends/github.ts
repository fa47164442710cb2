import { setTimeout as sleep } from 'node:timers/promises'
import { FettleError } from '../core/errors.js'
import { revealAll, type Secret } from '../core/secret.js'
import { ownerAndName } from '../facts/github/api.js'
import type { GithubClient as Client, GithubProof, GithubRequest } from '../facts/github/backend.js'
import { checkedBase, isLoopback } from './github-base.js'
import {
  GithubClient,
  GithubRefusal,
  type GithubResponse,
  type Parameters,
} from './github-client.js'
import { filledIn, strangeAnswer, type Limit } from './github-failure.js'
import { proveDelivery } from './github-proof.js'

export interface GithubOptions {
  /** Sent to the origin of the base URL only. */
  readonly token: Secret
  /**
   * Default `https://api.github.com`. GitHub Enterprise Server has `https://HOST/api/v3`. Plain
   * http is refused except on loopback.
   */
  readonly baseUrl?: string
  /**
   * Seconds for one request and its answer; four times as many for all pages of a list. Default 30.
   */
  readonly timeout?: number
  /** Aborts waiting for a rate limit: the request then fails. */
  readonly stop?: AbortSignal
}

/** Waits some milliseconds; rejects when the signal is aborted first. */
type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>

/**
 * Reads GitHub's API and performs its actions. Answers are cached until something in their
 * repository is changed.
 */
export interface GithubBackend extends Client {
  /** Requests sent so far, including retries. */
  readonly exchanges: number
}

const defaultTimeout = 30
/**
 * The longest rate limit that is waited for, in seconds. A longer one is an error that names its
 * end.
 */
const longestWait = 60
/**
 * Seconds to wait where GitHub does not say how long; doubled for the next wait ("Rate limits for
 * the REST API").
 */
const usualWait = 60
/** How many rate limits one request waits for. */
const mostWaits = 2
const pageSize = 100
const mostPages = 20
/**
 * Attempts at a POST that creates something. Between them the list is searched, in case the lost
 * request has succeeded. Other requests have one attempt more.
 */
const attempts = 3

/**
 * How to find what a POST has created when its answer was lost: a list, and what identifies an item
 * in it.
 */
const createdThings: Readonly<
  Record<string, { readonly list: string; readonly identity: (item: Parameters) => unknown }>
> = {
  'POST /repos/{owner}/{repo}/hooks': {
    list: 'GET /repos/{owner}/{repo}/hooks',
    identity: ({ config }) => (isRecord(config) ? config['url'] : undefined),
  },
  'POST /repos/{owner}/{repo}/keys': {
    list: 'GET /repos/{owner}/{repo}/keys',
    identity: ({ key }) => key,
  },
}

const isRecord = (value: unknown): value is Parameters =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * GitHub's API by Octokit, which is loaded at the first request.
 * @throws FettleError `github-failed` for a base URL to which a token must not be sent
 */
export function openGithub(
  options: GithubOptions,
  pause: Pause = (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
): GithubBackend {
  const base = checkedBase(options.baseUrl ?? 'https://api.github.com')
  return new OctokitBackend(options, base, pause)
}

class OctokitBackend implements GithubBackend {
  readonly #client: GithubClient
  readonly #timeout: number
  /** Cached answers by repository and request. */
  readonly #cache = new Map<string, Map<string, Promise<unknown>>>()
  /** The unit of back-off in milliseconds. A test double on loopback needs no courtesy. */
  readonly #backOff: number

  constructor(
    readonly options: GithubOptions,
    base: URL,
    readonly pause: Pause,
  ) {
    this.#timeout = options.timeout ?? defaultTimeout
    this.#client = new GithubClient(base, options.token, this.#timeout)
    this.#backOff = isLoopback(base) ? 20 : 1000
  }

  get exchanges(): number {
    return this.#client.exchanges
  }

  async get(route: string, parameters: Parameters): Promise<unknown> {
    return this.#cached(route, parameters, async () => {
      const answer = await this.#orNull(this.#send(route, parameters), 404)
      return answer?.data ?? null
    })
  }

  async list(route: string, parameters: Parameters): Promise<readonly unknown[] | null> {
    // The cache returns the promise that is made here, so its type is known.
    return this.#cached(route, parameters, () => this.#pages(route, parameters)) as Promise<
      readonly unknown[] | null
    >
  }

  async perform(work: GithubRequest | GithubProof): Promise<unknown> {
    if ('hook' in work) return this.#prove(work)
    const parameters = revealAll(work.parameters) as Parameters
    this.#forget(parameters)
    try {
      return await this.#change(work.route, parameters)
    } finally {
      this.#forget(parameters)
    }
  }

  #cached(route: string, parameters: Parameters, read: () => Promise<unknown>): Promise<unknown> {
    const repository = repositoryOf(parameters)
    const cached = this.#cache.get(repository) ?? new Map<string, Promise<unknown>>()
    this.#cache.set(repository, cached)
    const request = `${route} ${JSON.stringify(parameters)}`
    const answer = cached.get(request) ?? read()
    cached.set(request, answer)
    return answer
  }

  #forget(parameters: Parameters): void {
    this.#cache.delete(repositoryOf(parameters))
  }

  /**
   * Requests page by page by number. The address in a Link header is not followed, so it cannot
   * lead the token to another server or into a loop.
   */
  async #pages(route: string, parameters: Parameters): Promise<readonly unknown[] | null> {
    const items: unknown[] = []
    const begun = performance.now()
    const limit = 4 * this.#timeout
    for (let page = 1; page <= mostPages; page++) {
      if (performance.now() - begun > limit * 1000)
        throw new FettleError('github-failed', {
          message: `${filledIn(route, parameters)} did not end within ${String(limit)} s: ${String(items.length)} entries on ${String(page - 1)} pages had come`,
          remedy: "look whether GITHUB_API_URL leads to GitHub's API, then run again",
        })
      const request = this.#send(route, { ...parameters, per_page: pageSize, page })
      const answer = await this.#orNull(request, 404)
      if (answer === null) return null
      const entries = entriesOf(answer.data, route, parameters)
      items.push(...entries)
      const hasNext = (answer.headers.link ?? '').includes('rel="next"')
      if (entries.length === 0 || !hasNext) return items
    }
    throw new FettleError('github-failed', {
      message: `${filledIn(route, parameters)} has more than ${String(mostPages * pageSize)} entries`,
      remedy: 'remove those that are not needed',
    })
  }

  async #orNull<T>(request: Promise<T>, status: number): Promise<T | null> {
    try {
      return await request
    } catch (error) {
      if (error instanceof GithubRefusal && error.status === status) return null
      throw error
    }
  }

  /** Sends one change. A request that is not idempotent is never repeated blindly. */
  async #change(route: string, parameters: Parameters): Promise<unknown> {
    if (route.startsWith('POST ')) return this.#create(route, parameters)
    const request = this.#send(route, parameters)
    if (!route.startsWith('DELETE ')) return (await request).data ?? null
    // 404: deleted by someone else meanwhile, or by a request whose answer was lost. Whether it is
    // gone is read again afterwards.
    const answer = await this.#orNull(request, 404)
    return answer?.data ?? null
  }

  async #create(route: string, parameters: Parameters): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#send(route, parameters, 1)).data
      } catch (error) {
        if (!(error instanceof GithubRefusal)) throw error
        const again = attempt > 1 && error.status === 422
        if (!error.isLost && !again) throw error
        const made = await this.#findCreated(route, parameters)
        if (made !== null) return made
        if (again || attempt === attempts) throw error
        await this.pause(attempt ** 2 * this.#backOff)
      }
    }
  }

  /** Finds what a POST has created although its answer was lost. */
  async #findCreated(route: string, parameters: Parameters): Promise<unknown> {
    const found = createdThings[route]
    if (found === undefined) return null
    const items = await this.#pages(found.list, ownAndName(parameters))
    const wanted = found.identity(parameters)
    return (items ?? []).find((item) => isRecord(item) && found.identity(item) === wanted) ?? null
  }

  #prove(proof: GithubProof): Promise<null> {
    this.#forget(ownerAndName(proof.repo))
    const send = async (route: string, parameters: Parameters): Promise<unknown> => {
      const { data } = await this.#send(route, parameters)
      return data
    }
    return proveDelivery({ send, pause: () => this.pause(this.#backOff) }, proof)
  }

  /** Sends a request; retries after a short rate limit, and after failures that may pass. */
  async #send(
    route: string,
    parameters: Parameters,
    mostAttempts = attempts + 1,
  ): Promise<GithubResponse> {
    const begun = performance.now()
    // Without this a server that delays each attempt would delay all of them.
    const isLate = (): boolean => performance.now() - begun >= this.#timeout * 1000
    let attempt = 1
    let waits = 0
    for (;;) {
      try {
        return await this.#client.ask(route, parameters)
      } catch (error) {
        if (!(error instanceof GithubRefusal)) throw error
        if (error.limit !== null) {
          waits++
          await this.#waitFor(error.limit, waits, error)
          continue
        }
        if (!error.mayPass || attempt === mostAttempts || isLate()) throw error
        const wait = attempt ** 2 * this.#backOff
        attempt++
        await this.pause(wait)
      }
    }
  }

  /** @throws refusal when the limit lasts too long, or the run is stopped while waiting */
  async #waitFor({ seconds }: Limit, waits: number, refusal: GithubRefusal): Promise<void> {
    const wait = seconds ?? usualWait * 2 ** (waits - 1)
    if (wait > longestWait || waits > mostWaits) throw refusal
    await this.pause(wait * 1000, this.options.stop).catch(() => {
      throw refusal
    })
  }
}

const repositoryOf = (parameters: Parameters): string =>
  filledIn('{owner}/{repo}', parameters).toLowerCase()

const ownAndName = ({ owner, repo }: Parameters): Parameters => ({ owner, repo })

/** @throws FettleError `github-failed` for data that is not a page of a list */
function entriesOf(data: unknown, route: string, parameters: Parameters): readonly unknown[] {
  if (!Array.isArray(data)) {
    const kind = data === null ? 'null' : typeof data
    throw strangeAnswer(route, parameters, `is no list but ${kind}`)
  }
  if (data.length > pageSize)
    throw strangeAnswer(
      route,
      parameters,
      `has ${String(data.length)} entries on a page, where ${String(pageSize)} were asked for`,
    )
  return data
}
