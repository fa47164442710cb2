import { omitUndefined } from '../../core/omit-undefined.js'
import {
  notFound,
  paged,
  refusal,
  type ApiAnswer,
  type ApiRequest,
  type ApiHandler,
  type Operations,
} from './answers.js'
import type { Deliveries } from './deliveries.js'
import { pushOfHead } from './push-event.js'
import type { GithubState, StoredDelivery, StoredHook, StoredRepository } from './state.js'

function shownHook(hook: StoredHook, repository: StoredRepository, apiUrl: string): object {
  const url = `${apiUrl}/repos/${repository.name}/hooks/${String(hook.id)}`
  const { config, lastResponse } = hook
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    // From documentation: a secret is shown as stars (the description's example of
    // webhook-config-secret).
    config: {
      content_type: config.contentType,
      insecure_ssl: config.insecureSsl,
      url: config.url,
      ...omitUndefined({ secret: config.secret === null ? undefined : '********' }),
    },
    updated_at: hook.updatedAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: lastResponse,
  }
}

function shownDelivery(delivery: StoredDelivery, repository: StoredRepository): object {
  const { id, guid, deliveredAt, redelivery, duration, status, statusCode, event } = delivery
  return {
    id,
    guid,
    delivered_at: deliveredAt,
    redelivery,
    duration,
    status,
    status_code: statusCode,
    event,
    action: null,
    installation_id: null,
    repository_id: repository.id,
    throttled_at: null,
  }
}

/**
 * The configuration as it is stored. From documentation: `content_type` is `form` when left out,
 * and a secret that is not sent along is removed.
 */
function configOf(sent: unknown): StoredHook['config'] {
  const { url, content_type, insecure_ssl, secret } = sent as Readonly<
    Record<string, string | number | undefined>
  >
  return {
    url: String(url),
    contentType: String(content_type ?? 'form'),
    insecureSsl: String(insecure_ssl ?? '0'),
    secret: secret === undefined || secret === '' ? null : String(secret),
  }
}

/** The URL as it was sent, of whatever type. */
const urlIn = (config: unknown): unknown => (config as { readonly url?: unknown } | undefined)?.url

/**
 * Refusals of GitHub's for what its description permits. From documentation and from reports of
 * others; the exact messages of the last two are not known.
 */
function refusedHook(
  hooks: readonly StoredHook[],
  url: unknown,
  config: Partial<StoredHook['config']>,
  events: readonly string[],
  known: ReadonlySet<string> | undefined,
): ApiAnswer | null {
  if (typeof url !== 'string') return refusal('Hook', 'Config must contain URL for webhooks', 'url')
  const same = (one: StoredHook): boolean =>
    one.config.url === url && [...one.events].sort().join() === [...events].sort().join()
  if (hooks.some(same)) return refusal('Hook', 'Hook already exists on this repository')
  const unknown = events.filter((event) => known?.has(event) === false)
  if (unknown.length > 0) return refusal('Hook', `Unknown events: ${unknown.join(', ')}`, 'events')
  if (!['json', 'form'].includes(config.contentType ?? ''))
    return refusal('Hook', 'content_type must be json or form', 'content_type')
  return null
}

/** The operations on hooks. `known` are the events that a hook can have; left out: any. */
export function hookOperations(
  state: GithubState,
  deliveries: Deliveries,
  known?: ReadonlySet<string>,
): Operations {
  const hookOf = ({ repository, ids }: ApiRequest): StoredHook | undefined =>
    repository.hooks.find(({ id }) => id === ids['hook_id'])
  const withHook =
    (
      handle: (request: ApiRequest, hook: StoredHook) => ApiAnswer | Promise<ApiAnswer>,
    ): ApiHandler =>
    (request) => {
      const hook = hookOf(request)
      return hook === undefined ? notFound : handle(request, hook)
    }
  const withDelivery = (
    handle: (request: ApiRequest, hook: StoredHook, delivery: StoredDelivery) => ApiAnswer,
  ): ApiHandler =>
    withHook((request, hook) => {
      const delivery = hook.deliveries.find(({ id }) => id === request.ids['delivery_id'])
      return delivery === undefined ? notFound : handle(request, hook, delivery)
    })
  const ping = ({ repository, apiUrl }: ApiRequest, hook: StoredHook): void =>
    deliveries.deliver(repository, hook, 'ping', {
      zen: 'Design for failure.',
      hook_id: hook.id,
      hook: shownHook(hook, repository, apiUrl),
      repository: { id: repository.id, full_name: repository.name },
      sender: { login: 'developer' },
    })

  return {
    'get /repos/{owner}/{repo}/hooks': (request) =>
      paged(
        request.repository.hooks.map((hook) => shownHook(hook, request.repository, request.apiUrl)),
        request,
        `/repos/${request.repository.name}/hooks`,
      ),
    'post /repos/{owner}/{repo}/hooks': (request) => {
      const { repository, body, apiUrl } = request
      const config = configOf(body['config'] ?? {})
      const events = (body['events'] ?? ['push']) as readonly string[]
      const url = urlIn(body['config'])
      const refused = refusedHook(repository.hooks, url, config, events, known)
      if (refused !== null) return refused
      const time = state.time()
      const hook: StoredHook = {
        id: state.newId(),
        active: body['active'] !== false,
        events,
        config,
        createdAt: time,
        updatedAt: time,
        lastResponse: { code: null, status: 'unused', message: null },
        deliveries: [],
      }
      repository.hooks.push(hook)
      // From documentation: "When you create a new webhook, GitHub sends a ping event".
      ping(request, hook)
      return {
        status: 201,
        body: shownHook(hook, repository, apiUrl),
        headers: { location: `${apiUrl}/repos/${repository.name}/hooks/${String(hook.id)}` },
      }
    },
    'get /repos/{owner}/{repo}/hooks/{hook_id}': withHook(({ repository, apiUrl }, hook) => ({
      status: 200,
      body: shownHook(hook, repository, apiUrl),
    })),
    'patch /repos/{owner}/{repo}/hooks/{hook_id}': withHook(
      ({ repository, apiUrl, body }, hook) => {
        const config = body['config'] === undefined ? hook.config : configOf(body['config'])
        const added = (body['add_events'] ?? []) as readonly string[]
        const removed = (body['remove_events'] ?? []) as readonly string[]
        const before = (body['events'] ?? hook.events) as readonly string[]
        const all = [...new Set([...before, ...added])]
        const events = all.filter((event) => !removed.includes(event))
        const others = repository.hooks.filter((other) => other !== hook)
        const url = body['config'] === undefined ? config.url : urlIn(body['config'])
        const refused = refusedHook(others, url, config, events, known)
        if (refused !== null) return refused
        Object.assign(hook, {
          config,
          events,
          active: body['active'] ?? hook.active,
          updatedAt: state.time(),
        })
        return { status: 200, body: shownHook(hook, repository, apiUrl) }
      },
    ),
    'delete /repos/{owner}/{repo}/hooks/{hook_id}': withHook(({ repository }, hook) => {
      repository.hooks.splice(repository.hooks.indexOf(hook), 1)
      return { status: 204 }
    }),
    'post /repos/{owner}/{repo}/hooks/{hook_id}/pings': withHook((request, hook) => {
      ping(request, hook)
      return { status: 204 }
    }),
    'post /repos/{owner}/{repo}/hooks/{hook_id}/tests': withHook(
      async ({ repository, apiUrl }, hook) => {
        const isSubscribed = hook.events.includes('push') || hook.events.includes('*')
        const push = isSubscribed ? await pushOfHead(repository, apiUrl) : null
        if (push !== null) deliveries.deliver(repository, hook, 'push', push)
        return { status: 204 }
      },
    ),
    'get /repos/{owner}/{repo}/hooks/{hook_id}/deliveries': withHook(
      ({ repository, apiUrl, query }, hook) => {
        const size = Math.min(Number(query.get('per_page') ?? 30), 100)
        const wanted = query.get('status')
        const kept = hook.deliveries.filter(
          ({ statusCode }) =>
            wanted === null || (wanted === 'success') === (statusCode >= 200 && statusCode < 400),
        )
        const cursor = query.get('cursor')
        const from = cursor === null ? 0 : kept.findIndex(({ id }) => String(id) === cursor)
        const shown = kept.slice(from, from + size)
        const body = shown.map((delivery) => shownDelivery(delivery, repository))
        const next = kept[from + size]
        if (next === undefined) return { status: 200, body }
        const path = `${apiUrl}/repos/${repository.name}/hooks/${String(hook.id)}/deliveries`
        const link = `<${path}?per_page=${String(size)}&cursor=${String(next.id)}>; rel="next"`
        return { status: 200, body, headers: { link } }
      },
    ),
    'get /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}': withDelivery(
      ({ repository }, _hook, delivery) => ({
        status: 200,
        body: {
          ...shownDelivery(delivery, repository),
          url: delivery.url,
          request: delivery.request,
          response: delivery.response,
        },
      }),
    ),
    'post /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts': withDelivery(
      ({ repository }, hook, delivery) => {
        deliveries.deliver(repository, hook, delivery.event, delivery.request.payload, delivery)
        return { status: 202, body: {} }
      },
    ),
  }
}
