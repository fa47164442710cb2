import { omitUndefined } from '../../core/omit-undefined.js'
import type { StoredRepository } from './state.js'

/** A request that has been checked against GitHub's API description. */
export interface ApiRequest {
  readonly repository: StoredRepository
  readonly apiUrl: string
  /** The ids in the path. */
  readonly ids: Readonly<Record<string, number>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

export interface ApiAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The operations of the stand-in, by their names in GitHub's description. */
export type Operations = Readonly<Record<string, ApiHandler>>

export type ApiHandler = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>

export const documentation = 'https://docs.github.com/rest'
export const notFound: ApiAnswer = {
  status: 404,
  body: { message: 'Not Found', documentation_url: documentation, status: '404' },
}

export const archived: ApiAnswer = {
  status: 403,
  body: {
    message: 'Repository was archived so is read-only.',
    documentation_url: documentation,
    status: '403',
  },
}

export const refusal = (resource: string, message: string, field?: string): ApiAnswer => ({
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [{ resource, code: 'custom', message, ...omitUndefined({ field }) }],
    documentation_url: documentation,
  },
})

/**
 * One page of a list with GitHub's Link header: 30 entries unless the request says otherwise, 100
 * at most.
 */
export function paged(
  items: readonly unknown[],
  { query, apiUrl }: ApiRequest,
  path: string,
): ApiAnswer {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100)
  const page = Number(query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (number: number, rel: string): string =>
    `<${apiUrl}${path}?per_page=${String(size)}&page=${String(number)}>; rel="${rel}"`
  const links: string[] = []
  if (page > 1) links.push(link(page - 1, 'prev'), link(1, 'first'))
  if (page < last) links.push(link(page + 1, 'next'), link(last, 'last'))
  const body = items.slice((page - 1) * size, page * size)
  if (links.length === 0) return { status: 200, body }
  return { status: 200, body, headers: { link: links.join(', ') } }
}
