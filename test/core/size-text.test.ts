import { expect, test } from '@jest/globals'
import { sizeText } from '../../src/core/size-text.js'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1 KiB'],
  [1229, '1.2 KiB'],
  [1024 * 1024 - 1, '1 MiB'],
  [16 * 2 ** 20, '16 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2048 * 2 ** 30, '2048 GiB'],
])('%d is %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))
