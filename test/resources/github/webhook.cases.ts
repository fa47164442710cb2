import { createHmac } from 'node:crypto'
import { Secret } from '../../../src/core/secret.js'
import type { WebhookMark } from '../../../src/facts/github/mark.js'
import type { Delivery, Hook } from '../../../src/facts/github/api.js'
import { githubWebhook } from '../../../src/resources/github/webhook.js'
import type { Case } from '../../../src/testing/case.js'

const url = 'https://demo.example.org/hooks/demo'
const secret = new Secret('wanted-of-the-hook')

const hook = (other: Partial<Hook> = {}): Hook => ({
  id: 7,
  url,
  contentType: 'json',
  verifyTls: true,
  hasSecret: true,
  events: ['push'],
  active: true,
  updatedAt: '2026-01-31T12:00:00Z',
  ...other,
})
const mark = (of = 'wanted-of-the-hook', id = 7): WebhookMark => ({
  hook: id,
  salt: '0badcafe',
  hmac: createHmac('sha256', Buffer.from('0badcafe', 'hex')).update(of).digest('hex'),
})
const signed = (body: string, by: string): string =>
  `sha256=${createHmac('sha256', by).update(body).digest('hex')}`
const plain = '{"zen":"Design for failure."}'
const delivery = (by: string, other: Partial<Delivery> = {}): Delivery => {
  const body = other.body ?? plain
  return {
    id: 9,
    hook: 7,
    deliveredAt: '2026-01-31T12:00:05Z',
    status: 200,
    body,
    signature: signed(body, by),
    ...other,
  }
}

const settled = { hooks: [hook()], marks: [mark()], delivery: null }
const wanted = { url, secret, events: ['push'] }

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () =>
      githubWebhook('acme/demo', {
        url: 'https://demo.example.org/hooks/demo',
        secret: new Secret('HOOK_SECRET'),
        events: ['push'],
      }),
    facts: { hooks: [], marks: [], delivery: null },
    changes: [`create hook for ${url} (push), then ping it`],
    effects: ['create ! nothing is taken back on GitHub'],
    scripts: ['POST /repos/{owner}/{repo}/hooks'],
    keys: {
      hooks: { repo: 'acme/demo' },
      marks: 'all',
      delivery: { repo: 'acme/demo', url },
    },
  },
  {
    name: 'created with unusual settings',
    resource: () =>
      githubWebhook('acme/demo', { url, contentType: 'form', verifyTls: false, active: false }),
    facts: { hooks: [] },
    changes: [`create hook for ${url} (push, form, TLS is not verified, not active)`],
  },
  {
    name: 'beside hooks with other URLs',
    resource: () => githubWebhook('acme/demo', { url }),
    facts: { hooks: [hook({ url: `${url}2` })] },
    changes: [`create hook for ${url} (push), then ping it`],
  },
  {
    name: 'there, known by the mark',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: settled,
    changes: [],
    reason: 'hook 7 delivers push',
  },
  {
    name: 'there under the same URL written otherwise',
    resource: () =>
      githubWebhook('acme/demo', { ...wanted, url: 'HTTPS://Demo.Example.org:443/hooks/demo/' }),
    facts: settled,
    changes: [],
  },
  {
    name: 'events in another order',
    resource: () => githubWebhook('acme/demo', { ...wanted, events: ['release', 'push'] }),
    facts: { ...settled, hooks: [hook({ events: ['push', 'release'] })] },
    changes: [],
    reason: 'hook 7 delivers push, release',
  },
  {
    name: 'another event',
    resource: () => githubWebhook('acme/demo', { ...wanted, events: ['push', 'release'] }),
    facts: settled,
    changes: ['events push → push, release, then ping it'],
    effects: ['change ! nothing is taken back on GitHub'],
    scripts: ['PATCH /repos/{owner}/{repo}/hooks/{hook_id}'],
  },
  {
    name: 'one event too many',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, hooks: [hook({ events: ['push', 'release'] })] },
    changes: ['events push, release → push, then ping it'],
  },
  {
    name: 'everything differs, in one request',
    resource: () =>
      githubWebhook('acme/demo', { ...wanted, contentType: 'json', verifyTls: true, active: true }),
    facts: {
      hooks: [
        hook({
          events: ['release'],
          contentType: 'form',
          verifyTls: false,
          active: false,
          hasSecret: false,
        }),
      ],
      marks: [mark()],
      delivery: null,
    },
    changes: [
      'events release → push; content type form → json; verify TLS no → yes; active no → yes; secret none → set, then ping it',
    ],
    scripts: ['PATCH /repos/{owner}/{repo}/hooks/{hook_id}'],
  },
  {
    name: 'what is left out is left as it is',
    resource: () => githubWebhook('acme/demo', { url, secret }),
    facts: {
      ...settled,
      hooks: [hook({ events: ['release'], contentType: 'form', verifyTls: false, active: false })],
    },
    changes: [],
  },
  {
    name: 'no secret there',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, hooks: [hook({ hasSecret: false })] },
    changes: ['secret none → set, then ping it'],
  },
  {
    name: 'no mark',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, marks: [] },
    changes: ['secret is not known to be set, then ping it'],
    effects: ['change ! nothing is taken back on GitHub'],
  },
  {
    name: 'the mark of another hook',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, marks: [mark('wanted-of-the-hook', 8)] },
    changes: ['secret is not known to be set, then ping it'],
  },
  {
    name: 'the mark of another secret',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, marks: [mark('earlier-secret')] },
    changes: ['secret changed, then ping it'],
  },
  {
    name: 'a damaged mark',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, marks: [{ hook: 7, salt: '', hmac: '' }] },
    changes: ['secret changed, then ping it'],
  },
  {
    name: 'no mark, but a delivery that fits',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, marks: [], delivery: delivery('wanted-of-the-hook') },
    changes: [],
  },
  {
    name: 'a mark that fits, but a delivery that does not',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, delivery: delivery('someone-elses') },
    changes: ['secret changed: the newest delivery is signed with another, then ping it'],
  },
  {
    name: 'a delivery without a signature',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, delivery: delivery('x', { signature: null }) },
    changes: ['secret changed: the newest delivery is signed with another, then ping it'],
  },
  {
    name: 'a delivery from before the last change says nothing',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: {
      ...settled,
      delivery: delivery('someone-elses', { deliveredAt: '2026-01-31T11:59:59Z' }),
    },
    changes: [],
  },
  {
    name: 'nor does one of the same second',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: {
      ...settled,
      delivery: delivery('someone-elses', { deliveredAt: '2026-01-31T12:00:00Z' }),
    },
    changes: [],
  },
  {
    name: 'nor one that fits, from before the last change',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: {
      ...settled,
      marks: [],
      delivery: delivery('wanted-of-the-hook', { deliveredAt: '2026-01-31T12:00:00Z' }),
    },
    changes: ['secret is not known to be set, then ping it'],
  },
  {
    name: 'nor one of another hook',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, delivery: delivery('someone-elses', { hook: 8 }) },
    changes: [],
  },
  {
    name: 'nor one that JSON writers write differently',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, delivery: delivery('someone-elses', { body: '{"message":"a < b"}' }) },
    changes: [],
  },
  {
    name: 'nor one whose payload cannot be written again',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, delivery: delivery('someone-elses', { body: null }) },
    changes: [],
  },
  {
    name: 'nor one at a time that is none',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, delivery: delivery('someone-elses', { deliveredAt: 'yesterday' }) },
    changes: [],
  },
  {
    name: 'nor one in the form of a form, whose payload is written in another way',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: {
      ...settled,
      hooks: [hook({ contentType: 'form' })],
      delivery: delivery('someone-elses'),
    },
    changes: [],
  },
  ...['é', 'a\té'].flatMap((text) =>
    [`{"message":"${text}"}`, `${text}{}`, `{}${text}`].map(
      (body): Case => ({
        name: `nor one that holds what JSON writers may escape: ${JSON.stringify(body)}`,
        resource: () => githubWebhook('acme/demo', wanted),
        facts: { ...settled, delivery: delivery('someone-elses', { body }) },
        changes: [],
      }),
    ),
  ),
  {
    name: 'control characters as GitHub writes them fit',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: {
      ...settled,
      marks: [],
      delivery: delivery('wanted-of-the-hook', {
        body: '{"message":"\\u001b[1m \\\\u001b"}',
        signature: signed('{"message":"\\u001B[1m \\\\u001b"}', 'wanted-of-the-hook'),
      }),
    },
    changes: [],
  },
  {
    name: 'an empty secret',
    resource: () => githubWebhook('acme/demo', { url, secret: new Secret('') }),
    facts: { hooks: [], marks: [], delivery: null },
    changes: ['blocked: the secret is empty, which GitHub takes for none'],
    remedy: 'give a secret of at least 32 random bytes, such as generatedSecret(…).value',
    lacks: undefined,
  },
  {
    name: 'an unmanaged secret that a change would remove',
    resource: () => githubWebhook('acme/demo', { url, events: ['release'] }),
    facts: { hooks: [hook()] },
    changes: [
      'blocked: hook 7 has a secret, which GitHub would remove with this change: events push → release',
    ],
    remedy: 'give the option secret',
    lacks: [],
  },
  {
    name: 'an unmanaged secret that two changes would remove',
    resource: () => githubWebhook('acme/demo', { url, events: ['release'], active: false }),
    facts: { hooks: [hook()] },
    changes: [
      'blocked: hook 7 has a secret, which GitHub would remove with this change: events push → release; active yes → no',
    ],
    lacks: [],
  },
  {
    name: 'an unmanaged secret, and nothing to change',
    resource: () => githubWebhook('acme/demo', { url, events: ['push'] }),
    facts: { hooks: [hook()] },
    changes: [],
  },
  {
    name: 'duplicates',
    resource: () => githubWebhook('acme/demo', wanted),
    facts: { ...settled, hooks: [hook(), hook({ id: 8, url: `${url}/`, events: ['release'] })] },
    changes: [`blocked: acme/demo has 2 hooks for ${url}: 7, 8`],
    remedy: 'remove all but one at https://github.com/acme/demo/settings/hooks',
    lacks: [],
  },
  {
    name: 'removed, and its mark',
    resource: () => githubWebhook('acme/demo', { url, state: 'absent' }),
    facts: { hooks: [hook(), hook({ id: 8, url: `${url}/` })] },
    changes: [`remove hook 7 for ${url}`, `remove hook 8 for ${url}`],
    effects: [
      'remove ! nothing is taken back on GitHub',
      'remove ! nothing is taken back on GitHub',
    ],
    scripts: [
      'DELETE /repos/{owner}/{repo}/hooks/{hook_id}',
      'rm -f -- /var/lib/fettle/github/7',
      'DELETE /repos/{owner}/{repo}/hooks/{hook_id}',
      'rm -f -- /var/lib/fettle/github/8',
    ],
  },
  {
    name: 'already removed',
    resource: () => githubWebhook('acme/demo', { url, state: 'absent' }),
    facts: { hooks: [hook({ url: `${url}2` })] },
    changes: [],
    reason: 'there is no such hook',
  },
  {
    name: 'changed without a proof',
    resource: () =>
      githubWebhook('acme/demo', { ...wanted, events: ['push', 'release'], prove: false }),
    facts: settled,
    changes: ['events push → push, release'],
  },
]
