import { z } from 'zod'
import { FettleError } from '../core/errors.js'
import { scrub } from '../core/secret.js'
import { neededPermission } from '../facts/github.js'

/** What is known of a request that GitHub refused or never answered; `status` 500 without a response is Octokit's word for a network failure. */
const requestErrorShape = z.object({
  status: z.number(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
})

export type RequestError = z.output<typeof requestErrorShape>

/** An error of Octokit, or null when it is something else. */
export const requestError = (error: unknown): RequestError | null => requestErrorShape.safeParse(error).data ?? null

/** Whether GitHub may have done what was asked although no answer says so. */
export const isLost = ({ status }: RequestError): boolean => status >= 500

const bodyShape = z.object({ message: z.string(), errors: z.array(z.union([z.string(), z.object({ message: z.string().optional(), field: z.string().optional(), code: z.string().optional() })])).optional() })

/** GitHub's message with the messages of its single errors. */
function messageOf({ response, message }: RequestError): string {
  if (response === undefined) return message
  const { data } = bodyShape.safeParse(response.data)
  if (data === undefined) return 'an answer without a message'
  const single = (data.errors ?? []).map((error) => (typeof error === 'string' ? error : (error.message ?? [error.field, error.code].filter((word) => word !== undefined).join(' '))))
  return [data.message, ...single].join(': ')
}

/** When GitHub answers again; null where no rate limit is the reason. */
function limitedUntil({ status, response }: RequestError, message: string): Date | null {
  if (response === undefined || (status !== 403 && status !== 429)) return null
  const { headers } = response
  if (headers['retry-after'] !== undefined) return new Date(Date.now() + Number(headers['retry-after']) * 1000)
  if (headers['x-ratelimit-remaining'] === '0') return new Date(Number(headers['x-ratelimit-reset']) * 1000)
  return status === 429 || /secondary rate/i.test(message) ? new Date(Date.now() + 60_000) : null
}

function remedyOf(route: string, repo: string, error: RequestError, message: string): string {
  const until = limitedUntil(error, message)
  if (until !== null) return `wait until ${Number.isNaN(until.getTime()) ? 'the limit ends' : until.toISOString()} and run again`
  if (error.response === undefined) return 'look at the network, at TLS and at GITHUB_API_URL, then run again: it continues where it stopped'
  switch (error.status) {
    case 401:
      return 'put a valid token into GITHUB_TOKEN: this one is wrong, expired or revoked (or this machine\'s clock is wrong)'
    case 403:
      return `give the token of GITHUB_TOKEN ${neededPermission(route)} for ${repo}`
    case 404:
      return `either it does not exist (any more), or the token may not see it: correct the name, or give the token of GITHUB_TOKEN ${neededPermission(route)} for ${repo}`
    case 422:
      if (/key is already in use/i.test(message)) return 'GitHub takes a key once: make one for each repository with sshKey(…), or remove it where it is in use'
      if (/hook already exists/i.test(message)) return 'another run made the hook at the same time: run again; a hook that several hosts share belongs in a task with once: true'
      return 'correct what GitHub\'s message names'
    default:
      return error.status >= 500 ? 'GitHub has trouble (https://www.githubstatus.com): run again later' : 'see GitHub\'s message'
  }
}

/** `POST /repos/{owner}/{repo}/hooks` with its names filled in. */
export const filledIn = (route: string, parameters: Readonly<Record<string, unknown>>): string =>
  route.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })

/** The error for the user. Octokit's own is not its cause: it holds the request, and so the secret of a hook. */
export function githubFailure(route: string, parameters: Readonly<Record<string, unknown>>, error: RequestError): FettleError {
  const endpoint = filledIn(route, parameters)
  const message = scrub(messageOf(error))
  const id = error.response?.headers['x-github-request-id']
  return new FettleError('github-failed', {
    message: error.response === undefined ? `GitHub could not be reached for ${endpoint}: ${message}` : `GitHub refused ${endpoint} with ${String(error.status)}: ${message}`,
    remedy: remedyOf(route, filledIn('{owner}/{repo}', parameters), error, message),
    ...(typeof id === 'string' ? { detail: `request ${id}` } : {}),
  })
}
