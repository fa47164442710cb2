import { checkHttp } from '../../../src/resources/commands/check-http.js'
import type { Case } from '../../../src/testing/case.js'

const url = 'http://localhost:8000/'
const answer = (status: number, body = ''): Case['facts'] => ({ answer: { status, body } })

export const cases: readonly Case[] = [
  {
    name: 'holds',
    example: true,
    resource: () => checkHttp(url, { contains: 'Hello', within: 30 }),
    facts: answer(200, 'Hello, world'),
    changes: [],
    reason: '200 with "Hello"',
    keys: { answer: { url, from: 'host', timeout: 10 } },
  },
  {
    name: 'another status',
    resource: () => checkHttp(url),
    facts: answer(502),
    changes: [`blocked: GET ${url} answered 502, not 200`],
    remedy: 'see the journal of the service that should answer',
  },
  {
    name: 'one of several statuses',
    resource: () => checkHttp(url, { status: [200, 302] }),
    facts: answer(302),
    changes: [],
    reason: '302',
  },
  {
    name: 'none of several statuses',
    resource: () => checkHttp(url, { status: [200, 302] }),
    facts: answer(404),
    changes: [`blocked: GET ${url} answered 404, none of 200, 302`],
  },
  {
    name: 'the status that is wanted',
    resource: () => checkHttp(url, { status: 401 }),
    facts: answer(401),
    changes: [],
    reason: '401',
  },
  {
    name: 'without the text',
    resource: () => checkHttp(url, { contains: 'Hello' }),
    facts: answer(200, 'Bye'),
    changes: [`blocked: GET ${url} answered 200 without "Hello" in the body`],
  },
  {
    name: 'without the text in what is read of it',
    resource: () => checkHttp(url, { contains: 'Hello' }),
    facts: { answer: { status: 200, body: 'Bye', isCut: true } },
    changes: [`blocked: GET ${url} answered 200 without "Hello" in the first MiB of the body`],
  },
  {
    name: 'at another address',
    resource: () => checkHttp('https://demo.example.org/', { address: '127.0.0.1' }),
    facts: answer(502),
    changes: ['blocked: GET https://demo.example.org/ at 127.0.0.1 answered 502, not 200'],
    keys: {
      answer: {
        url: 'https://demo.example.org/',
        from: 'host',
        timeout: 10,
        address: '127.0.0.1',
      },
    },
  },
  {
    name: 'nobody could ask',
    resource: () => checkHttp(url),
    facts: { answer: { silent: 'sshd forbids it', remedy: 'permit it' } },
    changes: [`blocked: GET ${url} had no answer: sshd forbids it`],
    remedy: 'permit it',
  },
  {
    name: 'no answer',
    resource: () => checkHttp(url, { socket: '/run/app.sock' }),
    facts: { answer: { silent: 'connection refused' } },
    changes: [`blocked: GET ${url} at /run/app.sock had no answer: connection refused`],
    remedy: 'see the journal of the service that should answer',
    keys: { answer: { url, from: 'host', timeout: 10, socket: '/run/app.sock' } },
  },
  {
    name: 'not asked',
    resource: () => checkHttp(url),
    facts: { answer: null },
    changes: [`blocked: GET ${url} had no answer: not asked`],
    remedy: 'see the journal of the service that should answer',
  },
  {
    name: 'asked from the control machine',
    resource: () => checkHttp(url, { from: 'control' }),
    facts: answer(200),
    changes: [],
    keys: { answer: { url, from: 'control', timeout: 10 } },
  },
]
