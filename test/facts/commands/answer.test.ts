import { expect, test } from '@jest/globals'
import { present, unknown, type Fact } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import { answerFact, type AnswerKey } from '../../../src/facts/commands/answer.js'

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const megabyte = 1024 * 1024
const byHand = 'try it by hand on the host, or add the status to successCodes'

test.each<[what: string, line: string, more: Partial<AnswerKey>, fact: Fact<unknown>]>([
  ['an answer', `${base64('a\nb\n\n0.')} `, {}, present('a\nb')],
  ['none', `${base64('\n0.')} `, {}, present('')],
  ['one without a line break', `${base64('a\n0.')} `, {}, present('a')],
  ['only the last line break goes', `${base64('a\n\n\n0.')} `, {}, present('a\n')],
  ['what looks like a status', `${base64('1\n7.\n0.')} `, {}, present('1\n7.')],
  ['another status', `${base64('no\n1.')} `, { codes: [0, 1] }, present('no')],
  ['the longest', `${base64('x'.repeat(megabyte) + '\n0.')} `, {}, present('x'.repeat(megabyte))],
  [
    'one that is too long',
    `${base64('x'.repeat(megabyte + 1) + '\n0.')} `,
    {},
    unknown('app has printed more than 1 MiB', 'have it print less: a read is never cut'),
  ],
  [
    'one that was cut',
    `${base64('x'.repeat(megabyte + 6))} `,
    {},
    unknown('app has printed more than 1 MiB', 'have it print less: a read is never cut'),
  ],
  [
    'a failure',
    `${base64('x\n3.')} ${base64('no such thing\n')}`,
    {},
    unknown('app ended with status 3: no such thing', byHand),
  ],
  [
    'a failure about a secret',
    `${base64('x\n3.')} ${base64('no such thing\n')}`,
    { secret: true },
    unknown('app ended with status 3', byHand),
  ],
  [
    'no program',
    `${base64('\n127.')} `,
    { name: 'the app' },
    unknown('the app was not found', byHand),
  ],
  [
    'slow',
    `${base64('\n124.')} `,
    {},
    unknown('app took longer than 60 s', 'give it a longer timeout'),
  ],
  [
    'bytes',
    `${base64(Buffer.from([255, 10, 48, 46]))} `,
    {},
    unknown('what app prints is not text in UTF-8', 'read it by read.command, as base64 or od(1)'),
  ],
])('%s', (_, line, more, fact) => {
  const key: AnswerKey = { argv: ['app'], codes: [0], timeout: 60, secret: false, ...more }
  const output = { code: 0, stdout: Buffer.from(`${line}\n`), stderr: '' }
  expect(answerFact.parse(output, [key])).toEqual([fact])
})

test('a secret', () => {
  const key: AnswerKey = { argv: ['app'], codes: [0], timeout: 60, secret: true }
  const output = { code: 0, stdout: Buffer.from(`${base64('top secret\n\n0.')} \n`), stderr: '' }
  expect(answerFact.parse(output, [key])).toEqual([present(new Secret('top secret'))])
})
