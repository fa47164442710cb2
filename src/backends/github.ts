import { setTimeout as sleep } from 'node:timers/promises'
import type { Octokit } from '@octokit/rest'
import type { GithubAction, GithubProofAction } from '../core/change.js'
import { FettleError } from '../core/errors.js'
import type { GithubReader } from '../core/fact.js'
import { scrub } from '../core/scrub.js'
import { reveal, revealAll, type Secret } from '../core/secret.js'
import { ownerAndName, parseDeliveries, parseDelivery, type DeliveryItem } from '../facts/github.js'
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

type Parameters = Readonly<Record<string, unknown>>

interface Answer {
  readonly data: unknown
  readonly headers: { readonly link?: string | undefined }
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

const mebibyte = 1024 * 1024
/**
 * Bytes of an answer. A page of a hundred entries has some hundred KB; a delivery holds its
 * payload, for which GitHub allows 25 MB.
 */
const sizeOf = (route: string): number =>
  (route.endsWith('/deliveries/{delivery_id}') ? 32 : 4) * mebibyte

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

function checkedBase(given: string): URL {
  const base = URL.canParse(given) ? new URL(given) : null
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new FettleError('github-failed', {
      message: `GITHUB_API_URL is not a URL: ${given}`,
      remedy: 'use https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server',
    })
  if (base.username !== '' || base.password !== '') {
    const remedy = "leave it out there: the token is GITHUB_TOKEN's"
    throw new FettleError('github-failed', {
      message: 'GITHUB_API_URL holds a user name or a password',
      remedy,
    })
  }
  if (base.protocol === 'http:' && !isLoopback(base)) {
    throw new FettleError('github-failed', {
      message: `GITHUB_API_URL is ${base.origin}, where the token could be read on the way`,
      remedy: 'use https; plain http is for loopback only',
    })
  }
  return base
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/**
 * GitHub's API by Octokit, which is loaded at the first request.
 * @throws FettleError `github-failed` for a base URL to which a token must not be sent
 */
export function openGithub(
  options: GithubOptions,
  pause: Pause = (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
): GithubBackend {
  return new OctokitBackend(
    options,
    checkedBase(options.baseUrl ?? 'https://api.github.com'),
    pause,
  )
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
    readonly pause: Pause,
  ) {
    this.#beat = isLoopback(base) ? 20 : 1000
  }

  async get(route: string, parameters: Parameters): Promise<unknown> {
    return this.#keep(
      route,
      parameters,
      async () => (await this.#orNull(this.#send(route, parameters), 404))?.data ?? null,
    )
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

  get #timeout(): number {
    return this.options.timeout ?? defaultTimeout
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
      const answer = await this.#orNull(
        this.#send(route, { ...parameters, per_page: pageSize, page }),
        404,
      )
      if (answer === null) return null
      if (!Array.isArray(answer.data))
        throw this.#strange(
          route,
          parameters,
          `is no list but ${answer.data === null ? 'null' : typeof answer.data}`,
        )
      if (answer.data.length > pageSize)
        throw this.#strange(
          route,
          parameters,
          `has ${String(answer.data.length)} entries on a page, where ${String(pageSize)} were asked for`,
        )
      items.push(...(answer.data as unknown[]))
      if (answer.data.length === 0 || !(answer.headers.link ?? '').includes('rel="next"'))
        return items
    }
    throw new FettleError('github-failed', {
      message: `${filledIn(route, parameters)} has more than ${String(mostPages * pageSize)} entries`,
      remedy: 'remove those that are not needed',
    })
  }

  #strange(route: string, parameters: Parameters, how: string): FettleError {
    return new FettleError('github-failed', {
      message: `GitHub's answer to ${filledIn(route, parameters)} ${how}`,
      remedy: "look whether GITHUB_API_URL leads to GitHub's API",
    })
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
    // Deleted by someone else meanwhile, or by a request whose answer was lost. Whether it is gone
    // is read again afterwards.
    return (await (route.startsWith('DELETE ') ? this.#orNull(answer, 404) : answer))?.data ?? null
  }

  async #create(route: string, parameters: Parameters): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#send(route, parameters, 1)).data
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
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

  async #prove({ repo, hook, within }: GithubProofAction): Promise<null> {
    const parameters = { ...ownerAndName(repo), hook_id: hook }
    this.#forget(parameters)
    const before = new Set((await this.#deliveries(parameters)).map(({ id }) => id))
    await this.#send('POST /repos/{owner}/{repo}/hooks/{hook_id}/pings', parameters)
    const end = performance.now() + within * 1000
    for (;;) {
      const pings = (await this.#deliveries(parameters)).filter(
        ({ id, event }) => event === 'ping' && !before.has(id),
      )
      if (pings.some(({ status_code }) => status_code >= 200 && status_code < 300)) return null
      if (performance.now() >= end) throw await this.#unproved(repo, hook, within, pings[0])
      await this.pause(this.#beat)
    }
  }

  async #deliveries(parameters: Parameters): Promise<readonly DeliveryItem[]> {
    const route = 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries'
    const items = parseDeliveries((await this.#send(route, { ...parameters, per_page: 30 })).data)
    if (items === null) throw this.#strange(route, parameters, 'could not be understood')
    return items
  }

  async #unproved(
    repo: string,
    hook: number,
    within: number,
    ping: DeliveryItem | undefined,
  ): Promise<FettleError> {
    const settings = `see its deliveries at https://github.com/${repo}/settings/hooks/${String(hook)}`
    if (ping === undefined)
      return new FettleError('check-failed', {
        message: `GitHub did not deliver the ping of hook ${String(hook)} of ${repo} within ${String(within)} s`,
        remedy: settings,
      })
    const { data } = await this.#send(
      'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}',
      { ...ownerAndName(repo), hook_id: hook, delivery_id: ping.id },
    )
    const answered = scrub(parseDelivery(data)?.answered ?? '').trim()
    return new FettleError('check-failed', {
      message: `the ping of hook ${String(hook)} of ${repo} came back with ${String(ping.status_code)} ${ping.status}`,
      remedy: `look whether the service behind the URL runs, can be reached from GitHub and knows the same secret; ${settings}`,
      ...(answered === '' ? {} : { detail: answered.slice(0, 500) }),
    })
  }

  /**
   * Sends a request, and again after a rate limit that ends soon, or where another attempt may be
   * answered better.
   */
  async #send(route: string, parameters: Parameters, mostAttempts = attempts + 1): Promise<Answer> {
    const begun = performance.now()
    // A server that lets an attempt wait would let each of them wait.
    const isLate = (): boolean => performance.now() - begun >= this.#timeout * 1000
    for (let attempt = 1, waits = 0; ; ) {
      try {
        return await this.#ask(route, parameters)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        if (error.limit !== null) await this.#waitFor(error.limit, ++waits, error)
        else if (!error.mayPass || attempt === mostAttempts || isLate()) throw error
        else await this.pause((attempt++) ** 2 * this.#beat)
      }
    }
  }

  /** @throws refusal when the limit lasts too long, or the run is stopped meanwhile */
  async #waitFor({ seconds }: Limit, waits: number, refusal: Refusal): Promise<void> {
    const wait = seconds ?? usualWait * 2 ** (waits - 1)
    if (wait > longestWait || waits > mostWaits) throw refusal
    await this.pause(wait * 1000, this.options.stop).catch(() => {
      throw refusal
    })
  }

  async #ask(route: string, parameters: Parameters): Promise<Answer> {
    const octokit = await (this.#octokit ??= this.#open())
    const limits = {
      origin: this.base.origin,
      timeout: this.#timeout,
      size: sizeOf(route),
      onExchange: () => this.exchanges++,
    }
    const answer = await octokit
      .request(route, { ...parameters, request: { fetch: fetchWithin(limits) } })
      .catch((error: unknown) => {
        const refused = requestError(error)
        throw refused === null
          ? error
          : new Refusal(githubFailure(route, parameters, refused), refused)
      })
    const status: number = answer.status
    // Octokit's parser, which keeps integers beyond 2^53, gives up on more than a few MB and hands
    // the text on.
    if (status < 300)
      return {
        data:
          typeof answer.data === 'string' && answer.data !== ''
            ? JSON.parse(answer.data)
            : answer.data,
        headers: answer.headers,
      }
    throw new FettleError('github-failed', {
      message: `GitHub redirects ${filledIn(route, parameters)} to ${scrub(answer.headers.location ?? 'nowhere').slice(0, 200)}, which is outside of ${this.base.origin} or a circle; the token was not sent there`,
      remedy: 'correct GITHUB_API_URL, or the name of the repository if it was renamed',
    })
  }

  async #open(): Promise<Octokit> {
    const [{ Octokit }, { throttling }] = await Promise.all([
      import('@octokit/rest'),
      import('@octokit/plugin-throttling'),
    ])
    const log = { debug: silent, info: silent, warn: silent, error: silent }
    return new (Octokit.plugin(throttling))({
      auth: reveal(this.options.token),
      baseUrl: this.base.href.replace(/(?<!\/)\/+$/, ''),
      userAgent: 'fettle',
      log,
      request: { log },
      // It spaces requests. Waiting for limits is done here: it knows only some of GitHub's words
      // for them.
      throttle: {
        onRateLimit: never,
        onSecondaryRateLimit: never,
        ...(isLoopback(this.base) ? { write: unspaced as never } : {}),
      },
    })
  }
}

const silent = (): void => undefined
const never = (): boolean => false

/**
 * In place of the plugin's queue, which keeps writes a second apart as GitHub asks: a stand-in on
 * loopback does not ask.
 */
const unspaced = {
  key: () => ({ schedule: (_options: unknown, job: () => Promise<unknown>) => job() }),
}

const repositoryOf = (parameters: Parameters): string =>
  filledIn('{owner}/{repo}', parameters).toLowerCase()

const ownAndName = ({ owner, repo }: Parameters): Parameters => ({ owner, repo })

/**
 * A refusal with what decides on the next step; for everybody else it is the error in it. What it
 * came from is not kept: that holds what GitHub repeated of the request.
 */
class Refusal extends FettleError {
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
