import { expect, test } from '@jest/globals'
import { Secret } from '../../src/core/secret.js'
import {
  FileInput,
  inputBytes,
  inputLength,
  inputParts,
  lines,
  sh,
  shellFunctions,
  steps,
  type Input,
  type Sh,
} from '../../src/core/sh.js'

const size = shellFunctions('size_() { :; }')
const owner = shellFunctions('owner_() { :; }')

test.each<[what: string, made: Sh, text: string]>([
  ['without functions it is what was written', sh`a ${'b c'}`, "a 'b c'"],
  ['functions stand before what calls them', sh`${size}size_ ${1}`, 'size_() { :; }\nsize_ 1'],
  [
    'each file once, whatever calls it, in the order of the first calls',
    lines([sh`${owner}owner_`, sh`${size}size_`, sh`${owner}${size}owner_`]),
    'owner_() { :; }\nsize_() { :; }\nowner_\nsize_\nowner_',
  ],
  [
    'not among steps, since what fails before them must keep from what is behind them',
    steps([sh`first`, sh`${size}size_ a`, undefined, sh`{ ${sh`${size}size_ b`}; }`]),
    'size_() { :; }\nfirst &&\nsize_ a &&\n{ size_ b; }',
  ],
  ['a piece of functions alone is no step', steps([size, sh`a`, sh`b`]), 'size_() { :; }\na &&\nb'],
  ['an empty piece is', lines([sh``, sh`a`]), '\na'],
])('%s', (_, made, text) => {
  expect(made.text).toBe(text)
})

const image = new FileInput('/project/image', 'image', 5e9, 'f'.repeat(64))
const bytes = new Uint8Array([0, 255])

test.each<[what: string, input: Input, parts: readonly (Buffer | FileInput)[], length: number]>([
  ['a text', 'ä', [Buffer.from('ä')], 2],
  ['a secret', new Secret('ä'), [Buffer.from('ä')], 2],
  ['bytes', bytes, [Buffer.from(bytes)], 2],
  ['a file', image, [image], 5e9],
  ['a list', ['a', image, bytes], [Buffer.from('a'), image, Buffer.from(bytes)], 5e9 + 3],
  ['nothing', [], [], 0],
])('the parts of an input: %s', (_, input, parts, length) => {
  expect([inputParts(input), inputLength(input)]).toEqual([parts, length])
})

test('the bytes of an input, unless a part of it is not in memory', () => {
  expect(inputBytes(['a', bytes, new Secret('b')])).toEqual(Buffer.from([0x61, 0, 255, 0x62]))
  expect(inputBytes([])).toEqual(Buffer.alloc(0))
  expect(() => inputBytes(['a', image])).toThrow(new TypeError('image is not held in memory'))
})
