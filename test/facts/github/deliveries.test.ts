import { describe, expect, test } from '@jest/globals'
import { absent, type Fact } from '../../../src/core/fact.js'
import { newestDeliveryFact, parseDelivery, type Delivery } from '../../../src/facts/github/api.js'
import type { GithubClient } from '../../../src/facts/github/backend.js'
import { detail, hook, item, reader, repo, url } from './answers.js'

const newest = (client: GithubClient): Promise<Fact<Delivery>> =>
  newestDeliveryFact.read(client, { repo, url })
const redelivery = { ...item, id: 10, redelivery: true }
const route = 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries'

describe('the newest delivery', () => {
  test('is the first that is not a redelivery', async () => {
    expect(
      await newest(reader({ list: [hook], deliveries: [redelivery, item], delivery: detail })),
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

  test('is asked for by the ids of its hook and of itself', async () => {
    const asked: unknown[] = []
    await newest(reader({ list: [hook], deliveries: [redelivery, item], delivery: detail }, asked))
    expect(asked).toEqual([
      ['GET /repos/{owner}/{repo}/hooks', { owner: 'acme', repo: 'demo' }],
      [route, { owner: 'acme', repo: 'demo', hook_id: 12345678, per_page: 30 }],
      [
        `${route}/{delivery_id}`,
        { owner: 'acme', repo: 'demo', hook_id: 12345678, delivery_id: 9 },
      ],
    ])
  })

  test('belongs to the hook of the URL, in any spelling', async () => {
    const spelled = {
      ...hook,
      config: { ...hook.config, url: `${url}/`.replace('https', 'HTTPS') },
    }
    const list = [{ ...hook, id: 1, config: { url: `${url}2` } }, spelled]
    expect(await newest(reader({ list, deliveries: [item], delivery: detail }))).toMatchObject({
      value: { hook: 12345678 },
    })
  })

  test.each([
    ['without a hook of the URL', { list: [{ ...hook, config: { url: `${url}2` } }] }],
    ['before the first delivery', { list: [hook], deliveries: [] }],
    ['where all are redeliveries', { list: [hook], deliveries: [redelivery] }],
  ])('is absent %s', async (_, answers) => {
    expect(await newest(reader(answers))).toBe(absent)
  })

  test('is unknown where the list of deliveries is 404', async () => {
    expect(await newest(reader({ list: [hook], deliveries: null }))).toEqual({
      is: 'unknown',
      reason:
        'GitHub has no repository acme/demo, or the token may not see its settings (both are 404 Not Found)',
      remedy:
        'correct the name, or give the token of GITHUB_TOKEN access to acme/demo with the repository permission "Webhooks: read" (a classic token: the scope admin:repo_hook)',
      lacks: ['server:github.com/acme/demo'],
    })
  })
})

describe('garbage is unknown: it neither throws nor counts as absent', () => {
  const garbled = (what: string): Fact<never> => ({
    is: 'unknown',
    reason: `GitHub's answer about ${what} of acme/demo could not be understood`,
    remedy: "look whether GITHUB_API_URL leads to GitHub's API, and try again",
  })
  test.each(
    [
      '<html>',
      7,
      undefined,
      { message: 'hi' },
      [null],
      [{ ...item, id: 1.5 }],
      [{ ...item, event: null }],
      [{ ...item, delivered_at: 0 }],
      [{ ...item, status: 200 }],
      [{ ...item, status_code: '200' }],
      [{ ...item, status_code: 200.5 }],
      [{ ...item, redelivery: 'no' }],
      [item, {}],
    ].map((answer) => [answer]),
  )('%j of the list', async (deliveries) => {
    expect(await newest(reader({ list: [hook], deliveries, delivery: detail }))).toEqual(
      garbled('the deliveries of hook 12345678'),
    )
  })
  test.each(
    [
      '<html>',
      7,
      undefined,
      null,
      {},
      item,
      { ...detail, request: null },
      { ...detail, request: { headers: 'none', payload: {} } },
      { ...detail, response: { payload: 1 } },
      { ...detail, response: 'ok' },
    ].map((answer) => [answer]),
  )('%j of one', async (delivery) => {
    expect(await newest(reader({ list: [hook], deliveries: [item], delivery }))).toEqual(
      garbled('delivery 9 of hook 12345678'),
    )
  })
})

describe('what was sent', () => {
  test.each<[string, object, ReturnType<typeof parseDelivery>]>([
    [
      'signed',
      detail,
      {
        signature: 'sha256=abc',
        body: '{"zen":"Design for failure.","n":1}',
        answered: 'ok',
      },
    ],
    [
      'with the header among others, in lower case',
      { request: { headers: { accept: '*/*', 'x-hub-signature-256': 's' }, payload: {} } },
      { signature: 's', body: '{}', answered: '' },
    ],
    [
      'without a signature',
      { request: { headers: { accept: '*/*' }, payload: { a: [1, 0.5, null, 'b'] } } },
      { signature: null, body: '{"a":[1,0.5,null,"b"]}', answered: '' },
    ],
    [
      'without headers',
      { request: { headers: null, payload: {} } },
      { signature: null, body: '{}', answered: '' },
    ],
    [
      'with a signature that is no text',
      { request: { headers: { 'X-Hub-Signature-256': 1 }, payload: {} } },
      { signature: null, body: '{}', answered: '' },
    ],
  ])('%s', (_, answer, parsed) => {
    expect(parseDelivery(answer)).toEqual(parsed)
  })

  test.each<[string, unknown, string | null]>([
    ['the greatest integer that is exact', 2 ** 53 - 1, '{"n":9007199254740991}'],
    ['an integer that was read as another', 2 ** 53, null],
    ['an integer that JSON cannot hold', 2n ** 60n, null],
  ])('%s', (_, n, body) => {
    const answer = { request: { headers: {}, payload: { n } } }
    expect(parseDelivery(answer)).toMatchObject({ body })
  })

  test.each([['a text'], [null], [undefined], [1]])('%j is no payload', (payload) => {
    expect(parseDelivery({ request: { headers: {}, payload } })).toMatchObject({ body: null })
  })
})

test.each<[string, unknown]>([
  ['nothing', null],
  ['a body that GitHub does not show', { payload: null }],
  ['no body', {}],
])('an answer of %s is an empty one', (_, response) => {
  expect(parseDelivery({ ...detail, response })).toMatchObject({ answered: '' })
})
