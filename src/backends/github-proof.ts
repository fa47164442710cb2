import { FettleError } from '../core/errors.js'
import { omitUndefined } from '../core/omit-undefined.js'
import { scrub } from '../core/scrub/scrub.js'
import {
  ownerAndName,
  parseDeliveries,
  parseDelivery,
  type DeliveryItem,
} from '../facts/github/api.js'
import type { GithubProof } from '../facts/github/backend.js'
import type { Parameters } from './github-client.js'
import { strangeAnswer } from './github-failure.js'

/** The requests that a proof needs. */
export interface ProofApi {
  /** Sends a request and returns the response's data. */
  send(route: string, parameters: Parameters): Promise<unknown>
  /** Waits before the deliveries are listed again. */
  pause(): Promise<void>
}

/**
 * Pings a hook and waits until the delivery is answered with 2xx.
 * @throws FettleError `check-failed` where none is in time
 */
export async function proveDelivery(
  api: ProofApi,
  { repo, hook, within }: GithubProof,
): Promise<null> {
  const parameters = { ...ownerAndName(repo), hook_id: hook }
  const before = new Set((await deliveries(api, parameters)).map(({ id }) => id))
  await api.send('POST /repos/{owner}/{repo}/hooks/{hook_id}/pings', parameters)
  const end = performance.now() + within * 1000
  for (;;) {
    const pings = (await deliveries(api, parameters)).filter(
      ({ id, event }) => event === 'ping' && !before.has(id),
    )
    if (pings.some(({ status_code }) => status_code >= 200 && status_code < 300)) return null
    if (performance.now() >= end) {
      const [ping] = pings
      if (ping === undefined) throw undelivered(repo, hook, within)
      throw await badlyAnswered(api, repo, hook, ping)
    }
    await api.pause()
  }
}

async function deliveries(api: ProofApi, parameters: Parameters): Promise<readonly DeliveryItem[]> {
  const route = 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries'
  const items = parseDeliveries(await api.send(route, { ...parameters, per_page: 30 }))
  if (items === null) throw strangeAnswer(route, parameters, 'could not be understood')
  return items
}

const seeDeliveries = (repo: string, hook: number): string =>
  `see its deliveries at https://github.com/${repo}/settings/hooks/${String(hook)}`

const undelivered = (repo: string, hook: number, within: number): FettleError =>
  new FettleError('check-failed', {
    message: `GitHub did not deliver the ping of hook ${String(hook)} of ${repo} within ${String(within)} s`,
    remedy: seeDeliveries(repo, hook),
  })

async function badlyAnswered(
  api: ProofApi,
  repo: string,
  hook: number,
  ping: DeliveryItem,
): Promise<FettleError> {
  const data = await api.send(
    'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}',
    { ...ownerAndName(repo), hook_id: hook, delivery_id: ping.id },
  )
  const answered = scrub(parseDelivery(data)?.answered ?? '').trim()
  const detail = answered === '' ? undefined : answered.slice(0, 500)
  return new FettleError('check-failed', {
    message: `the ping of hook ${String(hook)} of ${repo} came back with ${String(ping.status_code)} ${ping.status}`,
    remedy: `look whether the service behind the URL runs, can be reached from GitHub and knows the same secret; ${seeDeliveries(repo, hook)}`,
    ...omitUndefined({ detail }),
  })
}
