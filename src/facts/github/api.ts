import { z } from 'zod'
import { FettleError } from '../../core/errors.js'
import { absent, backendFact, present, unknown, type Fact } from '../../core/fact.js'
import { github, type GithubReader } from './backend.js'

/** A webhook of a repository, from GitHub's "List repository webhooks". */
export interface Hook {
  readonly id: number
  readonly url: string
  /** `json` or `form`. */
  readonly contentType: string
  /** Whether GitHub verifies the certificate of an https URL (`insecure_ssl` is `0`). */
  readonly verifyTls: boolean
  /** Whether a secret is set. GitHub shows only `********`. */
  readonly hasSecret: boolean
  readonly events: readonly string[]
  readonly active: boolean
  /** ISO 8601 in whole seconds, by GitHub's clock. */
  readonly updatedAt: string
}

/** The newest delivery of a hook, redeliveries excluded: they repeat older ones. */
export interface Delivery {
  readonly id: number
  readonly hook: number
  /** ISO 8601 in whole seconds, by GitHub's clock. */
  readonly deliveredAt: string
  /** The status of the answer from the hook's URL. */
  readonly status: number
  /** The header `X-Hub-Signature-256`; null where the hook had no secret. */
  readonly signature: string | null
  /**
   * `JSON.stringify` of the payload that GitHub shows; null where its exact text cannot be
   * reproduced.
   */
  readonly body: string | null
}

/** A deploy key of a repository. */
export interface DeployKey {
  readonly id: number
  readonly title: string
  /** Type and blob, without a comment. */
  readonly key: string
  readonly readOnly: boolean
}

export interface RepositoryKey {
  /** `owner/name`. */
  readonly repo: string
}

export interface HookKey extends RepositoryKey {
  readonly url: string
}

/** `owner/name` as the two parameters of GitHub's routes. */
export function ownerAndName(repo: string): { readonly owner: string; readonly repo: string } {
  const [owner = '', name = ''] = repo.split('/')
  return { owner, repo: name }
}

/** The permission that a token needs for a route, in the words of GitHub's settings pages. */
export function neededPermission(route: string): string {
  const access = route.startsWith('GET ') ? 'read' : 'read and write'
  if (route.includes('/keys'))
    return `the repository permission "Administration: ${access}" (a classic token: the scope repo)`
  return `the repository permission "Webhooks: ${access}" (a classic token: the scope admin:repo_hook)`
}

/**
 * The canonical form of a URL, to compare hooks: scheme and host in lower case, no default port, no
 * trailing slash.
 */
export function normalizedUrl(url: string): string {
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  parsed.pathname = parsed.pathname.replace(/(?<!\/)\/+$/, '')
  return parsed.href
}

const hookShape = z
  .object({
    id: z.number().int(),
    active: z.boolean(),
    events: z.array(z.string()),
    updated_at: z.string(),
    config: z.object({
      url: z.string().default(''),
      content_type: z.string().default('form'),
      insecure_ssl: z.union([z.string(), z.number()]).default('0'),
      secret: z.string().default(''),
    }),
  })
  .transform(
    ({ id, active, events, updated_at, config }): Hook => ({
      id,
      active,
      events,
      updatedAt: updated_at,
      url: config.url,
      contentType: config.content_type,
      verifyTls: String(config.insecure_ssl) === '0',
      hasSecret: config.secret !== '',
    }),
  )

const keyShape = z
  .object({
    id: z.number().int(),
    title: z.string(),
    key: z.string().min(1),
    read_only: z.boolean(),
  })
  .transform(
    ({ id, title, key, read_only }): DeployKey => ({
      id,
      title,
      key: key.trim().split(/\s+/).slice(0, 2).join(' '),
      readOnly: read_only,
    }),
  )

const deliveryItemShape = z.object({
  id: z.number().int(),
  event: z.string(),
  delivered_at: z.string(),
  status: z.string(),
  status_code: z.number().int(),
  redelivery: z.boolean(),
})

/** An entry of GitHub's list of deliveries. */
export type DeliveryItem = z.output<typeof deliveryItemShape>

const deliveryShape = z.object({
  request: z.object({
    headers: z.record(z.string(), z.unknown()).nullable(),
    payload: z.unknown(),
  }),
  response: z.object({ payload: z.string().nullish() }).nullish(),
})

/** Parses GitHub's answer; null where it cannot be understood. */
export const parseHooks = (answer: unknown): readonly Hook[] | null =>
  z.array(hookShape).safeParse(answer).data ?? null
export const parseDeployKeys = (answer: unknown): readonly DeployKey[] | null =>
  z.array(keyShape).safeParse(answer).data ?? null
export const parseDeliveries = (answer: unknown): readonly DeliveryItem[] | null =>
  z.array(deliveryItemShape).safeParse(answer).data ?? null

/** Parses a delivery and its answer; null where it cannot be understood. */
export function parseDelivery(
  answer: unknown,
): (Pick<Delivery, 'signature' | 'body'> & { readonly answered: string }) | null {
  const { data } = deliveryShape.safeParse(answer)
  if (data === undefined) return null
  const signature = Object.entries(data.request.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'x-hub-signature-256',
  )?.[1]
  return {
    signature: typeof signature === 'string' ? signature : null,
    body: exactJson(data.request.payload),
    answered: data.response?.payload ?? '',
  }
}

/**
 * Serialises a payload; null where the result may differ from what was sent. An integer beyond 2^53
 * arrives as a bigint, which JSON.stringify refuses, or as another number.
 */
function exactJson(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null) return null
  try {
    return JSON.stringify(payload, (_, value: unknown) => {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError('not exact')
      return value
    })
  } catch {
    return null
  }
}

const garbled = (repo: string, what: string): Fact<never> =>
  unknown(
    `GitHub's answer about ${what} of ${repo} could not be understood`,
    "look whether GITHUB_API_URL leads to GitHub's API, and try again",
  )

/** GitHub also answers 404 where the token lacks a permission. */
const hidden = (repo: string, route: string): Fact<never> =>
  unknown(
    `GitHub has no repository ${repo}, or the token may not see its settings (both are 404 Not Found)`,
    `correct the name, or give the token of GITHUB_TOKEN access to ${repo} with ${neededPermission(route)}`,
    { lacks: [`server:github.com/${repo}`] },
  )

/** Reads a fact. An error of GitHub makes it unknown; the remedy names the permission. */
export async function orUnknown<V>(read: () => Promise<Fact<V>>): Promise<Fact<V>> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FettleError) return unknown(error.message, error.remedy)
    throw error
  }
}

const listHooks = 'GET /repos/{owner}/{repo}/hooks'
const listKeys = 'GET /repos/{owner}/{repo}/keys'

async function hooksOf(client: GithubReader, repo: string): Promise<Fact<readonly Hook[]>> {
  const answer = await client.list(listHooks, ownerAndName(repo))
  if (answer === null) return hidden(repo, listHooks)
  const hooks = parseHooks(answer)
  return hooks === null ? garbled(repo, 'the webhooks') : present(hooks)
}

/** All webhooks of a repository. */
export const hooksFact = backendFact({
  backend: github,
  name: 'github-hooks',
  read: (client, { repo }: RepositoryKey) => orUnknown(() => hooksOf(client, repo)),
})

/**
 * The newest delivery of the hook with a URL; absent without such a hook, and before its first
 * delivery.
 */
export const newestDeliveryFact = backendFact({
  backend: github,
  name: 'github-delivery',
  read: (client, { repo, url }: HookKey) =>
    orUnknown<Delivery>(async () => {
      const hooks = await hooksOf(client, repo)
      if (hooks.is !== 'present') return hooks
      const hook = hooks.value.find((one) => normalizedUrl(one.url) === normalizedUrl(url))
      if (hook === undefined) return absent
      const route = 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries'
      const listed = await client.get(route, {
        ...ownerAndName(repo),
        hook_id: hook.id,
        per_page: 30,
      })
      if (listed === null) return hidden(repo, route)
      const items = parseDeliveries(listed)
      if (items === null) return garbled(repo, `the deliveries of hook ${String(hook.id)}`)
      const newest = items.find((item) => !item.redelivery)
      if (newest === undefined) return absent
      const delivery = parseDelivery(
        await client.get(`${route}/{delivery_id}`, {
          ...ownerAndName(repo),
          hook_id: hook.id,
          delivery_id: newest.id,
        }),
      )
      if (delivery === null)
        return garbled(repo, `delivery ${String(newest.id)} of hook ${String(hook.id)}`)
      return present({
        id: newest.id,
        hook: hook.id,
        deliveredAt: newest.delivered_at,
        status: newest.status_code,
        signature: delivery.signature,
        body: delivery.body,
      })
    }),
})

/** All deploy keys of a repository. */
export const deployKeysFact = backendFact({
  backend: github,
  name: 'github-deploy-keys',
  read: (client, { repo }: RepositoryKey) =>
    orUnknown<readonly DeployKey[]>(async () => {
      const answer = await client.list(listKeys, ownerAndName(repo))
      if (answer === null) return hidden(repo, listKeys)
      const keys = parseDeployKeys(answer)
      return keys === null ? garbled(repo, 'the deploy keys') : present(keys)
    }),
})
