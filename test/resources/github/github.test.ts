import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { isOn } from '../../../src/core/backend.js'
import { isShell, changesOf, type Action } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { reveal, Secret } from '../../../src/core/secret.js'
import { inputBytes } from '../../../src/core/sh.js'
import { github, type GithubAction } from '../../../src/facts/github/backend.js'
import { githubMarkFact } from '../../../src/facts/github/mark.js'
import type { Hook } from '../../../src/facts/github/api.js'
import { githubDeployKey } from '../../../src/resources/github/deploy-key.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import { githubWebhook, type GithubWebhookOptions } from '../../../src/resources/github/webhook.js'

const url = 'https://demo.example.org/hooks/demo'
const secret = new Secret('wanted-of-the-hook')
const hook: Hook = {
  id: 7,
  url,
  contentType: 'json',
  verifyTls: true,
  hasSecret: true,
  events: ['push'],
  active: true,
  updatedAt: '2026-01-31T12:00:00Z',
}

const changes = (made: Resource, facts: Readonly<Record<string, unknown>>) =>
  changesOf(made.plan(facts, made.values, { changing: [] }))

function only(actions: readonly Action[] | undefined): GithubAction {
  const [action] = actions ?? []
  if (actions?.length !== 1 || action === undefined || !isOn(action, github) || 'hook' in action)
    throw new Error(`not one request: ${inspect(actions)}`)
  return action
}

const facts = { hooks: [hook], marks: [], delivery: null }
const answer = {
  id: 12,
  active: true,
  events: ['push'],
  updated_at: '2026-01-31T12:00:00Z',
  config: { url },
}

describe('requests of github.webhook', () => {
  test('a new hook has all settings', () => {
    const { parameters } = only(
      changes(githubWebhook('acme/demo', { url, secret }), { ...facts, hooks: [] })[0]?.actions,
    )
    expect(parameters).toEqual({
      owner: 'acme',
      repo: 'demo',
      name: 'web',
      active: true,
      events: ['push'],
      config: { url, content_type: 'json', insecure_ssl: '0', secret },
    })
  })

  test('a change of anything sends the whole configuration, the secret included', () => {
    const { parameters } = only(
      changes(githubWebhook('acme/demo', { url, secret, events: ['release'] }), facts)[0]?.actions,
    )
    expect(parameters).toEqual({
      owner: 'acme',
      repo: 'demo',
      hook_id: 7,
      active: true,
      events: ['release'],
      config: { url, content_type: 'json', insecure_ssl: '0', secret },
    })
  })

  test('a form, whose receiver has no certificate that can be verified', () => {
    const options = { url, contentType: 'form', verifyTls: false, active: false } as const
    const made = githubWebhook('acme/demo', options)
    expect(only(changes(made, { hooks: [] })[0]?.actions).parameters).toMatchObject({
      active: false,
      config: { url, content_type: 'form', insecure_ssl: '1' },
    })
  })

  test('a changed hook is proved, and then marked', () => {
    const made = githubWebhook('acme/demo', { url, secret, events: ['release'] })
    const [proof, mark, ...more] = only(changes(made, facts)[0]?.actions).then?.(answer) ?? []
    expect(proof).toEqual({ on: github, repo: 'acme/demo', hook: 7, within: 20 })
    expect(mark).toMatchObject({ what: 'writing /var/lib/fettle/github/7' })
    expect(more).toEqual([])
  })

  test('a removed hook is named by its id, and so is its mark', () => {
    const made = githubWebhook('acme/demo', { url, state: 'absent' })
    expect(changes(made, { hooks: [hook] })[0]?.actions).toMatchObject([
      { on: github, parameters: { owner: 'acme', repo: 'demo', hook_id: 7 } },
      { what: 'removing /var/lib/fettle/github/7' },
    ])
  })

  test('the mark is written after the proof, and is the one that the next run expects', () => {
    const made = githubWebhook('acme/demo', { url, secret })
    const [proof, mark, ...more] =
      only(changes(made, { ...facts, hooks: [] })[0]?.actions).then?.(answer) ?? []
    expect(proof).toEqual({ on: github, repo: 'acme/demo', hook: 12, within: 20 })
    expect(more).toEqual([])
    if (mark === undefined || !isShell(mark) || mark.input === undefined) throw new Error('no mark')
    expect(mark.script.text).toContain('/var/lib/fettle/github')
    const [read] = githubMarkFact.parse(
      { code: 0, stdout: Buffer.concat([Buffer.from('12 '), inputBytes(mark.input)]), stderr: '' },
      ['all'],
    )
    if (read?.is !== 'present') throw new Error('the mark cannot be read')
    expect(
      changes(made, { hooks: [{ ...hook, id: 12 }], marks: read.value, delivery: null }),
    ).toEqual([])
    expect(
      changes(githubWebhook('acme/demo', { url, secret: new Secret('another-of-them') }), {
        hooks: [{ ...hook, id: 12 }],
        marks: read.value,
        delivery: null,
      }).map(({ summary }) => summary),
    ).toEqual(['secret changed, then ping it'])
  })

  test('two marks of one secret differ', () => {
    const action = only(
      changes(githubWebhook('acme/demo', { url, secret, prove: false }), { ...facts, hooks: [] })[0]
        ?.actions,
    )
    const marks = [action.then?.(answer), action.then?.(answer)].map((actions) =>
      inspect(actions, { depth: 5 }),
    )
    expect(marks[0]).not.toBe(marks[1])
  })

  test.each<[string, Partial<GithubWebhookOptions>, readonly (string | undefined)[]]>([
    ['without a secret there is no mark', {}, ['github']],
    ['prove: false', { secret, prove: false }, [undefined]],
    ['a hook that is not active is not proved', { secret, active: false }, [undefined]],
  ])('%s', (_, options, expected) => {
    const { then } = only(
      changes(githubWebhook('acme/demo', { url, ...options }), { ...facts, hooks: [] })[0]?.actions,
    )
    expect(then?.(answer).map(({ on }) => on?.name)).toEqual(expected)
  })

  test('without an id in the answer there is no mark: the secret is set again next time', () => {
    expect(
      only(
        changes(githubWebhook('acme/demo', { url, secret }), { ...facts, hooks: [] })[0]?.actions,
      ).then?.('garbage'),
    ).toEqual([])
  })

  test('the secret is in no sentence and no script', () => {
    const planned = [
      ...changes(githubWebhook('acme/demo', { url, secret }), { ...facts, hooks: [] }),
      ...changes(githubWebhook('acme/demo', { url, secret }), facts),
    ]
    const shown =
      inspect([planned, planned.map(({ actions }) => only(actions).then?.(answer))], {
        depth: 10,
      }) + JSON.stringify(planned)
    expect(planned).toHaveLength(2)
    expect(shown).not.toContain(reveal(secret))
  })

  test('hooks of one repository have distinct ids, for any spelling of the URL', () => {
    expect(githubWebhook('acme/demo', { url }).address).toBe(`github.webhook[acme/demo ${url}]`)
    expect(
      githubWebhook('acme/demo', { url: 'HTTPS://DEMO.example.org:443/hooks/demo/' }).address,
    ).toBe(`github.webhook[acme/demo ${url}]`)
  })
})

test('requests of github.deployKey', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'
  const made = githubDeployKey('acme/demo', { title: 'new', key: `${key} comment`, readOnly: true })
  const repository = { owner: 'acme', repo: 'demo' }
  const keys = [{ id: 3, title: 'old', key, readOnly: true }]
  expect(changes(made, { keys })[0]?.actions).toMatchObject([
    { on: github, parameters: { ...repository, key_id: 3 } },
    { on: github, parameters: { ...repository, title: 'new', key, read_only: true } },
  ])
  expect(only(changes(made, { keys: [] })[0]?.actions).parameters).toEqual({
    ...repository,
    title: 'new',
    key,
    read_only: true,
  })
})

test('a deploy key that only the host knows is named by a word', () => {
  const { publicKey } = sshKey('/var/lib/webhook/.ssh/id_demo')
  expect(githubDeployKey('acme/demo', { key: publicKey, state: 'absent' }).address).toBe(
    'github.deployKey[acme/demo key]',
  )
})

test('deploy keys that are removed from one repository have distinct ids', () => {
  const absent = (blob: string): string =>
    githubDeployKey('acme/demo', { key: `ssh-ed25519 ${blob}`, state: 'absent' }).address
  expect([absent('AAAAC3NzaC1lZDI1NTE5one'), absent('AAAAC3NzaC1lZDI1NTE5two')]).toEqual([
    'github.deployKey[acme/demo …lZDI1NTE5one]',
    'github.deployKey[acme/demo …lZDI1NTE5two]',
  ])
})

test.each<[string, () => unknown]>([
  ['a URL without TLS', () => githubWebhook('acme/demo', { url: 'http://example.org' })],
  ['a repository whose name begins with dots', () => githubWebhook('acme/..demo', { url })],
  ['all events', () => githubWebhook('acme/demo', { url, events: ['*'] })],
])('%s is taken', (_, make) => {
  expect(make).not.toThrow()
})

describe('refused before anything connects', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'
  test.each<[string, () => unknown, string]>([
    ['a repository without an owner', () => githubWebhook('demo', { url }), 'owner/name'],
    ['a repository that climbs', () => githubWebhook('acme/..', { url }), 'owner/name'],
    ['a repository with more', () => githubWebhook('acme/demo/hooks', { url }), 'owner/name'],
    [
      'a URL of another kind',
      () => githubWebhook('acme/demo', { url: 'ftp://example.org' }),
      'url must be an http or https URL',
    ],
    ['a name of a repository that is a dot', () => githubWebhook('acme/.', { url }), 'owner/name'],
    [
      'a scheme that begins like another',
      () => githubWebhook('acme/demo', { url: 'httpsx://example.org' }),
      'url must be an http or https URL',
    ],
    [
      'a scheme that ends like another',
      () => githubWebhook('acme/demo', { url: 'xhttps://example.org' }),
      'url must be an http or https URL',
    ],
    [
      'a URL with a newline',
      () => githubWebhook('acme/demo', { url: 'https://example.org/\nx' }),
      'url must be an http or https URL',
    ],
    ['no URL', () => githubWebhook('acme/demo', {} as GithubWebhookOptions), 'url is required'],
    [
      'a string for a secret',
      () => githubWebhook('acme/demo', { url, secret: 'text' as unknown as Secret }),
      'secret must be a Secret',
    ],
    [
      'no events',
      () => githubWebhook('acme/demo', { url, events: [] }),
      'events must name at least one event',
    ],
    [
      'an event twice',
      () => githubWebhook('acme/demo', { url, events: ['push', 'push'] }),
      'events must not name an event twice',
    ],
    [
      'an event that is no name',
      () => githubWebhook('acme/demo', { url, events: ['Push!'] }),
      'events.0 must be the name of an event',
    ],
    [
      'an event with more before it',
      () => githubWebhook('acme/demo', { url, events: ['1push'] }),
      'events.0 must be the name of an event',
    ],
    [
      'all events, and more',
      () => githubWebhook('acme/demo', { url, events: ['*x'] }),
      'events.0 must be the name of an event',
    ],
    [
      'an unknown option',
      () => githubWebhook('acme/demo', { url, insecure: true } as unknown as GithubWebhookOptions),
      'has no option insecure',
    ],
    [
      'a private key',
      () =>
        githubDeployKey('acme/demo', { title: 'x', key: '-----BEGIN OPENSSH PRIVATE KEY-----' }),
      'key must be a public key',
    ],
    [
      'two keys in one',
      () => githubDeployKey('acme/demo', { title: 'x', key: `${key}\n${key}` }),
      'key must be a public key',
    ],
    [
      'a key to be added without a title',
      () => githubDeployKey('acme/demo', { key }),
      'title is required',
    ],
    ['an empty title', () => githubDeployKey('acme/demo', { title: '', key }), 'title'],
  ])('%s', (_, make, expected) => {
    expect(make).toThrow(expected)
  })
})
