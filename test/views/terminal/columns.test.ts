import { describe, expect, test } from '@jest/globals'
import { clip, fill, joinPieces, width, wrapped } from '../../../src/views/terminal/columns.js'
import { colored } from '../../../src/views/screen.js'

describe('columns', () => {
  test.each([
    ['abc', 3],
    ['構築', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    ['✨', 2],
    ['⌚', 2],
    ['✓', 1],
    ['│', 1],
    ['한', 2],
    ['🇩🇪', 2],
    ['a\u200db', 2],
    ['', 0],
  ])('%s takes %d', (text, columns) => expect(width(text)).toBe(columns))
  test.each([
    ['abcdef', 4, 'abc…'],
    ['abcd', 4, 'abcd'],
    ['構築物', 4, '構…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['abc', 0, ''],
  ])('%s cut to %d is %s', (text, columns, cut) => expect(clip(text, columns)).toBe(cut))
  test.each([
    ['', 80, ['']],
    ['abcd', 4, ['abcd']],
    ['abcdefghi', 4, ['abcd', 'efgh', 'i']],
    ['構築物', 3, ['構', '築', '物']],
    ['one two three', 8, ['one two', 'three']],
    ['    the host has said something long', 30, ['    the host has said', '    something long']],
    ['    │ the host has said something', 30, ['    │ the host has said', '    │ something']],
    [
      '    a/path/that/is/longer/than/a/whole/line',
      30,
      ['    a/path/that/is/longer/than', '    /a/whole/line'],
    ],
    ['\u001b[31mone two\u001b[39m three', 8, ['\u001b[31mone two\u001b[39m', 'three']],
  ])('%j in %d columns is broken between words', (text, columns, lines) =>
    expect(wrapped(text, columns)).toEqual(lines),
  )
  test('filled text has exactly its columns', () =>
    expect([fill('構築', 6), fill('構築', 3)]).toEqual(['構築  ', '構…']))
  test('colours take no columns', () =>
    expect(joinPieces([['ab', colored.red], ['cd']], 3)).toBe(`${colored.red('ab')}…`))
})
