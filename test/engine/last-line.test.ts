import { expect, test } from '@jest/globals'
import { lastLine } from '../../src/engine/last-line.js'

test.each<[string, readonly string[], readonly (string | null)[]]>([
  ['whole lines', ['one\ntwo\n', 'three\n'], ['two', 'three']],
  ['a line in two pieces', ['on', 'e\ntw'], [null, 'one']],
  ['a bar that is drawn over', ['10%\r20%\r', '30%'], ['20%', null]],
  ['empty lines', ['one\n\n  \n', '\n'], ['one', null]],
  ['a line without an end is cut', ['x'.repeat(5000), 'y\n'], [null, `${'x'.repeat(4096)}y`]],
])('%s', (_, texts, expected) => {
  const last = lastLine()
  expect(texts.map(last)).toEqual(expected)
})
