import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { absent, type Fact } from '../../../src/core/fact.js'
import {
  deployKeysFact,
  hooksFact,
  newestDeliveryFact,
  normalizedUrl,
} from '../../../src/facts/github/api.js'
import type { GithubClient } from '../../../src/facts/github/backend.js'

const repo = 'acme/demo'
const url = 'https://demo.example.org/hooks/demo'
// A hook from GitHub's description, with our own URL and secret.
const hook = {
  type: 'Repository',
  id: 12345678,
  name: 'web',
  active: true,
  events: ['push', 'pull_request'],
  config: { content_type: 'json', insecure_ssl: '0', url, secret: '********' },
  updated_at: '2019-06-03T00:57:16Z',
  created_at: '2019-06-03T00:57:16Z',
  last_response: { code: null, status: 'unused', message: null },
}
const item = {
  id: 9,
  guid: 'x',
  delivered_at: '2019-06-03T00:57:20Z',
  redelivery: false,
  duration: 0.27,
  status: 'OK',
  status_code: 200,
  event: 'ping',
  action: null,
}
const detail = {
  ...item,
  request: {
    headers: { 'X-Hub-Signature-256': 'sha256=abc' },
    payload: { zen: 'Design for failure.', n: 1 },
  },
  response: { headers: {}, payload: 'ok' },
}

/** Answers by the end of a route. */
const reader = (answers: {
  readonly list?: unknown
  readonly deliveries?: unknown
  readonly delivery?: unknown
}): GithubClient => ({
  list: () => Promise.resolve(answers.list as readonly unknown[] | null),
  perform: () => Promise.reject(new Error('reading changes nothing')),
  get: (route) =>
    Promise.resolve(route.endsWith('{delivery_id}') ? answers.delivery : answers.deliveries),
})
const refusing: GithubClient = {
  perform: () => Promise.reject(new Error('reading changes nothing')),
  list: () =>
    Promise.reject(
      new FettleError('github-failed', {
        message: 'GitHub refused it with 401: Bad credentials',
        remedy: 'put a valid token into GITHUB_TOKEN',
      }),
    ),
  get: () => Promise.resolve(null),
}

const kinds = {
  hooks: (github: GithubClient): Promise<Fact<unknown>> => hooksFact.read(github, { repo }),
  delivery: (github: GithubClient): Promise<Fact<unknown>> =>
    newestDeliveryFact.read(github, { repo, url }),
  keys: (github: GithubClient): Promise<Fact<unknown>> => deployKeysFact.read(github, { repo }),
}

test("hooks, with GitHub's defaults for fields that old ones lack", async () => {
  expect(
    await kinds.hooks(reader({ list: [hook, { ...hook, id: 2, config: { insecure_ssl: 1 } }] })),
  ).toEqual({
    is: 'present',
    value: [
      {
        id: 12345678,
        url,
        contentType: 'json',
        verifyTls: true,
        hasSecret: true,
        events: ['push', 'pull_request'],
        active: true,
        updatedAt: '2019-06-03T00:57:16Z',
      },
      {
        id: 2,
        url: '',
        contentType: 'form',
        verifyTls: false,
        hasSecret: false,
        events: ['push', 'pull_request'],
        active: true,
        updatedAt: '2019-06-03T00:57:16Z',
      },
    ],
  })
})

test('deploy keys, without comments', async () => {
  expect(
    await kinds.keys(
      reader({
        list: [{ id: 1, key: 'ssh-ed25519 AAAA me@here', title: 'demo', read_only: true }],
      }),
    ),
  ).toEqual({
    is: 'present',
    value: [{ id: 1, title: 'demo', key: 'ssh-ed25519 AAAA', readOnly: true }],
  })
})

describe('the newest delivery', () => {
  test('is the first that is not a redelivery', async () => {
    expect(
      await kinds.delivery(
        reader({
          list: [hook],
          deliveries: [{ ...item, id: 10, redelivery: true }, item],
          delivery: detail,
        }),
      ),
    ).toEqual({
      is: 'present',
      value: {
        id: 9,
        hook: 12345678,
        deliveredAt: '2019-06-03T00:57:20Z',
        status: 200,
        signature: 'sha256=abc',
        body: '{"zen":"Design for failure.","n":1}',
      },
    })
  })
  test('is absent without a hook of the URL, and without deliveries', async () => {
    expect(await kinds.delivery(reader({ list: [{ ...hook, config: { url: `${url}2` } }] }))).toBe(
      absent,
    )
    expect(await kinds.delivery(reader({ list: [hook], deliveries: [] }))).toBe(absent)
  })
  test.each([
    ['unsigned', { headers: {}, payload: { a: 1 } }, { signature: null, body: '{"a":1}' }],
    [
      'with the header in lower case',
      { headers: { 'x-hub-signature-256': 's' }, payload: null },
      { signature: 's', body: null },
    ],
    [
      'with an integer that JSON cannot hold',
      { headers: null, payload: { n: 2n ** 60n } },
      { signature: null, body: null },
    ],
    [
      'with an integer that was read as another',
      { headers: null, payload: { n: 2 ** 60 } },
      { signature: null, body: null },
    ],
  ])('%s', async (_, request, expected) => {
    expect(
      await kinds.delivery(
        reader({ list: [hook], deliveries: [item], delivery: { ...detail, request } }),
      ),
    ).toMatchObject({ is: 'present', value: expected })
  })
})

const garbage: readonly unknown[] = [
  '<html>',
  7,
  {},
  { message: 'hi' },
  [null],
  [{}],
  [{ id: '1' }],
  [{ ...hook, events: 'push' }],
  [{ ...hook, config: null }],
  ['x'],
  undefined,
]

describe('garbage is unknown: it neither throws nor counts as absent', () => {
  test.each(garbage.map((answer) => [answer]))('%p', async (answer) => {
    for (const read of Object.values(kinds))
      expect((await read(reader({ list: answer }))).is).toBe('unknown')
    expect((await kinds.delivery(reader({ list: [hook], deliveries: answer }))).is).toBe('unknown')
    expect(
      (await kinds.delivery(reader({ list: [hook], deliveries: [item], delivery: answer }))).is,
    ).toBe('unknown')
  })
})

describe('a refusal is unknown, with a remedy', () => {
  test.each(Object.entries(kinds))(
    '404 for %s names the repository, both reasons and the permission',
    async (name, read) => {
      const fact = await read(reader({ list: null, deliveries: null }))
      expect(fact).toMatchObject({
        is: 'unknown',
        reason: expect.stringMatching(/acme\/demo.*or the token may not see/),
        remedy: expect.stringContaining(
          name === 'keys' ? '"Administration: read"' : '"Webhooks: read"',
        ),
      })
    },
  )
  test.each(Object.entries(kinds))('401 for %s', async (_, read) => {
    expect(await read(refusing)).toEqual({
      is: 'unknown',
      reason: 'GitHub refused it with 401: Bad credentials',
      remedy: 'put a valid token into GITHUB_TOKEN',
    })
  })
})

test.each([
  ['HTTPS://Example.ORG:443/a/', 'https://example.org/a'],
  ['http://example.org:80', 'http://example.org/'],
  ['http://example.org:8080/A?b=/', 'http://example.org:8080/A?b=/'],
  ['not a url', 'not a url'],
])('%s is %s', (given, expected) => {
  expect(normalizedUrl(given)).toBe(expected)
})
