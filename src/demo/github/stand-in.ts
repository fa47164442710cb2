import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { omitUndefined } from '../../core/omit-undefined.js'
import { reveal, Secret } from '../../core/secret.js'
import { documentation, notFound, operations, type ApiAnswer } from './api.js'
import { Deliveries, type DeliveryNetwork } from './deliveries.js'
import { startGitServer } from './git-server.js'
import { makeKeyPair, type KeyPair } from './key-pair.js'
import { pushEvent } from './push-event.js'
import {
  GithubState,
  type StoredDelivery,
  type StoredHook,
  type StoredKey,
  type StoredRepository,
} from './state.js'

export interface GithubStandInOptions {
  /** `owner/name` of each repository; all are private and empty, with the default branch main. */
  readonly repositories: readonly string[]
  /** The address on which git is served over SSH. Default 127.0.0.1. */
  readonly gitAddress?: string
  /** Default: any free port. */
  readonly gitPort?: number
  /** Where deliveries go. Default: this machine's network. */
  readonly network?: DeliveryNetwork
  /** The clock of its times. Default: this machine's. */
  readonly now?: () => Date
  /** Holds requests and answers to it. Left out: they are taken as they come. */
  readonly description?: GithubDescription
}

/** What knows GitHub's own description of its API. */
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
 * Something that goes wrong with one request: the first fault that fits is taken out of the list.
 */
export interface Fault {
  /** `POST /repos/acme/demo/hooks`, as a beginning of method and path. Default: any request. */
  readonly of?: string
  /** Answered instead of performing the request. */
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

/** A stand-in for GitHub: its API on loopback, and git over SSH. */
export interface GithubStandIn {
  readonly apiUrl: string
  readonly token: Secret
  readonly gitAddress: string
  readonly gitPort: number
  /** The key of the SSH server, `ssh-ed25519 AAAA…`, to be pinned. */
  readonly hostKey: string
  /** May push to every repository. */
  readonly developer: KeyPair
  /** `ssh://git@127.0.0.1:PORT/acme/demo.git` */
  gitUrl(repository: string): string
  repository(name: string): StoredRepository
  hooks(repository: string): readonly StoredHook[]
  keys(repository: string): readonly StoredKey[]
  /** Deliveries of all hooks of a repository, the newest first. */
  deliveries(repository: string): readonly StoredDelivery[]
  /** What a strict peer found wrong; a test expects none. */
  readonly defects: readonly string[]
  /** Requests so far: `GET /repos/acme/demo/hooks?per_page=100 200`. */
  readonly requests: readonly string[]
  readonly faults: Fault[]
  /** Waits until no delivery is under way. */
  settled(): Promise<void>
  /** Ends servers and deliveries, and removes the repositories. */
  close(): Promise<void>
}

async function bareRepositories(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const made = names.map((name) => [name, join(directory, `${name}.git`)] as const)
  for (const [, place] of made) {
    await mkdir(dirname(place), { recursive: true })
    await promisify(execFile)('git', ['init', '--quiet', '--bare', '--initial-branch=main', place])
  }
  return new Map(made)
}

export async function startGithub({
  repositories,
  gitAddress = '127.0.0.1',
  gitPort = 0,
  network = {},
  now = () => new Date(),
  description,
}: GithubStandInOptions): Promise<GithubStandIn> {
  const directory = await mkdtemp(join(tmpdir(), 'github-'))
  const state = new GithubState(await bareRepositories(directory, repositories), now)
  const deliveries = new Deliveries(state, network)
  const api = new Api(state, deliveries, description)
  const apiUrl = await api.listen()
  const [hostKey, developer] = await Promise.all([
    makeKeyPair(directory, 'github'),
    makeKeyPair(directory, 'developer'),
  ])
  const git = await startGitServer({
    state,
    address: gitAddress,
    port: gitPort,
    hostKey: hostKey.privateKey,
    developer: developer.publicKey,
    during: (work) => deliveries.during(work),
    onPush: async (repository, moved) => {
      for (const move of moved)
        deliveries.announce(repository, 'push', await pushEvent(repository, apiUrl, move))
    },
  })
  const known = (name: string): StoredRepository => {
    const repository = state.repository(name)
    if (repository === undefined) throw new Error(`the stand-in has no repository ${name}`)
    return repository
  }
  return {
    apiUrl,
    token: api.token,
    gitAddress,
    gitPort: git.port,
    hostKey: hostKey.publicKey,
    developer,
    gitUrl: (name) => `ssh://git@${gitAddress}:${String(git.port)}/${known(name).name}.git`,
    repository: known,
    hooks: (name) => known(name).hooks,
    keys: (name) => known(name).keys,
    deliveries: (name) =>
      known(name)
        .hooks.flatMap((hook) => hook.deliveries)
        .sort((a, b) => b.id - a.id),
    defects: state.defects,
    requests: api.requests,
    faults: api.faults,
    settled: () => deliveries.settled(),
    close: async () => {
      await git.close()
      await deliveries.close()
      await api.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The HTTP server: who may ask, what fits GitHub's description, which operation answers. */
class Api {
  readonly token = new Secret(`github_pat_${randomBytes(30).toString('hex')}`)
  readonly requests: string[] = []
  readonly faults: Fault[] = []
  readonly #operations: ReturnType<typeof operations>
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
    this.#operations = operations(state, deliveries, description?.repositoryEvents)
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
    const answer = fault?.answer ?? written(await this.#answer(request, text))
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

  /** The operation with its path's names, by its place in GitHub's description. */
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

  /** An answer that GitHub would not give is a defect of the stand-in. */
  #checked(method: string, path: string, answer: ApiAnswer): ApiAnswer {
    const wrong = this.description?.wrongAnswer(method, path, answer.status, answer.body) ?? []
    this.state.defects.push(...wrong.map((defect) => `${method} ${path}: ${defect}`))
    return answer
  }
}

/** The pattern of a name in a path: an id is a number. */
const patternOf = (name: string): string =>
  name.endsWith('_id') ? `(?<${name}>\\d+)` : `(?<${name}>[^/]+)`

/** An answer with its body as it is sent. */
function written({ status, headers, body }: ApiAnswer): NonNullable<Fault['answer']> {
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
