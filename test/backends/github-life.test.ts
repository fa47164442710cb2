import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openGithub, type GithubBackend } from '../../src/backends/github.js'
import { isShell, changesOf, type Action } from '../../src/core/change.js'
import { isOn } from '../../src/core/backend.js'
import type { BackendFactKind } from '../../src/core/fact.js'
import type { Resource } from '../../src/core/resource.js'
import { Secret } from '../../src/core/secret.js'
import { inputBytes } from '../../src/core/sh.js'
import { github as api, type GithubReader } from '../../src/facts/github/backend.js'
import { githubMarkFact } from '../../src/facts/github/mark.js'
import { githubDeployKey } from '../../src/resources/github/deploy-key.js'
import { githubWebhook, type GithubWebhookOptions } from '../../src/resources/github/webhook.js'
import { isSignedWith, startReceiver, type Receiver } from '../github/receiver.js'
import { startGithub, type GithubStandIn } from '../github/stand-in.js'

let github: GithubStandIn
let receiver: Receiver
let backend: GithubBackend
/** GitHub's clock, in seconds. */
let now = 0
/** The marks' directory of the host, by file name. */
let marks: Map<string, string>
beforeEach(async () => {
  now = Date.UTC(2026, 0, 31) / 1000
  marks = new Map()
  ;[github, receiver] = await Promise.all([
    startGithub({ repositories: ['acme/demo'], now: () => new Date(now * 1000) }),
    startReceiver(),
  ])
  backend = openGithub({ token: github.token, baseUrl: github.apiUrl })
})
afterEach(async () => {
  await github.settled()
  expect(github.defects).toEqual([])
  await Promise.all([github.close(), receiver.close()])
})

const webhook = (options: Partial<GithubWebhookOptions> = {}): Resource =>
  githubWebhook('acme/demo', {
    url: receiver.url,
    secret: new Secret('the-first-of-the-secrets'),
    events: ['push'],
    ...options,
  })

async function plan(
  made: Resource,
): Promise<{ readonly sentences: readonly string[]; readonly actions: readonly Action[] }> {
  const facts: Record<string, unknown> = {}
  for (const [name, { kind, key }] of Object.entries(made.reads)) {
    const listing = Buffer.from([...marks].map(([hook, text]) => `${hook} ${text}`).join(''))
    const fact =
      kind.backend === api
        ? await (kind as BackendFactKind<GithubReader, unknown, unknown>).read(backend, key)
        : githubMarkFact.parse({ code: 0, stdout: listing, stderr: '' }, ['all'])[0]
    if (fact?.is === 'unknown') throw new Error(fact.reason)
    facts[name] = fact?.is === 'present' ? fact.value : null
  }
  const planned = made.plan(facts, made.values, { changing: [] })
  return {
    sentences:
      'blocked' in planned
        ? [`blocked: ${planned.blocked}`]
        : changesOf(planned).map(({ summary }) => summary),
    actions: changesOf(planned).flatMap(({ actions }) => actions),
  }
}

/** Plans, performs and plans again, like an apply. Returns what was planned, and what was left. */
async function apply(
  made: Resource,
): Promise<{ readonly did: readonly string[]; readonly left: readonly string[] }> {
  const { sentences, actions } = await plan(made)
  for (const queue = [...actions]; queue.length > 0; ) {
    const action = queue.shift()
    if (action !== undefined && isShell(action))
      keep(
        action.script.text,
        action.input === undefined ? null : inputBytes(action.input).toString(),
      )
    else if (action !== undefined && isOn(action, api)) {
      const answer = await backend.perform(action)
      if ('route' in action) queue.unshift(...(action.then?.(answer) ?? []))
    }
  }
  return { did: sentences, left: (await plan(made)).sentences }
}

function keep(script: string, text: string | null): void {
  const hook = /(\d+)(?:; then| *$)/.exec(script)?.[1] ?? ''
  if (text === null) marks.delete(hook)
  else marks.set(hook, text)
}

/** Changes the hook by hand, some seconds later; the next run reads everything anew. */
async function byHand(change: Readonly<Record<string, unknown>>): Promise<void> {
  await github.settled()
  now += 60
  const [hook] = github.hooks('acme/demo')
  await backend.perform({
    route: 'PATCH /repos/{owner}/{repo}/hooks/{hook_id}',
    parameters: { owner: 'acme', repo: 'demo', hook_id: hook?.id, ...change },
  })
  now += 60
}
const configured = (more: object): Readonly<Record<string, unknown>> => ({
  config: { url: receiver.url, content_type: 'json', insecure_ssl: '0', ...more },
})
async function ping(): Promise<void> {
  await backend.perform({
    route: 'POST /repos/{owner}/{repo}/hooks/{hook_id}/pings',
    parameters: { owner: 'acme', repo: 'demo', hook_id: github.hooks('acme/demo')[0]?.id },
  })
  await github.settled()
}

test('a hook is created once, proved, and then left alone', async () => {
  expect(await apply(webhook())).toEqual({
    did: [`create hook for ${receiver.url} (push), then ping it`],
    left: [],
  })
  await github.settled()
  expect(
    receiver.received.map((one) => [one.event, isSignedWith(one, 'the-first-of-the-secrets')]),
  ).toEqual([
    ['ping', true],
    ['ping', true],
  ])
  const before = github.requests.length
  expect((await plan(webhook({ url: `${receiver.url}/` }))).sentences).toEqual([])
  expect(github.requests.slice(before).filter((line) => !line.startsWith('GET '))).toEqual([])
})

test('a hook that was edited on GitHub and lost its secret is repaired', async () => {
  await apply(webhook())
  await byHand({ events: ['release'], config: { url: receiver.url } })
  expect(await apply(webhook())).toEqual({
    did: ['events release → push; secret none → set, then ping it'],
    left: [],
  })
  expect(github.hooks('acme/demo')[0]?.config).toMatchObject({
    contentType: 'form',
    secret: 'the-first-of-the-secrets',
  })
  expect(await apply(webhook({ contentType: 'json' }))).toEqual({
    did: ['content type form → json, then ping it'],
    left: [],
  })
})

test('another desired secret is set, proved and marked; going back is a change again', async () => {
  await apply(webhook())
  now += 60
  const other = webhook({ secret: new Secret('the-second-of-the-secrets') })
  expect(await apply(other)).toEqual({ did: ['secret changed, then ping it'], left: [] })
  now += 60
  expect((await plan(other)).sentences).toEqual([])
  expect((await plan(webhook())).sentences).toEqual(['secret changed, then ping it'])
})

test('another secret that was set by hand is noticed with the next delivery', async () => {
  await apply(webhook())
  await byHand(configured({ secret: 'somebody else chose this' }))
  expect((await plan(webhook())).sentences).toEqual([])
  await ping()
  expect(await apply(webhook())).toEqual({
    did: ['secret changed: the newest delivery is signed with another, then ping it'],
    left: [],
  })
})

test('without a mark a delivery is proof enough', async () => {
  await apply(webhook())
  marks.clear()
  expect((await plan(webhook())).sentences).toEqual(['secret is not known to be set, then ping it'])
  now += 60
  await ping()
  expect((await plan(webhook())).sentences).toEqual([])
})

test('a change without proof is not repeated forever', async () => {
  await apply(webhook({ prove: false }))
  now += 60
  await ping()
  now += 60
  const other = webhook({ secret: new Secret('the-second-of-the-secrets'), prove: false })
  expect(await apply(other)).toEqual({
    did: ['secret changed: the newest delivery is signed with another'],
    left: [],
  })
})

test('a failed proof leaves no mark, so the hook is changed again', async () => {
  receiver.status = 500
  const failing = backend.perform.bind(backend)
  backend = {
    ...backend,
    list: backend.list.bind(backend),
    get: backend.get.bind(backend),
    exchanges: 0,
    perform: (work) => failing('hook' in work ? { ...work, within: 0.2 } : work),
  }
  await expect(apply(webhook())).rejects.toThrow('came back with 500')
  expect([marks.size, github.hooks('acme/demo').length]).toEqual([0, 1])
  expect((await plan(webhook())).sentences).toEqual(['secret is not known to be set, then ping it'])
})

test('duplicates are reported and kept; absent removes the hook with the URL, with its mark', async () => {
  await apply(webhook())
  await backend.perform({
    route: 'POST /repos/{owner}/{repo}/hooks',
    parameters: { owner: 'acme', repo: 'demo', events: ['release'], ...configured({}) },
  })
  const ids = github.hooks('acme/demo').map(({ id }) => id)
  expect((await plan(webhook())).sentences).toEqual([
    `blocked: acme/demo has 2 hooks for ${receiver.url}: ${ids.join(', ')}`,
  ])
  expect(await apply(githubWebhook('acme/demo', { url: receiver.url, state: 'absent' }))).toEqual({
    did: ids.map((id) => `remove hook ${String(id)} for ${receiver.url}`),
    left: [],
  })
  expect([marks.size, github.hooks('acme/demo').length]).toEqual([0, 0])
})

test('a deploy key is added, left alone, replaced and removed', async () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Zl4y1M1oRPFyKfPO3m4oUQ3o7b1Gy5gPKJ7n0O4Zs'
  const wanted = { title: 'demo on web1', key: `${key} root@web1` }
  expect(await apply(githubDeployKey('acme/demo', wanted))).toEqual({
    did: ['add key demo on web1: read-only'],
    left: [],
  })
  expect(await apply(githubDeployKey('acme/demo', { ...wanted, readOnly: false }))).toEqual({
    did: ['replace key demo on web1: read-only → read and write (deleted, then added)'],
    left: [],
  })
  expect(github.keys('acme/demo')).toMatchObject([{ key, readOnly: false, title: 'demo on web1' }])
  expect(await apply(githubDeployKey('acme/demo', { ...wanted, state: 'absent' }))).toEqual({
    did: ['remove key demo on web1'],
    left: [],
  })
  expect(github.keys('acme/demo')).toEqual([])
})
