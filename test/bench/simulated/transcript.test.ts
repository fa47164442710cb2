import { describe, expect, test } from '@jest/globals'
import { filled, Match, transcriptOf } from './transcript.js'

const id = (digit: string): string => digit.repeat(32)
const bytes = (text: string): Buffer => Buffer.from(text)

const transcript = transcriptOf({
  command: `sh ${id('a')}`,
  input: [bytes(`ask ${id('b')}; `), bytes(`end ${id('b')} ${id('c')}`)],
  output: [
    { after: 0, stream: 'stdout', bytes: bytes(`boot ${id('a').slice(0, 9)}`) },
    { after: 0, stream: 'stdout', bytes: bytes(`${id('a').slice(9)}\n`) },
    { after: 37, stream: 'stderr', bytes: bytes(`${id('d')} ${id('b')}\n`) },
  ],
  status: 0,
})
const asked = (first: string, second = first): Buffer =>
  bytes(`ask ${first}; end ${second} ${id('9')}`)

describe('a run with the same input and other ids', () => {
  const command = new Match(transcript.command)
  const match = ((): Match => {
    command.upTo(bytes(`sh ${id('7')}`), 35)
    return new Match(transcript.input, command.ids)
  })()

  test('is recognised, in whatever pieces it comes', () => {
    const all = asked(id('8'))
    expect([10, 37, 37, 50, all.length].map((end) => match.upTo(all, end))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })

  test('gets the answers with its own ids; other digits of the host stay', () => {
    expect(
      transcript.output.map(({ after, stream, text }) => [
        after,
        stream,
        filled(text, match.ids).toString(),
      ]),
    ).toEqual([
      [0, 'stdout', `boot ${id('7')}\n`],
      [37, 'stderr', `${id('d')} ${id('8')}\n`],
    ])
  })
})

test.each([
  ['another word', bytes(`ask ${id('8')}; fin ${id('8')} ${id('9')}`), 36],
  ['another id where the same stood', asked(id('8'), id('6')), 42],
  ['more than was recorded', Buffer.concat([asked(id('8')), bytes('!')]), 107],
])('%s is found, with its place', (_, input, place) => {
  expect(new Match(transcript.input, [bytes(id('7'))]).upTo(input, input.length)).toBe(place)
})
