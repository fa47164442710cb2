import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { openGithub, type GithubBackend } from '../../src/backends/github.js'
import { FettleError } from '../../src/core/errors.js'
import { reveal, Secret } from '../../src/core/secret.js'
import { hooksFact, newestDeliveryFact } from '../../src/facts/github/api.js'
import type { GithubRequest } from '../../src/facts/github/backend.js'
import { startReceiver, type Receiver } from '../github/receiver.js'
import { startGithub, type GithubStandIn } from '../github/stand-in.js'

const secret = new Secret('of-the-hook-and-nowhere-else')
const at = { owner: 'acme', repo: 'demo' }
const list = 'GET /repos/{owner}/{repo}/hooks'
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Zl4y1M1oRPFyKfPO3m4oUQ3o7b1Gy5gPKJ7n0O4Zs'

let github: GithubStandIn
let receiver: Receiver
let backend: GithubBackend
beforeEach(async () => {
  ;[github, receiver] = await Promise.all([
    startGithub({ repositories: ['acme/demo'] }),
    startReceiver(),
  ])
  backend = openGithub({ token: github.token, baseUrl: github.apiUrl })
})
afterEach(async () => {
  expect(github.defects).toEqual([])
  expect(github.faults).toEqual([])
  await Promise.all([github.close(), receiver.close()])
})

const creation = (more: object = {}): GithubRequest => ({
  route: 'POST /repos/{owner}/{repo}/hooks',
  parameters: {
    ...at,
    name: 'web',
    events: ['push'],
    config: { url: receiver.url, content_type: 'json', insecure_ssl: '0', secret },
    ...more,
  },
})
const keyAddition: GithubRequest = {
  route: 'POST /repos/{owner}/{repo}/keys',
  parameters: { ...at, title: 'demo', key, read_only: true },
}
const hookId = (answer: unknown): number => (answer as { readonly id: number }).id

/** The error of a refused request. */
async function failure(request: Promise<unknown>): Promise<FettleError> {
  const error = await request.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FettleError)) throw new Error(`not a FettleError: ${String(error)}`)
  return error
}

describe('reading', () => {
  test('all pages; each key is read once until something changes', async () => {
    await backend.perform(creation({ config: { url: `${receiver.url}/0` } }))
    const [made] = github.hooks('acme/demo')
    if (made !== undefined)
      github
        .repository('acme/demo')
        .hooks.push(...Array.from({ length: 100 }, (_, n) => ({ ...made, id: n + 1 })))
    const before = backend.exchanges
    const [first, second] = await Promise.all([backend.list(list, at), backend.list(list, at)])
    expect([first?.length, second, backend.exchanges - before]).toEqual([101, first, 2])
    await backend.perform(creation())
    expect((await backend.list(list, at))?.length).toBe(102)
    await github.settled()
  })
  test('404 is null', async () => {
    expect([
      await backend.list(list, { owner: 'acme', repo: 'none' }),
      await backend.get(`${list}/{hook_id}`, { ...at, hook_id: 1 }),
    ]).toEqual([null, null])
  })
  test('two 502 are retried', async () => {
    github.faults.push({ answer: { status: 502, body: '<html>' } }, { answer: { status: 502 } })
    expect(await backend.list(list, at)).toEqual([])
  })
  test.each([
    ['cut-off JSON', { status: 200, body: '[{"id":' }],
    [
      'a page of a proxy',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>hello</html>' },
    ],
    ['nothing', { status: 200, body: '' }],
  ])('%s is retried', async (_, answer) => {
    github.faults.push({ answer })
    expect(await backend.list(list, at)).toEqual([])
    expect(github.requests).toHaveLength(2)
  })
  test('a connection that ends is retried, and given up after four attempts', async () => {
    github.faults.push(...Array.from({ length: 4 }, () => ({ lost: true }) as const))
    const error = await failure(backend.list(list, at))
    expect(error).toMatchObject({
      code: 'github-failed',
      message: expect.stringMatching(
        /^GitHub could not be reached for GET \/repos\/acme\/demo\/hooks: /,
      ),
    })
  })
  test('a list that always announces another page is limited', async () => {
    const more = {
      status: 200,
      headers: { link: '<https://elsewhere.example.org/>; rel="next"' },
      body: '[{}]',
    }
    github.faults.push(...Array.from({ length: 20 }, () => ({ answer: more })))
    expect((await failure(backend.list(list, at))).message).toContain('more than 2000 entries')
  })
})

describe('refusals are not retried, and have a remedy', () => {
  const reset = Math.ceil(Date.now() / 1000) + 3000
  test.each([
    [
      401,
      '{"message":"Bad credentials"}',
      'GitHub refused GET /repos/acme/demo/hooks with 401: Bad credentials',
      'put a valid token into GITHUB_TOKEN',
    ],
    [
      403,
      '{"message":"Resource not accessible by personal access token"}',
      'with 403: Resource not accessible',
      'give the token of GITHUB_TOKEN the repository permission "Webhooks: read"',
    ],
    [410, '{"message":"Gone"}', 'with 410: Gone', "see GitHub's message"],
    [451, '{"message":"Blocked"}', 'with 451: Blocked', "see GitHub's message"],
    [
      422,
      '{"message":"Validation Failed","errors":[{"message":"one"},{"field":"two","code":"missing"},"three"]}',
      'with 422: Validation Failed: one: two missing: three',
      "correct what GitHub's message names",
    ],
    [
      403,
      '{"message":"API rate limit exceeded"}',
      'with 403: API rate limit exceeded',
      `wait until ${new Date(reset * 1000).toISOString()} and run again`,
    ],
  ])('%i %s', async (status, body, message, remedy) => {
    const headers: Record<string, string> = { 'x-github-request-id': 'ABCD:1' }
    if (body.includes('rate limit'))
      Object.assign(headers, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) })
    github.faults.push({ answer: { status, headers, body } })
    const error = await failure(backend.list(list, at))
    expect(error.message).toContain(message)
    expect(error.remedy).toContain(remedy)
    expect(error.message).toMatch(/ \(request ABCD:1\)$/)
    expect(github.requests).toHaveLength(1)
  })
  test('a key in use', async () => {
    await backend.perform(keyAddition)
    const error = await failure(
      backend.perform({
        ...keyAddition,
        parameters: { ...keyAddition.parameters, title: 'again' },
      }),
    )
    expect([error.message, error.remedy]).toEqual([
      expect.stringContaining('key is already in use'),
      expect.stringContaining('make one for each repository'),
    ])
  })
  test('a hook that somebody else created meanwhile', async () => {
    await backend.perform(creation())
    const error = await failure(backend.perform(creation()))
    expect([error.message, error.remedy]).toEqual([
      expect.stringMatching(
        /^GitHub refused POST \/repos\/acme\/demo\/hooks with 422: Validation Failed: Hook already exists on this repository \(request \w+\)$/,
      ),
      expect.stringContaining('run again'),
    ])
    expect(github.hooks('acme/demo')).toHaveLength(1)
  })
  test('a hook that somebody deleted meanwhile', async () => {
    const patch: GithubRequest = {
      route: `${list.replace('GET', 'PATCH')}/{hook_id}`,
      parameters: { ...at, hook_id: 1, active: true },
    }
    expect(await failure(backend.perform(patch))).toMatchObject({
      message: expect.stringContaining(
        'GitHub refused PATCH /repos/acme/demo/hooks/1 with 404: Not Found',
      ),
      remedy: expect.stringMatching(
        /either it does not exist.*"Webhooks: read and write".*for acme\/demo/,
      ),
    })
    expect(
      await backend.perform({
        ...patch,
        route: patch.route.replace('PATCH', 'DELETE'),
        parameters: { ...at, hook_id: 1 },
      }),
    ).toBeNull()
  })
  test('no error contains the token or a secret, even if GitHub repeats it', async () => {
    github.faults.push({
      answer: {
        status: 422,
        body: JSON.stringify({ message: `bad: ${reveal(secret)} ${reveal(github.token)}` }),
      },
    })
    const error = await failure(backend.perform(creation()))
    const { inspect } = await import('node:util')
    const shown = inspect(error, { depth: 20, showHidden: true })
    expect(shown).toContain('bad: [secret] [secret]')
    expect(shown).not.toContain(reveal(secret))
    expect(shown).not.toContain(reveal(github.token))
  })
})

describe('rate limits', () => {
  /** Seconds that were waited. */
  let waited: number[]
  beforeEach(() => {
    waited = []
    backend = openGithub({ token: github.token, baseUrl: github.apiUrl }, (milliseconds) =>
      Promise.resolve(void waited.push(milliseconds / 1000)),
    )
  })
  const at = (seconds: number): string => String(Math.round(Date.now() / 1000) + seconds)
  const message = '{"message":"Slow down"}'
  test.each<[string, number, () => Readonly<Record<string, string>>, string, readonly number[]]>([
    [
      "retry-after in seconds, in GitHub's words",
      403,
      () => ({ 'retry-after': '1' }),
      '{"message":"You have exceeded a secondary rate limit."}',
      [1],
    ],
    ['retry-after in seconds, in other words', 429, () => ({ 'retry-after': '2' }), message, [2]],
    [
      "retry-after as a date, on another clock than this machine's",
      429,
      () => ({
        'retry-after': 'Wed, 21 Oct 2015 07:28:07 GMT',
        date: 'Wed, 21 Oct 2015 07:28:00 GMT',
      }),
      message,
      [7],
    ],
    [
      "nothing left until soon, on another clock than this machine's",
      403,
      () => ({
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1000000042',
        date: 'Sun, 09 Sep 2001 01:46:42 GMT',
      }),
      message,
      [40],
    ],
    [
      'a time that has passed',
      429,
      () => ({ 'retry-after': 'Wed, 21 Oct 2015 07:28:07 GMT' }),
      message,
      [0],
    ],
    ['a 429 that does not say how long', 429, () => ({}), message, [60]],
    ['a time that is none', 429, () => ({ 'retry-after': 'soon' }), message, [60]],
    ['no words at all', 429, () => ({ 'x-ratelimit-remaining': '0' }), '', [60]],
    [
      'an older word for it',
      403,
      () => ({}),
      '{"message":"You have triggered an abuse detection mechanism."}',
      [60],
    ],
  ])('%s: awaited', async (_, status, headers, body, waits) => {
    github.faults.push({ answer: { status, headers: headers(), body } })
    expect(await backend.list(list, { owner: 'acme', repo: 'demo' })).toEqual([])
    expect(waited).toEqual(waits)
  })
  test('the change is made afterwards, once', async () => {
    github.faults.push({ answer: { status: 429, headers: { 'retry-after': '3' }, body: message } })
    expect(hookId(await backend.perform(creation()))).toBeGreaterThan(0)
    expect([github.hooks('acme/demo').length, waited]).toEqual([1, [3]])
    await github.settled()
  })
  test.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
    ['an hour', () => ({ 'retry-after': '3600' }), /^wait until 20\d\d-.*Z and run again$/],
    [
      'until later',
      () => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(3000) }),
      /^wait until 20\d\d-.*Z and run again$/,
    ],
    [
      'more than a Date can hold',
      () => ({ 'retry-after': '9'.repeat(30) }),
      /^wait until the limit ends and run again$/,
    ],
  ])('%s is refused; the error names its end if known', async (_, headers, remedy) => {
    github.faults.push({ answer: { status: 429, headers: headers(), body: message } })
    expect((await failure(backend.list(list, { owner: 'acme', repo: 'demo' }))).remedy).toMatch(
      remedy,
    )
    expect(waited).toEqual([])
  })
  test('a continuing limit is awaited twice', async () => {
    github.faults.push(
      ...Array.from({ length: 3 }, () => ({
        answer: { status: 429, headers: { 'retry-after': '5' }, body: message },
      })),
    )
    expect(await failure(backend.list(list, { owner: 'acme', repo: 'demo' }))).toMatchObject({
      message: expect.stringContaining('with 429: Slow down'),
    })
    expect([waited, github.requests.length]).toEqual([[5, 5], 3])
  })
  test('stopping the run ends the wait', async () => {
    const stop = new AbortController()
    backend = openGithub({ token: github.token, baseUrl: github.apiUrl, stop: stop.signal })
    github.faults.push({ answer: { status: 429, headers: { 'retry-after': '50' }, body: message } })
    const failed = failure(backend.list(list, { owner: 'acme', repo: 'demo' }))
    stop.abort()
    expect((await failed).message).toContain('with 429: Slow down')
  })
})

describe('a change with a lost answer is not made twice', () => {
  const hooks = 'POST /repos/acme/demo/hooks'
  test.each([
    ['a connection that ends', { of: hooks, lost: true } as const],
    ['an answer that never comes', { of: hooks, silent: true } as const],
  ])('a hook, after %s', async (_, fault) => {
    backend = openGithub({ token: github.token, baseUrl: github.apiUrl, timeout: 0.5 })
    github.faults.push(fault)
    const id = hookId(await backend.perform(creation()))
    expect(github.hooks('acme/demo').map((hook) => hook.id)).toEqual([id])
    expect(github.requests.filter((line) => line.startsWith(hooks))).toHaveLength(1)
    await github.settled()
  })
  test('a hook, after a 502 without effect', async () => {
    github.faults.push({ of: hooks, answer: { status: 502, body: '{}' } })
    expect(github.hooks('acme/demo').map(({ id }) => id)).toEqual([])
    const id = hookId(await backend.perform(creation()))
    expect(github.hooks('acme/demo').map((hook) => hook.id)).toEqual([id])
    await github.settled()
  })
  test('a deploy key', async () => {
    github.faults.push({ of: 'POST /repos/acme/demo/keys', lost: true })
    const id = hookId(await backend.perform(keyAddition))
    expect(github.keys('acme/demo').map((one) => one.id)).toEqual([id])
  })
  test('it is given up after three attempts', async () => {
    github.faults.push(
      ...Array.from({ length: 3 }, () => ({
        of: hooks,
        answer: { status: 503, body: '{"message":"No server is available"}' },
      })),
    )
    expect(await failure(backend.perform(creation()))).toMatchObject({
      message: expect.stringContaining(
        'GitHub refused POST /repos/acme/demo/hooks with 503: No server is available',
      ),
    })
    expect(github.hooks('acme/demo')).toEqual([])
  })
})

test('an answer that cannot be parsed: the error names the request', async () => {
  github.faults.push({
    answer: {
      status: 403,
      headers: { 'x-github-request-id': 'ABCD:2' },
      body: '{"message":"Forbidden"}',
    },
  })
  expect(await hooksFact.read(backend, { repo: 'acme/demo' })).toEqual({
    is: 'unknown',
    reason: 'GitHub refused GET /repos/acme/demo/hooks with 403: Forbidden (request ABCD:2)',
    remedy: expect.stringContaining('Webhooks: read'),
  })
})

describe('redirects', () => {
  test('within GitHub are followed with method and body', async () => {
    github.faults.push({
      answer: { status: 307, headers: { location: `${github.apiUrl}/repos/acme/demo/hooks` } },
    })
    expect(
      hookId(
        await backend.perform({
          ...creation(),
          parameters: { ...creation().parameters, repo: 'renamed' },
        }),
      ),
    ).toBeGreaterThan(0)
    expect(github.hooks('acme/demo')[0]?.config.secret).toBe(reveal(secret))
    await github.settled()
  })
  test('to another host are refused, and nothing is sent there', async () => {
    const elsewhere = createServer((_, response) => response.end('[]'))
    const asked = jest.fn()
    elsewhere.on('connection', asked).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const target = `http://127.0.0.1:${String((elsewhere.address() as AddressInfo).port)}/`
    github.faults.push({ answer: { status: 302, headers: { location: target } } })
    expect((await failure(backend.list(list, at))).message).toContain(
      `GitHub redirects GET /repos/acme/demo/hooks to ${target}`,
    )
    expect(asked).not.toHaveBeenCalled()
    elsewhere.close()
  })
  test('in a loop are given up', async () => {
    github.faults.push(
      ...Array.from({ length: 6 }, () => ({
        answer: { status: 301, headers: { location: '/repos/acme/demo/hooks' } },
      })),
    )
    expect((await failure(backend.list(list, at))).message).toContain('a circle')
    expect(github.requests).toHaveLength(6)
  })
})

describe('where the token is sent', () => {
  test.each([
    ['http://ghe.example.org/api/v3', 'where the token could be read on the way'],
    ['ftp://ghe.example.org', 'GITHUB_API_URL is not a URL'],
    ['ghe.example.org', 'GITHUB_API_URL is not a URL'],
    ['https://user:pw@ghe.example.org', 'GITHUB_API_URL holds a user name or a password'],
    ['http://127.0.0.1.example.org', 'where the token could be read on the way'],
  ])('not to %s', (baseUrl, expected) => {
    expect(() => openGithub({ token: secret, baseUrl })).toThrow(expected)
  })
  test.each(['https://ghe.example.org/api/v3/', 'http://localhost:1', 'http://[::1]:1'])(
    'to %s',
    (baseUrl) => {
      expect(openGithub({ token: secret, baseUrl }).exchanges).toBe(0)
    },
  )
})

describe('the proof', () => {
  const proof = (hook: number, within: number) =>
    backend.perform({ repo: 'acme/demo', hook, within })
  test('is a ping that was answered with 2xx', async () => {
    const id = hookId(await backend.perform(creation()))
    await github.settled()
    expect(await proof(id, 20)).toBeNull()
    expect(receiver.received.map(({ event }) => event)).toEqual(['ping', 'ping'])
  })
  test('an earlier ping does not count', async () => {
    const id = hookId(await backend.perform(creation()))
    await github.settled()
    receiver.status = 500
    const error = await failure(proof(id, 0.5))
    expect(error).toMatchObject({
      code: 'check-failed',
      message: `the ping of hook ${String(id)} of acme/demo came back with 500 Invalid HTTP Response: 500`,
      detail: 'refused',
    })
  })
  test('nothing listens', async () => {
    const id = hookId(await backend.perform(creation({ config: { url: 'http://127.0.0.1:1/' } })))
    expect((await failure(proof(id, 0.5))).message).toContain(
      'came back with 502 failed to connect',
    )
  })
  test('facts are read again afterwards', async () => {
    const id = hookId(await backend.perform(creation()))
    await github.settled()
    const fact = () => newestDeliveryFact.read(backend, { repo: 'acme/demo', url: receiver.url })
    const before = await fact()
    await proof(id, 20)
    const after = await fact()
    expect([before.is, after.is]).toEqual(['present', 'present'])
    expect(after).not.toEqual(before)
  })
})

test('answers of the test server are understood', async () => {
  await backend.perform(creation())
  await github.settled()
  expect(await hooksFact.read(backend, { repo: 'acme/demo' })).toMatchObject({
    is: 'present',
    value: [
      {
        url: receiver.url,
        contentType: 'json',
        verifyTls: true,
        hasSecret: true,
        events: ['push'],
        active: true,
      },
    ],
  })
  const delivery = await newestDeliveryFact.read(backend, { repo: 'acme/demo', url: receiver.url })
  expect(delivery).toMatchObject({
    is: 'present',
    value: {
      status: 200,
      signature: expect.stringMatching(/^sha256=/),
      body: receiver.received[0]?.body,
    },
  })
})

test('nothing is written to the console', async () => {
  const written = (['debug', 'info', 'warn', 'error'] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation(() => undefined),
  )
  github.faults.push({
    answer: { status: 404, headers: { deprecation: 'true', sunset: 'soon' }, body: '{}' },
  })
  await backend.list(list, at)
  expect(written.flatMap(({ mock }) => mock.calls)).toEqual([])
  written.forEach((spy) => spy.mockRestore())
})
