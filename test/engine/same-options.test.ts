import { expect, test } from '@jest/globals'
import { Later, request, type LocalFactKind } from '../../src/core/fact.js'
import { Secret } from '../../src/core/secret.js'
import { secret } from '../../src/core/secret-text.js'
import { sameOptions } from '../../src/engine/same-options.js'

const kind: LocalFactKind<string, string> = { backend: 'local', name: 'text', read: (project, key) => project.readText(key) }
const later = (key: string): Later<string> => Later.fact(request(kind, key), '', key)

test.each<[string, unknown, unknown, boolean]>([
  ['plain data', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, true],
  ['another value', { a: [1] }, { a: [2] }, false],
  ['an option more', { a: 1 }, { a: 1, b: 2 }, false],
  ['an option given as undefined', { a: 1, b: undefined }, { a: 1 }, true],
  ['Secrets of one text', new Secret('hunter22'), new Secret('hunter22'), true],
  ['Secrets of two', new Secret('hunter22'), new Secret('hunter23'), false],
  ['a Secret and its text', new Secret('hunter22'), 'hunter22', false],
  ['Laters of one fact', later('a'), later('a'), true],
  ['Laters of two facts', later('a'), later('b'), false],
  ['Laters of one function', later('a').map((text) => text.trim()), later('a').map((text) => text.trim()), true],
  ['Laters of two functions', later('a').map((text) => text.trim()), later('a').map((text) => text.toUpperCase()), false],
  ['Laters joined with one Secret', secret`${new Secret('hunter22')}${later('a')}`, secret`${new Secret('hunter22')}${later('a')}`, true],
  ['Laters joined with two Secrets', secret`${new Secret('hunter22')}${later('a')}`, secret`${new Secret('hunter23')}${later('a')}`, false],
  ['regular expressions', /a+/u, /a+/u, true],
  ['a list and a record', [], {}, false],
])('%s', (_, a, b, same) => expect(sameOptions(a, b)).toBe(same))
