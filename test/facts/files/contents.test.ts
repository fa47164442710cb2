import { expect, test } from '@jest/globals'
import { cut, firstLines, readContents } from '../../../src/facts/files/contents.js'

const bytes = (text: string): Buffer => Buffer.from(text)
const texts = (parts: readonly Buffer[] | null): readonly string[] | undefined => parts?.map(String)

test.each<[string, number, readonly string[] | undefined, string]>([
  ['a\nb\nrest', 2, ['a', 'b'], 'rest'],
  ['a\nb\n', 2, ['a', 'b'], ''],
  ['a\nrest\nof it\n', 1, ['a'], 'rest\nof it\n'],
  ['\n\nrest', 2, ['', ''], 'rest'],
  ['rest', 0, [], 'rest'],
  ['', 0, [], ''],
  ['a\nb', 2, undefined, ''],
  ['a', 1, undefined, ''],
  ['', 1, undefined, ''],
])('of %j the first %d lines', (text, count, lines, rest) => {
  const found = firstLines(bytes(text), count)
  expect(found?.lines).toEqual(lines)
  expect(found === null ? '' : String(found.rest)).toBe(rest)
})

test.each([
  ['abcde', [2, 3], ['ab', 'cde']],
  ['abcde', [0, 5, 0], ['', 'abcde', '']],
  ['', [], []],
  ['abcde', [2, 2], undefined],
  ['abcde', [2, 4], undefined],
  ['abcde', [], undefined],
])('%j in parts of %j', (text, lengths, parts) => {
  expect(texts(cut(bytes(text), lengths))).toEqual(parts)
})

test.each([
  ['2\n3\nabcde', 2, ['ab', 'cde']],
  // Of what is longer than 4 bytes, 4 are shown.
  ['9\n4\nabcdABCD', 2, ['abcd', 'ABCD']],
  ['12\nabcd', 1, ['abcd']],
  ['', 0, []],
  ['x', 0, undefined],
  ['2\n3\nabcd', 2, undefined],
  ['2\nab', 2, undefined],
  ['2x\nab', 1, undefined],
  ['x2\nab', 1, undefined],
  ['1e0\na', 1, undefined],
  ['-1\n3\nab', 2, undefined],
  ['\nab', 1, undefined],
  ['-1\nab', 1, undefined],
])('%j as the contents of %d files', (text, count, parts) => {
  expect(texts(readContents(bytes(text), count, 4))).toEqual(parts)
})
