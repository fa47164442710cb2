import { expect, test } from '@jest/globals'
import { lines, sh, shellFunctions, steps, type Sh } from '../../src/core/sh.js'

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
