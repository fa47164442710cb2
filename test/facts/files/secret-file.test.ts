import { describe, expect, test } from '@jest/globals'
import { reveal } from '../../../src/core/secret.js'
import { secretFileFact } from '../../../src/facts/files/secret-file.js'
import { said, valueOf } from '../said.js'

const holding = (text: string): ReturnType<typeof said> =>
  said(`has\n${String(Buffer.byteLength(text))}\n${text}`)

test.each([
  ['abcdefgh', 'abcdefgh'],
  ['abcdefgh\n', 'abcdefgh'],
  ['abcdefgh\r\n', 'abcdefgh'],
  [' a b\t', ' a b\t'],
  ['pässwörd\n', 'pässwörd'],
  ['x'.repeat(4096), 'x'.repeat(4096)],
])('a secret: %j', (text, secret) => {
  expect(reveal(valueOf(secretFileFact.parse(holding(text), ['/x'])[0]))).toBe(secret)
})

test.each([
  ['', 'is empty'],
  ['\n', 'is empty'],
  ['\r\n', 'is empty'],
  ['\n\n', 'is not one line of text'],
  ['a\nb', 'is not one line of text'],
  ['a\rb', 'is not one line of text'],
  ['a\n\n', 'is not one line of text'],
  ['a\0b', 'is not one line of text'],
  ['a\ufffdb', 'is not one line of text'],
  ['x'.repeat(4097), 'is longer than a secret'],
])('%j is none: it %s', (text, wrong) => {
  expect(secretFileFact.parse(holding(text), ['/x'])).toEqual([
    {
      is: 'unknown',
      reason: `/x ${wrong}, so it holds no secret that could be used`,
      remedy: 'put the secret into it, or remove the file to have a new one made',
      lacks: ['path:/x'],
    },
  ])
})

test('of a longer file only the beginning is shown', () => {
  expect(secretFileFact.parse(said(`has\n9999\n${'x'.repeat(4097)}`), ['/x'])).toMatchObject([
    { reason: expect.stringContaining('/x is longer than a secret') },
  ])
})

test('several files, each with its own result', () => {
  const remedy =
    'a secret is kept in a regular file of root: remove what is there, or choose another path'
  const paths = ['/a', '/b', '/c', '/d', '/e']
  const facts = secretFileFact.parse(said('link\nhas\nclosed\nabsent\nhas\n2\n3\nefghi'), paths)
  expect(facts).toMatchObject([
    { is: 'unknown', reason: '/a is a symbolic link', remedy },
    { is: 'present' },
    { is: 'unknown', reason: '/c is no file that may be read', remedy },
    { is: 'absent' },
    { is: 'present' },
  ])
  expect([facts[1], facts[4]].map((fact) => reveal(valueOf(fact)))).toEqual(['ef', 'ghi'])
})

describe('all are unknown, without a word of what was said', () => {
  test.each([
    ['the shell failed', said('absent\nabsent\n', 1)],
    ['a tool failed', said('has\nabsent\n', 0, 'head: abcdefgh\n')],
    ['there are too few answers', said('absent\n')],
    ['there is another word', said('absent\ngone\n')],
    ['a word is longer', said('absent\nabsently\n')],
    ['a word is behind another', said('absent\nnot absent\n')],
    ['there is more than words', said('absent\nabsent\nabsent\n')],
    ['the size of a content is none', said('absent\nhas\nx\n')],
    ['a content is cut', said('absent\nhas\n8\nabcdefg')],
    ['a content is too long', said('absent\nhas\n8\nabcdefghi')],
    ['the second of two is missing', said('has\nhas\n8\nabcdefgh')],
  ])('where %s', (_, output) => {
    const unknown = (path: string): object => ({
      is: 'unknown',
      reason: `${path} could not be read`,
      remedy: 'see what head(1) and stat(1) say on the host',
    })
    expect(secretFileFact.parse(output, ['/a', '/b'])).toEqual([unknown('/a'), unknown('/b')])
  })
})

test('secrets are shown at once, up to one byte more than the longest', () => {
  expect(secretFileFact.script(['/a', '/b c']).script.body).toBe(
    `set --
fettle_secret_file /a && set -- "$@" /a
fettle_secret_file '/b c' && set -- "$@" '/b c'
[ $# = 0 ] || { stat -L -c %s -- "$@" && head -q -c 4097 -- "$@"; }`,
  )
})

test('the session reads secrets, whoever uses them', () => {
  expect(secretFileFact.asSession).toBe(true)
})
