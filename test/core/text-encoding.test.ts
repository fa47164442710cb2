import { describe, expect, test } from '@jest/globals'
import { decodeText } from '../../src/core/text-encoding.js'

const text = 'grün: ✓\r\n'
const wide = (written: string, swapped = false): Buffer => {
  const bytes = Buffer.from(written, 'utf16le')
  return swapped ? bytes.swap16() : bytes
}

describe('the text of a file', () => {
  test.each<[what: string, content: Uint8Array, expected: string]>([
    ['UTF-8', Buffer.from(text), text],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`), text],
    ['UTF-16 of Windows', wide(`\ufeff${text}`), text],
    ['UTF-16 of other machines', wide(`\ufeff${text}`, true), text],
    ['nothing', new Uint8Array(), ''],
    ['nothing but a mark', wide('\ufeff'), ''],
    ['a mark that is not at the beginning', Buffer.from('a\ufeff'), 'a\ufeff'],
    ['a single NUL', Buffer.from('a\0b'), 'a\0b'],
  ])('%s', (_, content, expected) => {
    expect(decodeText(content)).toEqual({ text: expected })
  })

  test.each<[what: string, content: Uint8Array, problem: string]>([
    ['Latin-1', Buffer.from('grün', 'latin1'), 'is not UTF-8 text'],
    [
      'UTF-16 without its mark',
      wide('name'),
      'is written in UTF-16 without a byte order mark, which is not read',
    ],
    [
      'the same of other machines',
      wide('name', true),
      'is written in UTF-16 without a byte order mark, which is not read',
    ],
    [
      'half a character of UTF-16',
      wide('\ufeffname').subarray(0, 5),
      'begins as UTF-16LE and is not',
    ],
    ['half a pair of UTF-16', wide('\ufeff\ud800x', true), 'begins as UTF-16BE and is not'],
    [
      'UTF-8 that ends in a character',
      Buffer.from('\ufeffé').subarray(0, 4),
      'begins as UTF-8 and is not',
    ],
    [
      'UTF-32',
      Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
      'is written in UTF-32, which is not read',
    ],
    [
      'UTF-32 of other machines',
      Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]),
      'is written in UTF-32, which is not read',
    ],
  ])('%s is named in the problem', (_, content, problem) => {
    expect(decodeText(content)).toEqual({ problem })
  })
})
