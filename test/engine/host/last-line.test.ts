import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { lastLine } from '../../../src/engine/host/last-line.js'

new Secret('last-0815-x')

test.each<[string, readonly string[], readonly (string | null)[]]>([
  ['whole lines', ['one\ntwo\n', 'three\n'], ['two', 'three']],
  ['a line in two pieces', ['on', 'e\ntw'], [null, 'one']],
  ['a bar that is drawn over', ['10%\r20%\r', '30%'], ['20%', null]],
  ['empty lines', ['one\n\n  \n', '\n'], ['one', null]],
  ['a line without an end is cut', ['x'.repeat(5000), 'y\n'], [null, `${'x'.repeat(4096)}y`]],
  ['a secret in two pieces', ['token last-08', '15-x\n'], [null, 'token [secret]']],
  [
    'halves of a secret with another stream between them',
    ['token last-08', 'other\n', '15-x tail\n'],
    [null, 'token [secret]other', '[secret] tail'],
  ],
])('%s', (_, texts, expected) => {
  const last = lastLine()
  expect(texts.map(last)).toEqual(expected)
})
