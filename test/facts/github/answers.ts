// What GitHub answers about acme/demo: from its OpenAPI description, with our own URL and secret.
import type { GithubClient } from '../../../src/facts/github/backend.js'

export const repo = 'acme/demo'
export const url = 'https://demo.example.org/hooks/demo'

export const hook = {
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

/** An entry of the list of deliveries. */
export const item = {
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

/** That delivery as a whole. */
export const detail = {
  ...item,
  request: {
    headers: { 'X-Hub-Signature-256': 'sha256=abc' },
    payload: { zen: 'Design for failure.', n: 1 },
  },
  response: { headers: {}, payload: 'ok' },
}

export const deployKey = { id: 1, key: 'ssh-ed25519 AAAA me@here', title: 'demo', read_only: true }

interface Answers {
  readonly list?: unknown
  readonly deliveries?: unknown
  readonly delivery?: unknown
}

const perform = (): Promise<never> => Promise.reject(new Error('reading changes nothing'))

/**
 * Answers by the end of a route.
 * @param asked gets the requests, in their order
 */
export const reader = (answers: Answers, asked: unknown[] = []): GithubClient => ({
  perform,
  list(route, parameters) {
    asked.push([route, parameters])
    return Promise.resolve(answers.list as readonly unknown[] | null)
  },
  get(route, parameters) {
    asked.push([route, parameters])
    return Promise.resolve(route.endsWith('{delivery_id}') ? answers.delivery : answers.deliveries)
  },
})

/** Fails each request. */
export const failing = (error: Error): GithubClient => ({
  perform,
  list: () => Promise.reject(error),
  get: () => Promise.reject(error),
})
