import { expect, test } from '@jest/globals'
import { nearest } from '../../../src/core/names/nearest.js'

test.each([
  ['prot', 'port'],
  ['wbe', 'web'],
  ['Port', 'port'],
  ['enabld', 'enabled'],
  ['ports', 'port'],
  ['user', undefined],
  ['p', undefined],
])('%s means %s', (word, meant) => {
  expect(nearest(word, ['web', 'enabled', 'port', 'constructor'])).toBe(meant)
})
