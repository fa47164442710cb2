import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Octokit } from '@octokit/rest'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { reveal } from '../../src/core/secret.js'
import { isSignedWith, startReceiver, type Receiver } from './receiver.js'
import { startGithub, type GithubStandIn } from './stand-in.js'

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const at = { owner: 'acme', repo: 'demo' }
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Zl4y1M1oRPFyKfPO3m4oUQ3o7b1Gy5gPKJ7n0O4Zs'

let github: GithubStandIn
let receiver: Receiver
let octokit: Octokit
beforeEach(async () => {
  ;[github, receiver] = await Promise.all([
    startGithub({ repositories: ['acme/demo', 'acme/other'] }),
    startReceiver(),
  ])
  octokit = new Octokit({ auth: reveal(github.token), baseUrl: github.apiUrl, log: silent })
})
afterEach(async () => {
  await Promise.all([github.close(), receiver.close()])
})

/** The status and message of a refusal. */
const refused = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'not refused',
    (error: unknown) =>
      `${String((error as { status?: number }).status)} ${(error as Error).message}`,
  )
const create = (config: Readonly<Record<string, string>> = {}, more: object = {}) =>
  octokit.repos.createWebhook({
    ...at,
    config: { url: receiver.url, content_type: 'json', ...config },
    ...more,
  })
const raw = (
  method: string,
  path: string,
  body: string,
  token = reveal(github.token),
): Promise<Response> =>
  fetch(`${github.apiUrl}${path}`, { method, body, headers: { authorization: `Bearer ${token}` } })

describe('authentication', () => {
  test.each([
    ['a wrong token', { authorization: 'Bearer ghp_wrong' }, '{"message":"Bad credentials"'],
    ['no token', {}, '{"message":"Requires authentication"'],
  ])('%s', async (_, headers, expected) => {
    const answer = await fetch(`${github.apiUrl}/repos/acme/demo/hooks`, { headers })
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining(expected)])
    expect(github.defects).toEqual([])
  })
  test('a repository that is not there, and one in other letters', async () => {
    expect(await refused(octokit.repos.listWebhooks({ owner: 'acme', repo: 'none' }))).toContain(
      '404 Not Found',
    )
    expect((await octokit.repos.listWebhooks({ owner: 'ACME', repo: 'Demo' })).data).toEqual([])
    expect(github.defects).toEqual([])
  })
})

describe('a repository', () => {
  afterEach(() => {
    Object.assign(github.repository('acme/demo'), { archived: false, access: 'admin' })
    expect(github.defects).toEqual([])
  })

  test('tells what it is', async () => {
    expect((await octokit.repos.get(at)).data).toMatchObject({
      full_name: 'acme/demo',
      archived: false,
      permissions: { admin: true, pull: true },
    })
  })
  test('that is archived is read, and not changed', async () => {
    github.repository('acme/demo').archived = true
    expect((await octokit.repos.get(at)).data.archived).toBe(true)
    expect((await octokit.repos.listWebhooks(at)).data).toEqual([])
    expect(await refused(create())).toContain('403 Repository was archived so is read-only.')
  })
  test('of another has no settings', async () => {
    github.repository('acme/demo').access = 'read'
    expect((await octokit.repos.get(at)).data.permissions?.admin).toBe(false)
    expect(await refused(octokit.repos.listWebhooks(at))).toContain('404 Not Found')
  })
})

describe('a request that does not fit the description is 422 and a defect', () => {
  test.each([
    [
      'events that are no list',
      'POST',
      '/repos/acme/demo/hooks',
      '{"events":"push"}',
      'body/events must be array',
    ],
    [
      'a name that is not described',
      'POST',
      '/repos/acme/demo/hooks',
      '{"config":{"url":"http://x/","verify":true}}',
      'body/config/verify is not described',
    ],
    [
      'the same in a PATCH, where the description lets it pass',
      'PATCH',
      '/repos/acme/demo/hooks/1',
      '{"event":["push"]}',
      'body/event is not described',
    ],
    [
      'a URL that is none',
      'POST',
      '/repos/acme/demo/hooks',
      '{"config":{"url":"not a url"}}',
      'body/config/url must match format "uri"',
    ],
    ['no JSON', 'POST', '/repos/acme/demo/hooks', '{', 'body is not JSON'],
    [
      'a key without a key',
      'POST',
      '/repos/acme/demo/keys',
      '{"title":"x"}',
      "body must have required property 'key'",
    ],
    [
      'a query that is not described',
      'POST',
      '/repos/acme/demo/hooks?force=1',
      '{}',
      'query force is not described',
    ],
  ])('%s', async (_, method, path, body, defect) => {
    expect((await raw(method, path, body)).status).toBe(422)
    expect(github.defects).toEqual([expect.stringContaining(defect)])
  })
  test('an operation that the stand-in lacks is a defect', async () => {
    expect(await refused(octokit.repos.listBranches(at))).toContain('404')
    expect(github.defects).toEqual(['get /repos/acme/demo/branches is not part of the stand-in'])
  })
})

describe('hooks', () => {
  afterEach(() => expect(github.defects).toEqual([]))

  test('a secret is shown as stars, and content_type is form when left out', async () => {
    const { data } = await octokit.repos.createWebhook({
      ...at,
      config: { url: receiver.url, secret: 'of the hook' },
    })
    expect(data).toMatchObject({
      active: true,
      events: ['push'],
      config: { url: receiver.url, content_type: 'form', insecure_ssl: '0', secret: '********' },
    })
    expect((await octokit.repos.getWebhook({ ...at, hook_id: data.id })).data.config.secret).toBe(
      '********',
    )
  })
  test('a PATCH without the secret removes it, one without config does not', async () => {
    const { data } = await create({ secret: 'of the hook' })
    expect(
      (await octokit.repos.updateWebhook({ ...at, hook_id: data.id, events: ['push', 'release'] }))
        .data.config,
    ).toHaveProperty('secret')
    const changed = await octokit.repos.updateWebhook({
      ...at,
      hook_id: data.id,
      config: { url: receiver.url },
    })
    expect(changed.data).toMatchObject({
      events: ['push', 'release'],
      config: { url: receiver.url, content_type: 'form', insecure_ssl: '0' },
    })
    expect(changed.data.config).not.toHaveProperty('secret')
  })
  test('events are added and removed', async () => {
    const { data } = await create()
    expect(
      (
        await octokit.repos.updateWebhook({
          ...at,
          hook_id: data.id,
          add_events: ['release'],
          remove_events: ['push'],
        })
      ).data.events,
    ).toEqual(['release'])
  })
  test.each<[string, () => Promise<unknown>, string]>([
    [
      'the same URL and events',
      async () => [await create(), await create({ content_type: 'form' })],
      '422 Validation Failed: {"resource":"Hook","code":"custom","message":"Hook already exists on this repository"}',
    ],
    [
      'an event that GitHub does not have',
      () => create({}, { events: ['pushed'] }),
      '422 Validation Failed: {"resource":"Hook","code":"custom","message":"Unknown events: pushed"',
    ],
    [
      'no URL',
      () => octokit.repos.createWebhook({ ...at, config: { content_type: 'json' } }),
      'Config must contain URL',
    ],
    [
      'another content type',
      () => create({ content_type: 'xml' }),
      'content_type must be json or form',
    ],
  ])('%s is refused', async (_, make, expected) => {
    expect(await refused(make())).toContain(expected)
  })
  test('pages of 30 with links to the next', async () => {
    for (let n = 0; n < 65; n++) await create({ url: `${receiver.url}/${String(n)}` })
    const { data, headers } = await octokit.repos.listWebhooks(at)
    expect(data).toHaveLength(30)
    expect(headers.link).toBe(
      `<${github.apiUrl}/repos/acme/demo/hooks?per_page=30&page=2>; rel="next", <${github.apiUrl}/repos/acme/demo/hooks?per_page=30&page=3>; rel="last"`,
    )
    expect(await octokit.paginate(octokit.repos.listWebhooks, at)).toHaveLength(65)
  })
  test('a deleted hook is gone', async () => {
    const { data } = await create()
    await octokit.repos.deleteWebhook({ ...at, hook_id: data.id })
    expect(await refused(octokit.repos.deleteWebhook({ ...at, hook_id: data.id }))).toContain('404')
  })
})

describe('deliveries', () => {
  afterEach(() => expect(github.defects).toEqual([]))

  test('a new hook is pinged, signed and as GitHub does it', async () => {
    const { data } = await create({ secret: 'of the hook' })
    await github.settled()
    const [ping] = receiver.received
    expect(receiver.received).toHaveLength(1)
    expect(ping?.headers).toMatchObject({
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'x-github-event': 'ping',
      'x-github-hook-id': String(data.id),
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'content-type': 'application/json',
    })
    expect(ping !== undefined && isSignedWith(ping, 'of the hook')).toBe(true)
    expect(
      (await octokit.repos.getWebhook({ ...at, hook_id: data.id })).data.last_response,
    ).toMatchObject({ code: 200, status: 'active' })
  })
  test('a form is signed as it is sent; without a secret nothing is', async () => {
    await create({ content_type: 'form', secret: 'of the hook' })
    await create({ content_type: 'form', url: `${receiver.url}?unsigned` })
    await github.settled()
    const signed = receiver.received.find(
      ({ headers }) => headers['x-hub-signature-256'] !== undefined,
    )
    expect(signed !== undefined && isSignedWith(signed, 'of the hook')).toBe(true)
    expect(JSON.parse(new URLSearchParams(signed?.body).get('payload') ?? '')).toMatchObject({
      zen: 'Design for failure.',
    })
    expect(receiver.received).toHaveLength(2)
  })
  test('of an answer without an end the first MiB is recorded', async () => {
    const server = createServer((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await create({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/` })
    await github.settled()
    server.close()
    expect(
      github
        .deliveries('acme/demo')
        .map(({ statusCode, response }) => [statusCode, response.payload]),
    ).toEqual([[200, 'x'.repeat(1024 * 1024)]])
  })
  test('are recorded with what was sent and answered, the newest first, page by page', async () => {
    const { data: hook } = await create({ secret: 'of the hook' })
    await github.settled()
    receiver.status = 500
    await octokit.repos.pingWebhook({ ...at, hook_id: hook.id })
    await github.settled()
    const { data: items } = await octokit.repos.listWebhookDeliveries({ ...at, hook_id: hook.id })
    expect(items.map(({ event, status_code, status }) => [event, status_code, status])).toEqual([
      ['ping', 500, 'Invalid HTTP Response: 500'],
      ['ping', 200, 'OK'],
    ])
    const { data: first } = await octokit.repos.getWebhookDelivery({
      ...at,
      hook_id: hook.id,
      delivery_id: items[0]?.id ?? 0,
    })
    expect(first).toMatchObject({
      url: receiver.url,
      request: { payload: { hook_id: hook.id } },
      response: { payload: 'refused' },
    })
    const page = await octokit.repos.listWebhookDeliveries({ ...at, hook_id: hook.id, per_page: 1 })
    expect(page.headers.link).toContain(`cursor=${String(items[1]?.id)}>; rel="next"`)
    expect(
      (await octokit.repos.listWebhookDeliveries({ ...at, hook_id: hook.id, status: 'failure' }))
        .data,
    ).toHaveLength(1)
  })
  test('are repeated on request, with the same guid and payload', async () => {
    const { data: hook } = await create()
    await github.settled()
    await octokit.repos.redeliverWebhookDelivery({
      ...at,
      hook_id: hook.id,
      delivery_id: github.deliveries('acme/demo')[0]?.id ?? 0,
    })
    await github.settled()
    const [again, first] = github.deliveries('acme/demo')
    expect(again).toMatchObject({
      redelivery: true,
      guid: first?.guid,
      request: { payload: first?.request.payload },
    })
    expect(receiver.received.map(({ body }) => body)).toEqual([
      receiver.received[0]?.body,
      receiver.received[0]?.body,
    ])
  })
  test('to a closed port are recorded as 502', async () => {
    await create({ url: 'http://127.0.0.1:1/' })
    await github.settled()
    expect(github.deliveries('acme/demo')).toMatchObject([
      { statusCode: 502, status: 'failed to connect' },
    ])
  })
})

describe('deploy keys', () => {
  afterEach(() => expect(github.defects).toEqual([]))

  test('are kept without a comment, listed and deleted', async () => {
    const { data } = await octokit.repos.createDeployKey({
      ...at,
      title: 'demo',
      key: `${key} me@here`,
      read_only: true,
    })
    expect(data).toMatchObject({ title: 'demo', key, read_only: true })
    expect((await octokit.repos.listDeployKeys(at)).data.map(({ id }) => id)).toEqual([data.id])
    await octokit.repos.deleteDeployKey({ ...at, key_id: data.id })
    expect((await octokit.repos.listDeployKeys(at)).data).toEqual([])
  })
  test('a key serves one repository', async () => {
    await octokit.repos.createDeployKey({ ...at, title: 'demo', key })
    expect(
      await refused(
        octokit.repos.createDeployKey({
          owner: 'acme',
          repo: 'other',
          title: 'demo',
          key: `${key} again`,
        }),
      ),
    ).toContain('key is already in use')
  })
  test('text that is no key is refused', async () => {
    expect(
      await refused(octokit.repos.createDeployKey({ ...at, key: 'ssh-ed25519 garbage' })),
    ).toContain('key is invalid')
  })
})
