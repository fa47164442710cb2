import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import {
  jsonText,
  numberAs,
  pythonFloat,
  pythonInteger,
  WrittenNumber,
} from '../../src/core/written-number.js'

// test/inventory/ansible.test.ts compares the printing of floats with the real Python.

test('a number that prints the same everywhere is a plain number, others keep their text', () => {
  expect([pythonFloat(1.5), pythonFloat(1e22), numberAs('8.1', 8.1), pythonInteger(-5n)]).toEqual([
    1.5, 1e22, 8.1, -5,
  ])
  expect([pythonFloat(8), numberAs('1.10', 1.1)]).toEqual([
    new WrittenNumber('8.0', 8),
    new WrittenNumber('1.10', 1.1),
  ])
  expect(pythonInteger(2n ** 53n)).toBe('9007199254740992')
})

test('in text it is its original text, in arithmetic the number', () => {
  const eight = new WrittenNumber('8.0', 8)
  expect([`php${String(eight)}`, ['php', eight].join(''), inspect({ eight })]).toEqual([
    'php8.0',
    'php8.0',
    '{ eight: 8.0 }',
  ])
  expect([Number(eight) + 1, Math.max(Number(eight), 9)]).toEqual([9, 9])
  expect(JSON.stringify([eight, pythonFloat(Infinity)])).toBe('[8,"inf"]')
})

test.each([
  [
    'numbers as they are written',
    { a: pythonFloat(8), b: [1, pythonFloat(1e-5)] },
    '{"a":8.0,"b":[1,1e-05]}',
  ],
  [
    'as in Python',
    [pythonFloat(Infinity), pythonFloat(-Infinity), pythonFloat(Number.NaN)],
    '[Infinity,-Infinity,NaN]',
  ],
  [
    'a text where JSON has no form for it',
    [numberAs('0x1F', 31), numberAs('+5', 5), numberAs('1.', 1)],
    '["0x1F","+5","1."]',
  ],
  [
    'texts that look like what stands for them meanwhile',
    ['#', '##', { '###': pythonFloat(8) }, '"#"'],
    '["#","##",{"###":8.0},"\\"#\\""]',
  ],
  ['nothing to do', { a: [null, 'x'] }, '{"a":[null,"x"]}'],
  ['nothing', undefined, undefined],
])('JSON: %s', (_, value, expected) => {
  expect(jsonText(value)).toBe(expected)
})
