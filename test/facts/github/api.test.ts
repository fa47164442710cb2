import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import type { Fact } from '../../../src/core/fact.js'
import {
  deployKeysFact,
  hooksFact,
  neededPermission,
  newestDeliveryFact,
  normalizedUrl,
} from '../../../src/facts/github/api.js'
import { github, type GithubClient } from '../../../src/facts/github/backend.js'
import { githubMarkFact } from '../../../src/facts/github/mark.js'
import { deployKey, failing, hook, reader, repo, url } from './answers.js'

type Read = (client: GithubClient) => Promise<Fact<unknown>>
const hooks: Read = (client) => hooksFact.read(client, { repo })
const newest: Read = (client) => newestDeliveryFact.read(client, { repo, url })
const keys: Read = (client) => deployKeysFact.read(client, { repo })

const kinds: readonly (readonly [string, Read])[] = [
  ['hooks', hooks],
  ['the newest delivery', newest],
  ['deploy keys', keys],
]

test('the backend serves all hosts of a run, and each kind has a name of its own', () => {
  expect([github.name, github.scope]).toEqual(['github', 'run'])
  expect(
    [hooksFact, newestDeliveryFact, deployKeysFact, githubMarkFact].map(({ name }) => name),
  ).toEqual(['github-hooks', 'github-delivery', 'github-deploy-keys', 'github-mark'])
})

test.each([
  [
    { route: 'POST /repos/{owner}/{repo}/hooks', parameters: {} },
    'POST /repos/{owner}/{repo}/hooks',
  ],
  [{ repo, hook: 7, within: 20 }, 'prove hook 7 of acme/demo'],
])('%j is told as: %s', (work, told) => {
  expect(github.describe?.(work)).toBe(told)
})

describe('hooks', () => {
  const whole = {
    id: 12345678,
    url,
    contentType: 'json',
    verifyTls: true,
    hasSecret: true,
    events: ['push', 'pull_request'],
    active: true,
    updatedAt: '2019-06-03T00:57:16Z',
  }
  test.each<[string, object, object]>([
    ['as GitHub describes one', hook, whole],
    [
      "an old one, with GitHub's defaults for what it lacks",
      { ...hook, config: {} },
      { ...whole, url: '', contentType: 'form', verifyTls: true, hasSecret: false },
    ],
    [
      'certificates are not verified',
      { ...hook, config: { ...hook.config, insecure_ssl: '1' } },
      { ...whole, verifyTls: false },
    ],
    [
      'certificates are not verified, said by a number',
      { ...hook, config: { ...hook.config, insecure_ssl: 1 } },
      { ...whole, verifyTls: false },
    ],
    [
      'certificates are verified, said by a number',
      { ...hook, config: { ...hook.config, insecure_ssl: 0 } },
      whole,
    ],
    [
      'switched off',
      { ...hook, active: false, events: [] },
      { ...whole, active: false, events: [] },
    ],
  ])('%s', async (_, answer, value) => {
    expect(await hooks(reader({ list: [answer] }))).toEqual({ is: 'present', value: [value] })
  })

  test('all pages are listed, by owner and name', async () => {
    const asked: unknown[] = []
    await hooks(reader({ list: [] }, asked))
    expect(asked).toEqual([['GET /repos/{owner}/{repo}/hooks', { owner: 'acme', repo: 'demo' }]])
  })
})

describe('deploy keys', () => {
  test.each([
    ['with a comment', 'ssh-ed25519 AAAA me@here'],
    ['without a comment', 'ssh-ed25519 AAAA'],
    ['with blanks around', '  ssh-ed25519   AAAA  me and you\n'],
  ])('%s', async (_, key) => {
    expect(await keys(reader({ list: [{ ...deployKey, key }] }))).toEqual({
      is: 'present',
      value: [{ id: 1, title: 'demo', key: 'ssh-ed25519 AAAA', readOnly: true }],
    })
  })

  test('all pages are listed, by owner and name', async () => {
    const asked: unknown[] = []
    await keys(reader({ list: [] }, asked))
    expect(asked).toEqual([['GET /repos/{owner}/{repo}/keys', { owner: 'acme', repo: 'demo' }]])
  })
})

describe('garbage is unknown: it neither throws nor counts as absent', () => {
  const remedy = "look whether GITHUB_API_URL leads to GitHub's API, and try again"
  const ofAny = ['<html>', 7, {}, { message: 'hi' }, [null], [{}], [{ id: '1' }], ['x'], undefined]
  const ofHooks = [
    [{ ...hook, id: 1.5 }],
    [{ ...hook, active: 'yes' }],
    [{ ...hook, events: 'push' }],
    [{ ...hook, events: [1] }],
    [{ ...hook, updated_at: null }],
    [{ ...hook, config: null }],
    [{ ...hook, config: { ...hook.config, insecure_ssl: false } }],
    [hook, null],
  ]
  const ofKeys = [
    [{ ...deployKey, id: 1.5 }],
    [{ ...deployKey, title: null }],
    [{ ...deployKey, key: '' }],
    [{ ...deployKey, read_only: 'yes' }],
    [deployKey, null],
  ]
  test.each([...ofAny, ...ofHooks].map((answer) => [answer]))('%j of hooks', async (list) => {
    const fact = {
      is: 'unknown',
      reason: "GitHub's answer about the webhooks of acme/demo could not be understood",
      remedy,
    }
    expect(await hooks(reader({ list }))).toEqual(fact)
    expect(await newest(reader({ list }))).toEqual(fact)
  })
  test.each([...ofAny, ...ofKeys].map((answer) => [answer]))('%j of keys', async (list) => {
    expect(await keys(reader({ list }))).toEqual({
      is: 'unknown',
      reason: "GitHub's answer about the deploy keys of acme/demo could not be understood",
      remedy,
    })
  })
})

describe('a refusal is unknown, with a remedy', () => {
  test.each([
    ['hooks', hooks, '"Webhooks: read" (a classic token: the scope admin:repo_hook)'],
    [
      'the newest delivery',
      newest,
      '"Webhooks: read" (a classic token: the scope admin:repo_hook)',
    ],
    ['deploy keys', keys, '"Administration: read" (a classic token: the scope repo)'],
  ] as const)(
    '404 for %s names the repository, both reasons and the permission',
    async (_, read, permission) => {
      expect(await read(reader({ list: null }))).toEqual({
        is: 'unknown',
        reason:
          'GitHub has no repository acme/demo, or the token may not see its settings (both are 404 Not Found)',
        remedy: `correct the name, or give the token of GITHUB_TOKEN access to acme/demo with the repository permission ${permission}`,
        lacks: ['server:github.com/acme/demo'],
      })
    },
  )
  test.each(kinds)('401 for %s', async (_, read) => {
    const message = 'GitHub refused it with 401: Bad credentials'
    const remedy = 'put a valid token into GITHUB_TOKEN'
    expect(await read(failing(new FettleError('github-failed', { message, remedy })))).toEqual({
      is: 'unknown',
      reason: message,
      remedy,
    })
  })
  test.each(kinds)('a mistake of our own is thrown for %s', async (_, read) => {
    await expect(read(failing(new TypeError('undefined is not a function')))).rejects.toThrow(
      TypeError,
    )
  })
})

test.each([
  [
    'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries',
    'the repository permission "Webhooks: read" (a classic token: the scope admin:repo_hook)',
  ],
  [
    'PATCH /repos/{owner}/{repo}/hooks/{hook_id}',
    'the repository permission "Webhooks: read and write" (a classic token: the scope admin:repo_hook)',
  ],
  [
    'GET /repos/{owner}/{repo}/keys',
    'the repository permission "Administration: read" (a classic token: the scope repo)',
  ],
  [
    'DELETE /repos/{owner}/{repo}/keys/{key_id}',
    'the repository permission "Administration: read and write" (a classic token: the scope repo)',
  ],
])('%s needs %s', (route, permission) => {
  expect(neededPermission(route)).toBe(permission)
})

test.each([
  ['HTTPS://Example.ORG:443/a/', 'https://example.org/a'],
  ['https://example.org/a/b//', 'https://example.org/a/b'],
  ['https://example.org//a', 'https://example.org//a'],
  ['http://example.org:80', 'http://example.org/'],
  ['http://example.org:8080/A?b=/', 'http://example.org:8080/A?b=/'],
  ['not a url', 'not a url'],
])('%s is %s', (given, expected) => {
  expect(normalizedUrl(given)).toBe(expected)
})
