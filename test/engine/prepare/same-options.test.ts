import { describe, expect, test } from '@jest/globals'
import { backendFact } from '../../../src/core/fact.js'
import { Later, request } from '../../../src/core/later.js'
import { Secret } from '../../../src/core/secret.js'
import { json, secret, uri } from '../../../src/core/secret-text.js'
import { compareOptions, sameOptions } from '../../../src/engine/prepare/same-options.js'
import { projectFiles } from '../../../src/facts/files/project-file.js'
import { contentOf, secretSource } from '../../../src/resources/files/content.js'
import { group } from '../../../src/resources/accounts/group.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'

const kind = backendFact({
  backend: projectFiles,
  name: 'text',
  read: (project, key: string) => project.readText(key),
})
const later = (key: string): Later<string> => Later.fact(request(kind, key), '', key)
const password = new Secret('hunter22')
const trimmed = (text: string): string => text.trim()
const joinedTo = (text: string, prefix: string): string => prefix + text
const prefixed = (prefix: string) => later('a').map((text) => prefix + text)
/** A circular value. */
function ring(name: string): object {
  const made = { name }
  return Object.assign(made, { self: made })
}
class Port {
  constructor(readonly number: number) {}
}

type Row = [what: string, a: unknown, b: unknown, is: string, at?: string]

describe.each<[string, readonly Row[]]>([
  [
    'plain data',
    [
      ['of equal parts', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, 'equal'],
      ['of another part', { a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }, 'different', 'a.1.b'],
      ['with an option more', { a: 1 }, { a: 1, b: 2 }, 'different', 'b'],
      ['with an option as undefined', { a: 1, b: undefined }, { a: 1 }, 'reordered'],
      ['in another order of names', { a: 1, b: 2 }, { b: 2, a: 1 }, 'reordered'],
      ['in another order of a list', [1, 2], [2, 1], 'different', '0'],
      ['a longer list', [1], [1, undefined], 'different'],
      ['a list and a record', [], {}, 'different'],
      [
        'without a prototype',
        Object.assign(Object.create(null) as object, { a: 1 }),
        { a: 1 },
        'equal',
      ],
      ['NaN', { a: Number.NaN }, { a: Number.NaN }, 'equal'],
      ['a number and its text', 1, '1', 'different'],
      ['null and nothing', null, undefined, 'different'],
      ['a name that all objects have', { toString: 1 }, { valueOf: 1 }, 'different', 'toString'],
      [
        'under __proto__',
        JSON.parse('{"__proto__":1}'),
        JSON.parse('{"__proto__":2}'),
        'different',
        '__proto__',
      ],
      ['that holds itself', ring('a'), ring('a'), 'equal'],
      ['that holds itself, with another part', ring('a'), ring('b'), 'different', 'name'],
      ['one symbol', { a: Symbol.iterator }, { a: Symbol.iterator }, 'equal'],
      ['two symbols', { a: Symbol('a') }, { a: Symbol('a') }, 'different', 'a'],
      [
        'under a symbol',
        { [Symbol.iterator]: 1 },
        { [Symbol.iterator]: 2 },
        'different',
        'Symbol(Symbol.iterator)',
      ],
    ],
  ],
  [
    'objects that are values',
    [
      ['regular expressions', /a+/u, /a+/u, 'equal'],
      ['of another flag', /a+/u, /a+/iu, 'different'],
      ['dates', new Date(5), new Date(5), 'equal'],
      ['two dates', new Date(5), new Date(6), 'different'],
      ['no dates', new Date(Number.NaN), new Date(Number.NaN), 'equal'],
      ['maps', new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]]), 'equal'],
      ['two maps', new Map([['a', 1]]), new Map([['a', 2]]), 'different', '0.1'],
      ['two sets', new Set([1]), new Set([2]), 'different', '0'],
      ['bytes', Buffer.from('ab'), new Uint8Array([97, 98]), 'equal'],
      ['other bytes', Buffer.from('ab'), Buffer.from('ac'), 'different'],
      ['a date and a map', new Date(5), new Map(), 'different'],
    ],
  ],
  [
    'what cannot be looked into',
    [
      ['one function', { a: trimmed }, { a: trimmed }, 'equal'],
      ['functions of one text', { a: () => 1 }, { a: () => 1 }, 'opaque', 'a'],
      ['objects of a class', { a: new Port(1) }, { a: new Port(1) }, 'opaque', 'a'],
      [
        'URLs, whose parts are no properties',
        new URL('https://a/'),
        new URL('https://b/'),
        'opaque',
      ],
      [
        'getters',
        {
          get a() {
            return 1
          },
        },
        { a: 1 },
        'opaque',
        'a',
      ],
      [
        'a function beside another option',
        { a: () => 1, b: 1 },
        { a: () => 1, b: 2 },
        'different',
        'b',
      ],
      ['an object of a class and a record', new Port(1), { number: 1 }, 'different'],
    ],
  ],
  [
    'Secrets',
    [
      ['of one text', new Secret('hunter22'), new Secret('hunter22'), 'equal'],
      ['of two', new Secret('hunter22'), new Secret('hunter23'), 'different'],
      ['and text', new Secret('hunter22'), 'hunter22', 'different'],
      ['and a Later', new Secret('hunter22'), secretSource('a'), 'different'],
    ],
  ],
  [
    'resources, which are triggers here,',
    [
      ['of one address', [group('a', { gid: 1 })], [group('a', { gid: 2 })], 'equal'],
      ['of two', [group('a')], [group('b')], 'different', '0'],
    ],
  ],
  [
    'Laters',
    [
      ['of one fact', later('a'), later('a'), 'equal'],
      ['of two', later('a'), later('b'), 'different'],
      ['of one function', later('a').map(trimmed), later('a').map(trimmed), 'equal'],
      [
        'of one function and two facts',
        later('a').map(trimmed),
        later('b').map(trimmed),
        'different',
      ],
      ['of two functions of one text', prefixed('x'), prefixed('x'), 'later'],
      ['of a function and none', later('a'), later('a').map(trimmed), 'later'],
      [
        'of one function after two',
        prefixed('x').map(trimmed),
        prefixed('y').map(trimmed),
        'later',
      ],
      [
        'of one function that was given two texts',
        later('a').map(joinedTo, 'x'),
        later('a').map(joinedTo, 'y'),
        'different',
      ],
      [
        'of facts in another order',
        Later.all({ a: later('a'), b: later('b') }),
        Later.all({ b: later('b'), a: later('a') }),
        'reordered',
      ],
      [
        'joined with other data',
        Later.all({ a: later('a'), b: 1 }),
        Later.all({ a: later('a'), b: 2 }),
        'different',
      ],
      [
        'in an option, by its name',
        { env: { A: prefixed('x') } },
        { env: { A: prefixed('x') } },
        'later',
        'env.A',
      ],
      ['and a value', later('a'), 'a', 'different'],
    ],
  ],
  [
    'Laters of our own',
    [
      [
        'joined with one Secret',
        secret`${password}${later('a')}`,
        secret`${new Secret('hunter22')}${later('a')}`,
        'equal',
      ],
      [
        'joined with two',
        secret`${password}${later('a')}`,
        secret`${new Secret('hunter23')}${later('a')}`,
        'different',
      ],
      ['joined by another text', secret`a${later('a')}`, secret`b${later('a')}`, 'different'],
      [
        'joined from functions of one text',
        secret`${uri(prefixed('x'))}`,
        secret`${uri(prefixed('x'))}`,
        'later',
      ],
      ['percent-encoded', uri(later('a')), uri(later('a')), 'equal'],
      ['written as JSON and percent-encoded', json(later('a')), uri(later('a')), 'later'],
      ['of a key on the host', sshKey('/k').publicKey, sshKey('/k').publicKey, 'equal'],
      ['of a file of the project', secretSource('a'), secretSource('a'), 'equal'],
      ['of two files', secretSource('a'), secretSource('b'), 'different'],
      [
        'of a template',
        contentOf({ template: 't', vars: { a: later('a') } }),
        contentOf({ template: 't', vars: { a: later('a') } }),
        'equal',
      ],
      [
        'of a template with two variables',
        contentOf({ template: 't', vars: { a: 1 } }),
        contentOf({ template: 't', vars: { a: 2 } }),
        'different',
      ],
      [
        'of a unit',
        systemdUnit('a.service', { content: later('a') }).values,
        systemdUnit('a.service', { content: later('a') }).values,
        'equal',
      ],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_name, a, b, is, at = '') => {
    const one = compareOptions(a, b)
    const other = compareOptions(b, a)
    expect([one.is, other.is]).toEqual([is, is])
    if (is !== 'reordered') expect(one.at.join('.')).toBe(at)
  })
})

test('an object with many paths to another one is compared once', () => {
  const bomb = (): unknown =>
    Array.from({ length: 64 }).reduce<unknown>((inner) => [inner, inner], ['x'])
  expect(sameOptions(bomb(), bomb())).toBe(true)
})

test('sameOptions ignores the order of names', () => {
  expect([
    sameOptions({ a: 1, b: undefined }, { a: 1 }),
    sameOptions({ a: () => 1 }, { a: () => 1 }),
    sameOptions({ a: 1 }, { a: 2 }),
  ]).toEqual([true, false, false])
})
