import { z } from 'zod'
import { FettleError } from '../core/errors.js'
import { scrub } from '../core/scrub/scrub.js'
import { neededPermission } from '../facts/github/api.js'
import { BadAnswer } from './github-fetch.js'

/**
 * A request that GitHub refused or never answered. For a network failure Octokit sets `status` 500
 * and leaves the response out.
 */
const requestErrorShape = z.object({
  status: z.number(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
  /** An unusable answer; Octokit gives it no response. */
  cause: z.instanceof(BadAnswer).optional().catch(undefined),
})

export type RequestError = z.output<typeof requestErrorShape>

/** An error of Octokit, or null when it is something else. */
export const requestError = (error: unknown): RequestError | null =>
  requestErrorShape.safeParse(error).data ?? null

/** Whether GitHub may have performed the request although there is no answer. */
export const isLost = ({ status }: RequestError): boolean => status >= 500

/** Whether a retry may succeed. */
export const mayPass = ({ status, cause }: RequestError): boolean =>
  status >= 500 && cause?.retryable !== false

const singleShape = z.union([
  z.string(),
  z.object({
    message: z.string().optional(),
    field: z.string().optional(),
    code: z.string().optional(),
  }),
])
const bodyShape = z.object({
  message: z.string(),
  errors: z.array(singleShape).optional(),
})

/** How many characters of GitHub's message an error quotes. */
const quoted = 1000

/** GitHub's message, followed by those of its single errors. */
function messageOf({ response, message }: RequestError): string {
  if (response === undefined) return message
  const { data } = bodyShape.safeParse(response.data)
  if (data === undefined) return 'an answer without a message'
  const single = (data.errors ?? []).map(singleMessage)
  return [data.message, ...single].join(': ')
}

function singleMessage(error: z.output<typeof singleShape>): string {
  if (typeof error === 'string') return error
  const words = [error.field, error.code].filter((word) => word !== undefined)
  return error.message ?? words.join(' ')
}

function shownMessage(error: RequestError): string {
  const message = scrub(messageOf(error))
  return message.length > quoted ? `${message.slice(0, quoted)}…` : message
}

/** A rate limit. */
export interface Limit {
  /** Seconds until it ends; null where GitHub does not say. */
  readonly seconds: number | null
  /** The time at which it ends. */
  readonly until: Date | null
}

/**
 * The rate limit for which a request was refused; null for other reasons. Any 429 is one, whatever
 * its message.
 */
export function limitOf(error: RequestError): Limit | null {
  const { status, response } = error
  if (response === undefined || (status !== 403 && status !== 429)) return null
  const { headers } = response
  // The server's own time, where it sends one, because this machine's clock may be wrong.
  const sent = Date.parse(String(headers['date']))
  const now = Number.isNaN(sent) ? Date.now() : sent
  const after = headers['retry-after']
  if (typeof after === 'string') {
    const end = /^\d+$/.test(after) ? now + Number(after) * 1000 : Date.parse(after)
    return limitOver(end, now)
  }
  if (headers['x-ratelimit-remaining'] === '0')
    return limitOver(Number(headers['x-ratelimit-reset']) * 1000, now)
  const isLimit = status === 429 || /secondary rate|abuse detection/i.test(messageOf(error))
  return isLimit ? { seconds: null, until: null } : null
}

/** @param end in milliseconds, like `now`; NaN where it is not known */
function limitOver(end: number, now: number): Limit {
  const until = new Date(end)
  return {
    seconds: Number.isNaN(end) ? null : Math.max(0, Math.ceil((end - now) / 1000)),
    until: Number.isNaN(until.getTime()) ? null : until,
  }
}

function remedyOf(route: string, repo: string, error: RequestError, message: string): string {
  const limited = limitOf(error)
  if (limited !== null)
    return `wait until ${limited.until?.toISOString() ?? 'the limit ends'} and run again`
  if (error.cause !== undefined)
    return "look whether GITHUB_API_URL leads to GitHub's API, and at what stands in between (a proxy), then run again: it continues where it stopped"
  if (error.response === undefined)
    return 'look at the network (a proxy of HTTPS_PROXY is not used), at TLS (NODE_EXTRA_CA_CERTS names further authorities) and at GITHUB_API_URL, then run again: it continues where it stopped'
  switch (error.status) {
    case 401:
      return "put a valid token into GITHUB_TOKEN: this one is wrong, expired or revoked (or this machine's clock is wrong)"
    case 403:
      return `give the token of GITHUB_TOKEN ${neededPermission(route)} for ${repo}`
    case 404:
      return `either it does not exist (any more), or the token may not see it: correct the name, or give the token of GITHUB_TOKEN ${neededPermission(route)} for ${repo}`
    case 422:
      if (/key is already in use/i.test(message))
        return 'GitHub takes a key once: make one for each repository with sshKey(…), or remove it where it is in use'
      if (/hook already exists/i.test(message))
        return 'another run made the hook at the same time: run again; a hook that several hosts share belongs in a task with once: true'
      return "correct what GitHub's message names"
    default:
      if (error.status < 500) return "see GitHub's message"
      return 'GitHub has trouble (https://www.githubstatus.com): run again later'
  }
}

/** A route with its parameters filled in: `POST /repos/ada/app/hooks`. */
export const filledIn = (route: string, parameters: Readonly<Record<string, unknown>>): string =>
  route.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })

/**
 * The error for the user. Octokit's error is not its cause: it holds the request, which may contain
 * the secret of a hook.
 */
export function githubFailure(
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  error: RequestError,
): FettleError {
  const endpoint = filledIn(route, parameters)
  const message = shownMessage(error)
  const id = error.cause?.requestId ?? error.response?.headers['x-github-request-id']
  const request = typeof id === 'string' ? ` (request ${scrub(id).slice(0, 100)})` : ''
  return new FettleError('github-failed', {
    message: `${what(endpoint, error, message)}${request}`,
    remedy: remedyOf(route, filledIn('{owner}/{repo}', parameters), error, message),
  })
}

function what(
  endpoint: string,
  { status, response, cause }: RequestError,
  message: string,
): string {
  if (cause !== undefined) return `GitHub's answer to ${endpoint} ${message}`
  if (response === undefined) return `GitHub could not be reached for ${endpoint}: ${message}`
  return `GitHub refused ${endpoint} with ${String(status)}: ${message}`
}

/**
 * The error for an answer whose shape is not GitHub's. `how` continues the sentence after the
 * request.
 */
export const strangeAnswer = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  how: string,
): FettleError =>
  new FettleError('github-failed', {
    message: `GitHub's answer to ${filledIn(route, parameters)} ${how}`,
    remedy: "look whether GITHUB_API_URL leads to GitHub's API",
  })
