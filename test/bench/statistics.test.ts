import { describe, expect, test } from '@jest/globals'
import { spread } from './statistics.js'

describe('median and range', () => {
  test.each([
    [[3], { median: 3, lowest: 3, highest: 3, n: 1 }],
    [[10, 9, 2], { median: 9, lowest: 2, highest: 10, n: 3 }],
    [[1, 4, 2, 100], { median: 3, lowest: 1, highest: 100, n: 4 }],
  ])('of %j', (values, expected) => expect(spread(values)).toEqual(expected))

  test('nothing has no parts', () => expect(() => spread([])).toThrow(RangeError))
})
