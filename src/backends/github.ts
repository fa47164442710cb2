import { setTimeout as pause } from 'node:timers/promises'
import type { Octokit } from '@octokit/rest'
import type { GithubAction, GithubProofAction } from '../core/change.js'
import { FettleError } from '../core/errors.js'
import { revealAll, type GithubReader } from '../core/fact.js'
import { reveal, scrub, type Secret } from '../core/secret.js'
import { ownerAndName, parseDeliveries, parseDelivery, type DeliveryItem } from '../facts/github.js'
import { filledIn, githubFailure, isLost, requestError } from './github-failure.js'
import { fetchWithin } from './github-fetch.js'

export interface GithubOptions {
  /** Sent to the base URL's origin and nowhere else. */
  readonly token: Secret
  /** Default `https://api.github.com`. GitHub Enterprise Server has `https://HOST/api/v3`. Plain http is refused except on loopback. */
  readonly baseUrl?: string
  /** Seconds for one request and its answer. Default 30. */
  readonly timeout?: number
}

/** Reads GitHub's API and performs github actions. What was read is kept until something of its repository is changed. */
export interface GithubBackend extends GithubReader {
  /** Requests sent so far, repeated ones included. */
  readonly exchanges: number
  /**
   * Performs one action and answers what GitHub said: null for a proof and for a deletion.
   * @throws FettleError `github-failed`, or `check-failed` when a ping was not answered with 2xx
   */
  perform(action: GithubAction | GithubProofAction): Promise<unknown>
}

type Parameters = Readonly<Record<string, unknown>>

/** Seconds of a rate limit that are waited for; a longer one is an error with its time. */
const longestWait = 60
const pageSize = 100
const mostPages = 20
/** Attempts at a POST, each after a look whether the one before it succeeded unheard. */
const attempts = 3

/** How a thing that a POST made is found again when the answer was lost. */
const adoption: Readonly<Record<string, { readonly list: string; readonly sign: (item: Parameters) => unknown }>> = {
  'POST /repos/{owner}/{repo}/hooks': { list: 'GET /repos/{owner}/{repo}/hooks', sign: ({ config }) => (isRecord(config) ? config['url'] : undefined) },
  'POST /repos/{owner}/{repo}/keys': { list: 'GET /repos/{owner}/{repo}/keys', sign: ({ key }) => key },
}

const isRecord = (value: unknown): value is Parameters => typeof value === 'object' && value !== null && !Array.isArray(value)

function checkedBase(given: string): URL {
  const base = URL.canParse(given) ? new URL(given) : null
  if (base === null || !/^https?:$/.test(base.protocol)) throw new FettleError('github-failed', { message: `GITHUB_API_URL is not a URL: ${given}`, remedy: 'use https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server' })
  if (base.protocol === 'http:' && !isLoopback(base)) {
    throw new FettleError('github-failed', { message: `GITHUB_API_URL is ${base.origin}, where the token could be read on the way`, remedy: 'use https; plain http is for loopback only' })
  }
  return base
}

const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/**
 * GitHub's API by Octokit, which is loaded at the first request.
 * @throws FettleError `github-failed` for a base URL to which a token must not be sent
 */
export function openGithub(options: GithubOptions): GithubBackend {
  return new OctokitBackend(options, checkedBase(options.baseUrl ?? 'https://api.github.com'))
}

class OctokitBackend implements GithubBackend {
  exchanges = 0
  #octokit: Promise<Octokit> | null = null
  /** Answers by repository and request. */
  readonly #kept = new Map<string, Map<string, Promise<unknown>>>()
  /** Milliseconds for what backs off by itself; a stand-in on loopback needs no courtesy. */
  readonly #beat: number

  constructor(
    readonly options: GithubOptions,
    readonly base: URL,
  ) {
    this.#beat = isLoopback(base) ? 20 : 1000
  }

  async get(route: string, parameters: Parameters): Promise<unknown> {
    return this.#keep(route, parameters, async () => (await this.#orNull(this.#send(route, parameters), 404))?.data ?? null)
  }

  async list(route: string, parameters: Parameters): Promise<readonly unknown[] | null> {
    // The promise that is kept is the one made here, of this type.
    return this.#keep(route, parameters, () => this.#pages(route, parameters)) as Promise<readonly unknown[] | null>
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

  /** Page by page by number: the address in a Link header is never followed, so it cannot lead the token away or in a circle. */
  async #pages(route: string, parameters: Parameters): Promise<readonly unknown[] | null> {
    const items: unknown[] = []
    for (let page = 1; page <= mostPages; page++) {
      const answer = await this.#orNull(this.#send(route, { ...parameters, per_page: pageSize, page }), 404)
      if (answer === null) return null
      if (!Array.isArray(answer.data)) throw new FettleError('github-failed', { message: `GitHub's answer to ${filledIn(route, parameters)} is not a list`, remedy: 'look whether GITHUB_API_URL leads to GitHub\'s API' })
      items.push(...(answer.data as unknown[]))
      if (answer.data.length === 0 || !(answer.headers.link ?? '').includes('rel="next"')) return items
    }
    throw new FettleError('github-failed', { message: `${filledIn(route, parameters)} has more than ${String(mostPages * pageSize)} entries`, remedy: 'remove those that are not needed' })
  }

  async #orNull<T>(request: Promise<T>, status: number): Promise<T | null> {
    try {
      return await request
    } catch (error) {
      if (error instanceof Refusal && error.status === status) return null
      throw error
    }
  }

  /** One change. What is not idempotent is never repeated blindly. */
  async #change(route: string, parameters: Parameters): Promise<unknown> {
    if (route.startsWith('POST ')) return this.#create(route, parameters)
    const answer = this.#send(route, parameters)
    // Deleted by someone else meanwhile, or by a request whose answer was lost. Whether it is gone is read again afterwards.
    return (await (route.startsWith('DELETE ') ? this.#orNull(answer, 404) : answer))?.data ?? null
  }

  async #create(route: string, parameters: Parameters): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#send(route, parameters, 0)).data
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const again = attempt > 1 && error.status === 422
        if (!error.lost && !again) throw error
        const made = await this.#adopted(route, parameters)
        if (made !== null) return made
        if (again || attempt === attempts) throw error
        await pause(attempt ** 2 * this.#beat)
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

  async #prove({ repo, hook, within }: GithubProofAction): Promise<null> {
    const parameters = { ...ownerAndName(repo), hook_id: hook }
    this.#forget(parameters)
    const before = new Set((await this.#deliveries(parameters)).map(({ id }) => id))
    await this.#send('POST /repos/{owner}/{repo}/hooks/{hook_id}/pings', parameters)
    const end = performance.now() + within * 1000
    for (;;) {
      const pings = (await this.#deliveries(parameters)).filter(({ id, event }) => event === 'ping' && !before.has(id))
      if (pings.some(({ status_code }) => status_code >= 200 && status_code < 300)) return null
      if (performance.now() >= end) throw await this.#unproved(repo, hook, within, pings[0])
      await pause(this.#beat)
    }
  }

  async #deliveries(parameters: Parameters): Promise<readonly DeliveryItem[]> {
    const route = 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries'
    const items = parseDeliveries((await this.#send(route, { ...parameters, per_page: 30 })).data)
    if (items === null) throw new FettleError('github-failed', { message: `GitHub's answer to ${filledIn(route, parameters)} could not be understood`, remedy: 'look whether GITHUB_API_URL leads to GitHub\'s API' })
    return items
  }

  async #unproved(repo: string, hook: number, within: number, ping: DeliveryItem | undefined): Promise<FettleError> {
    const settings = `see its deliveries at https://github.com/${repo}/settings/hooks/${String(hook)}`
    if (ping === undefined) return new FettleError('check-failed', { message: `GitHub did not deliver the ping of hook ${String(hook)} of ${repo} within ${String(within)} s`, remedy: settings })
    const { data } = await this.#send('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}', { ...ownerAndName(repo), hook_id: hook, delivery_id: ping.id })
    const answered = scrub(parseDelivery(data)?.answered ?? '').trim()
    return new FettleError('check-failed', {
      message: `the ping of hook ${String(hook)} of ${repo} came back with ${String(ping.status_code)} ${ping.status}`,
      remedy: `look whether the service behind the URL runs, can be reached from GitHub and knows the same secret; ${settings}`,
      ...(answered === '' ? {} : { detail: answered.slice(0, 500) }),
    })
  }

  async #send(route: string, parameters: Parameters, retries?: number): Promise<{ readonly data: unknown; readonly headers: { readonly link?: string | undefined } }> {
    const octokit = await (this.#octokit ??= this.#open())
    const answer = await octokit.request(route, { ...parameters, ...(retries === undefined ? {} : { request: { retries } }) }).catch((error: unknown) => {
      const refused = requestError(error)
      throw refused === null ? error : new Refusal(githubFailure(route, parameters, refused), refused.status, isLost(refused))
    })
    const status: number = answer.status
    if (status < 300) return { data: answer.data, headers: answer.headers }
    throw new FettleError('github-failed', {
      message: `GitHub redirects ${filledIn(route, parameters)} to ${answer.headers.location ?? 'nowhere'}, which is outside of ${this.base.origin} or a circle; the token was not sent there`,
      remedy: 'correct GITHUB_API_URL, or the name of the repository if it was renamed',
    })
  }

  async #open(): Promise<Octokit> {
    const [{ Octokit }, { throttling }, { retry }] = await Promise.all([import('@octokit/rest'), import('@octokit/plugin-throttling'), import('@octokit/plugin-retry')])
    const log = { debug: silent, info: silent, warn: silent, error: silent }
    const waits = (retryAfter: number, _options: object, _octokit: object, retryCount: number): boolean => retryAfter <= longestWait && retryCount < 2
    return new (Octokit.plugin(throttling, retry))({
      auth: reveal(this.options.token),
      baseUrl: this.base.href.replace(/\/+$/, ''),
      userAgent: 'fettle',
      log,
      request: { log, fetch: fetchWithin({ origin: this.base.origin, timeout: this.options.timeout ?? 30, onExchange: () => this.exchanges++ }) },
      retry: { doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451], retryAfterBaseValue: this.#beat },
      throttle: { onRateLimit: waits, onSecondaryRateLimit: waits, ...(isLoopback(this.base) ? { write: unspaced as never } : {}) },
    })
  }
}

const silent = (): void => undefined

/** In place of the plugin's queue, which keeps writes a second apart as GitHub asks: a stand-in on loopback does not ask. */
const unspaced = { key: () => ({ schedule: (_options: unknown, job: () => Promise<unknown>) => job() }) }

const repositoryOf = (parameters: Parameters): string => filledIn('{owner}/{repo}', parameters).toLowerCase()

const ownAndName = ({ owner, repo }: Parameters): Parameters => ({ owner, repo })

/** A refusal whose status matters to what is tried next; for everybody else it is the error in it. */
class Refusal extends FettleError {
  constructor(
    failure: FettleError,
    readonly status: number,
    /** Whether GitHub may have done it all the same. */
    readonly lost: boolean,
  ) {
    super(failure.code, { message: failure.message, remedy: failure.remedy, ...(failure.detail === null ? {} : { detail: failure.detail }) })
  }
}
