import { expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import {
  http,
  httpFact,
  type HttpProbe,
  type HttpReader,
} from '../../../src/facts/commands/http.js'

const probe: HttpProbe = { url: 'http://localhost/', from: 'host', timeout: 1 }
const failing = (error: Error): HttpReader => ({ request: () => Promise.reject(error) })

test("a server's answer", async () => {
  const asked: HttpProbe[] = []
  const answer = { status: 200, body: 'OK' }
  const reader: HttpReader = {
    request(what) {
      asked.push(what)
      return Promise.resolve(answer)
    },
  }
  expect(await httpFact.read(reader, probe)).toEqual({ is: 'present', value: answer })
  expect(asked).toEqual([probe])
})

test.each([
  [
    'sshd, which permits no forwarding',
    new FettleError('forward-forbidden', { message: 'sshd forbids it', remedy: 'permit it' }),
    { silent: 'sshd forbids it', remedy: 'permit it' },
  ],
  [
    'another error of our own, whose remedy is for something else',
    new FettleError('unreachable', { message: 'no route', remedy: 'see the network' }),
    { silent: 'no route' },
  ],
  ['the server', new Error('connection refused'), { silent: 'connection refused' }],
])('no answer is an answer with a reason: of %s', async (_, error, value) => {
  expect(await httpFact.read(failing(error), probe)).toEqual({ is: 'present', value })
})

test('a lost connection to the host is no answer of a server', async () => {
  const lost = new FettleError('connection-lost', { message: 'the connection was lost' })
  await expect(httpFact.read(failing(lost), probe)).rejects.toBe(lost)
})

test('each host has requests of its own', () => {
  expect(http).toMatchObject({ name: 'http', scope: 'host' })
  expect(httpFact.name).toBe('http')
})
