import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { omitUndefined } from '../../core/omit-undefined.js'
import { reveal, Secret } from '../../core/secret.js'
import { archived, documentation, notFound, type ApiAnswer, type Operations } from './answers.js'
import type { Deliveries } from './deliveries.js'
import { hookOperations } from './hook-operations.js'
import { keyOperations } from './key-operations.js'
import { repositoryOperations } from './repository-operations.js'
import type { GithubState } from './state.js'

/** A validator by GitHub's own description of its API. */
export interface GithubDescription {
  /** What is wrong with a request. */
  wrongRequest(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
  ): readonly string[]
  /** What is wrong with an answer of the stand-in. */
  wrongAnswer(method: string, path: string, status: number, body: unknown): readonly string[]
  /** The events that a repository's hook can have. */
  readonly repositoryEvents: ReadonlySet<string>
}

/**
 * A fault to inject into one request: the first one that matches is used, and removed from the
 * list.
 */
export interface Fault {
  /** `POST /repos/acme/demo/hooks`, a prefix of method and path. Default: any request. */
  readonly of?: string
  /** Sent instead of performing the request. */
  readonly answer?: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }
  /** The request is performed, and its connection ends without an answer. */
  readonly lost?: true
  /** The request is performed, and never answered. */
  readonly silent?: true
}

/**
 * The HTTP server: authenticates, validates by GitHub's description, and dispatches to an
 * operation.
 */
export class ApiServer {
  readonly token = new Secret(`github_pat_${randomBytes(30).toString('hex')}`)
  readonly requests: string[] = []
  readonly faults: Fault[] = []
  readonly #operations: Operations
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      this.state.defects.push(`${request.method ?? ''} ${request.url ?? ''}: ${String(error)}`)
      response.destroy()
    })
  })
  #url = ''

  constructor(
    readonly state: GithubState,
    deliveries: Deliveries,
    readonly description: GithubDescription | undefined,
  ) {
    this.#operations = {
      ...hookOperations(state, deliveries, description?.repositoryEvents),
      ...keyOperations(state),
      ...repositoryOperations,
    }
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#url = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
    return this.#url
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const asked = `${request.method ?? ''} ${request.url ?? ''}`
    const fault = this.#fault(asked)
    const text = Buffer.concat(parts).toString()
    const answer = fault?.answer ?? serialised(await this.#answer(request, text))
    const outcome = fault?.answer === undefined ? '' : 'fault '
    this.requests.push(`${asked} ${outcome}${String(answer.status)}`)
    if (fault?.lost === true) return void request.socket.destroy()
    if (fault?.silent === true) return
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'x-github-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-ratelimit-remaining': '4999',
    }
    response.writeHead(answer.status, { ...headers, ...answer.headers }).end(answer.body)
  }

  #fault(asked: string): Fault | undefined {
    const place = this.faults.findIndex(({ of }) => of === undefined || asked.startsWith(of))
    return place === -1 ? undefined : this.faults.splice(place, 1)[0]
  }

  async #answer(request: IncomingMessage, text: string): Promise<ApiAnswer> {
    const method = (request.method ?? '').toLowerCase()
    const url = new URL(request.url ?? '/', this.#url)
    const found = this.#operation(method, url.pathname)
    const given = /^(?:bearer|token) (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given !== reveal(this.token)) {
      const message = given === undefined ? 'Requires authentication' : 'Bad credentials'
      return this.#checked(method, found?.path ?? url.pathname, {
        status: 401,
        body: { message, documentation_url: documentation, status: '401' },
      })
    }
    if (found === null) {
      this.state.defects.push(`${method} ${url.pathname} is not part of the stand-in`)
      return notFound
    }
    const answer = await this.#perform(method, found, url.searchParams, text)
    return this.#checked(method, found.path, answer)
  }

  /** Finds the operation of a request, with the parameters of its path, in GitHub's description. */
  #operation(
    method: string,
    pathname: string,
  ): { readonly path: string; readonly names: Readonly<Record<string, string>> } | null {
    for (const operation of Object.keys(this.#operations)) {
      const [verb, path = ''] = operation.split(' ')
      const pattern = path.replace(/\{(\w+)\}/g, (_, name: string) => patternOf(name))
      const names = verb === method ? new RegExp(`^${pattern}$`).exec(pathname)?.groups : undefined
      if (names !== undefined) return { path, names }
    }
    return null
  }

  async #perform(
    method: string,
    { path, names }: { readonly path: string; readonly names: Readonly<Record<string, string>> },
    query: URLSearchParams,
    text: string,
  ): Promise<ApiAnswer> {
    const repository = this.state.repository(`${names['owner'] ?? ''}/${names['repo'] ?? ''}`)
    if (repository === undefined) return notFound
    const isOfSettings = path !== '/repos/{owner}/{repo}'
    if (repository.access === 'read' && isOfSettings) return notFound
    if (repository.archived && method !== 'get') return archived
    const body = parsed(text)
    const wrong = this.#wrong(method, path, query, body)
    if (wrong.length > 0) {
      this.state.defects.push(...wrong.map((defect) => `${method} ${path}: ${defect}`))
      return {
        status: 422,
        body: {
          message: `Invalid request.\n\n${wrong.join('\n')}`,
          documentation_url: documentation,
        },
      }
    }
    const ids: Record<string, number> = {}
    for (const [name, value] of Object.entries(names))
      if (name.endsWith('_id')) ids[name] = Number(value)
    const operation = this.#operations[`${method} ${path}`]
    const fields = (body ?? {}) as Readonly<Record<string, unknown>>
    const asked = { repository, apiUrl: this.#url, ids, query, body: fields }
    return operation?.(asked) ?? notFound
  }

  #wrong(method: string, path: string, query: URLSearchParams, body: unknown): readonly string[] {
    if (body === notJson) return ['body is not JSON']
    return this.description?.wrongRequest(method, path, query, body) ?? []
  }

  /** Reports an answer that GitHub would not give: it is a defect of the stand-in. */
  #checked(method: string, path: string, answer: ApiAnswer): ApiAnswer {
    const wrong = this.description?.wrongAnswer(method, path, answer.status, answer.body) ?? []
    this.state.defects.push(...wrong.map((defect) => `${method} ${path}: ${defect}`))
    return answer
  }
}

/** The pattern of a parameter in a path: an id is a number. */
const patternOf = (name: string): string =>
  name.endsWith('_id') ? `(?<${name}>\\d+)` : `(?<${name}>[^/]+)`

/** An answer with its body serialised. */
function serialised({ status, headers, body }: ApiAnswer): NonNullable<Fault['answer']> {
  const json = body === undefined ? undefined : JSON.stringify(body)
  return { status, ...omitUndefined({ headers, body: json }) }
}

const notJson = Symbol('not JSON')

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return notJson
  }
}
