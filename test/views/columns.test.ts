import { describe, expect, test } from '@jest/globals'
import { clip, fill, height, joined, width } from '../../src/views/columns.js'
import { colored } from '../../src/views/screen.js'

describe('columns', () => {
  test.each([['abc', 3], ['構築', 4], ['e\u0301', 1], ['🚀', 2], ['✨', 2], ['⌚', 2], ['✓', 1], ['│', 1], ['한', 2], ['🇩🇪', 2], ['a\u200db', 2], ['', 0]])('%s takes %d', (text, columns) => expect(width(text)).toBe(columns))
  test.each([['abcdef', 4, 'abc…'], ['abcd', 4, 'abcd'], ['構築物', 4, '構…'], ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'], ['abc', 0, '']])('%s cut to %d is %s', (text, columns, cut) => expect(clip(text, columns)).toBe(cut))
  test.each([['', 80, 1], ['abcd', 4, 1], ['abcde', 4, 2], ['構築物', 4, 2], ['構築物', 3, 3], ['a構b', 2, 3], ['abcdefghi', 4, 3]])('%s in %d columns stands on %d lines', (text, columns, lines) => expect(height(text, columns)).toBe(lines))
  test('filled text has exactly its columns', () => expect([fill('構築', 6), fill('構築', 3)]).toEqual(['構築  ', '構…']))
  test('colours take no columns', () => expect(joined([['ab', colored.red], ['cd']], 3)).toBe(`${colored.red('ab')}…`))
})
