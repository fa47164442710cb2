import { setTimeout as sleep } from 'node:timers/promises'
import type { GithubAction, GithubProofAction } from '../core/change.js'
import { FettleError } from '../core/errors.js'
import type { GithubReader } from '../core/fact.js'
import { revealAll, type Secret } from '../core/secret.js'
import { ownerAndName } from '../facts/github/api.js'
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
  /** Sent to the base URL's origin and nowhere else. */
  readonly token: Secret
  /**
   * Default `https://api.github.com`. GitHub Enterprise Server has `https://HOST/api/v3`. Plain
   * http is refused except on loopback.
   */
  readonly baseUrl?: string
  /**
   * Seconds for one request and its answer; all pages of a list have four times as many. Default
   * 30.
   */
  readonly timeout?: number
  /** Ends the wait for a rate limit: the request has then failed. */
  readonly stop?: AbortSignal
}

/** Waits some milliseconds; rejects when the signal comes first. */
type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>

/**
 * Reads GitHub's API and performs github actions. What was read is kept until something of its
 * repository is changed.
 */
export interface GithubBackend extends GithubReader {
  /** Requests sent so far, repeated ones included. */
  readonly exchanges: number
  /**
   * Performs one action and answers what GitHub said: null for a proof and for a deletion.
   * @throws FettleError `github-failed`, or `check-failed` when a ping was not answered with 2xx
   */
  perform(action: GithubAction | GithubProofAction): Promise<unknown>
}

const defaultTimeout = 30
/** Seconds of a rate limit that are waited for; a longer one is an error with its time. */
const longestWait = 60
/**
 * Seconds to wait where GitHub does not say how long; twice as many the next time ("Rate limits for
 * the REST API").
 */
const usualWait = 60
/** How often a request waits for a rate limit. */
const mostWaits = 2
const pageSize = 100
const mostPages = 20
/**
 * Attempts at a POST that makes something, each after a look whether the one before it succeeded
 * unheard; at any other request one more.
 */
const attempts = 3

/** How a thing that a POST made is found again when the answer was lost. */
const adoption: Readonly<
  Record<string, { readonly list: string; readonly sign: (item: Parameters) => unknown }>
> = {
  'POST /repos/{owner}/{repo}/hooks': {
    list: 'GET /repos/{owner}/{repo}/hooks',
    sign: ({ config }) => (isRecord(config) ? config['url'] : undefined),
  },
  'POST /repos/{owner}/{repo}/keys': {
    list: 'GET /repos/{owner}/{repo}/keys',
    sign: ({ key }) => key,
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
  /** Answers by repository and request. */
  readonly #kept = new Map<string, Map<string, Promise<unknown>>>()
  /** Milliseconds for what backs off by itself; a stand-in on loopback needs no courtesy. */
  readonly #beat: number

  constructor(
    readonly options: GithubOptions,
    base: URL,
    readonly pause: Pause,
  ) {
    this.#timeout = options.timeout ?? defaultTimeout
    this.#client = new GithubClient(base, options.token, this.#timeout)
    this.#beat = isLoopback(base) ? 20 : 1000
  }

  get exchanges(): number {
    return this.#client.exchanges
  }

  async get(route: string, parameters: Parameters): Promise<unknown> {
    return this.#keep(route, parameters, async () => {
      const answer = await this.#orNull(this.#send(route, parameters), 404)
      return answer?.data ?? null
    })
  }

  async list(route: string, parameters: Parameters): Promise<readonly unknown[] | null> {
    // The promise that is kept is the one made here, of this type.
    return this.#keep(route, parameters, () => this.#pages(route, parameters)) as Promise<
      readonly unknown[] | null
    >
  }

  async perform(action: GithubAction | GithubProofAction): Promise<unknown> {
    if (action.on === 'github-proof') return this.#prove(action)
    const parameters = revealAll(action.parameters) as Parameters
    this.#forget(parameters)
    try {
      return await this.#change(action.route, parameters)
    } finally {
      this.#forget(parameters)
    }
  }

  #keep(route: string, parameters: Parameters, read: () => Promise<unknown>): Promise<unknown> {
    const repository = repositoryOf(parameters)
    const kept = this.#kept.get(repository) ?? new Map<string, Promise<unknown>>()
    this.#kept.set(repository, kept)
    const request = `${route} ${JSON.stringify(parameters)}`
    const answer = kept.get(request) ?? read()
    kept.set(request, answer)
    return answer
  }

  #forget(parameters: Parameters): void {
    this.#kept.delete(repositoryOf(parameters))
  }

  /**
   * Page by page by number: the address in a Link header is never followed, so it cannot lead the
   * token away or in a circle.
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

  /** One change. What is not idempotent is never repeated blindly. */
  async #change(route: string, parameters: Parameters): Promise<unknown> {
    if (route.startsWith('POST ')) return this.#create(route, parameters)
    const request = this.#send(route, parameters)
    if (!route.startsWith('DELETE ')) return (await request).data ?? null
    // Deleted by someone else meanwhile, or by a request whose answer was lost. Whether it is gone
    // is read again afterwards.
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
        const made = await this.#adopted(route, parameters)
        if (made !== null) return made
        if (again || attempt === attempts) throw error
        await this.pause(attempt ** 2 * this.#beat)
      }
    }
  }

  /** What a POST whose answer was lost has made all the same. */
  async #adopted(route: string, parameters: Parameters): Promise<unknown> {
    const found = adoption[route]
    if (found === undefined) return null
    const items = await this.#pages(found.list, ownAndName(parameters))
    const wanted = found.sign(parameters)
    return (items ?? []).find((item) => isRecord(item) && found.sign(item) === wanted) ?? null
  }

  #prove(action: GithubProofAction): Promise<null> {
    this.#forget(ownerAndName(action.repo))
    const send = async (route: string, parameters: Parameters): Promise<unknown> => {
      const { data } = await this.#send(route, parameters)
      return data
    }
    return proveDelivery({ send, pause: () => this.pause(this.#beat) }, action)
  }

  /**
   * Sends a request, and again after a rate limit that ends soon, or where another attempt may be
   * answered better.
   */
  async #send(
    route: string,
    parameters: Parameters,
    mostAttempts = attempts + 1,
  ): Promise<GithubResponse> {
    const begun = performance.now()
    // A server that lets an attempt wait would let each of them wait.
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
        const wait = attempt ** 2 * this.#beat
        attempt++
        await this.pause(wait)
      }
    }
  }

  /** @throws refusal when the limit lasts too long, or the run is stopped meanwhile */
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

/** @throws FettleError `github-failed` for what is no page of a list */
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
