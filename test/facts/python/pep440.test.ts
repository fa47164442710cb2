import { describe, expect, test } from '@jest/globals'
import {
  compareVersions,
  parseVersion,
  type Version,
} from '../../../src/facts/python/pep440-version.js'
import { isSpecifier, meets } from '../../../src/facts/python/pep440.js'

describe('a version', () => {
  const one: Version = { epoch: 0, release: [1, 0], pre: null, post: null, dev: null, local: null }
  test.each<[string, Partial<Version>]>([
    ['1.0', {}],
    [' 1.0\n', {}],
    ['v1.0', {}],
    ['V1.0', {}],
    ['12!1.0', { epoch: 12 }],
    ['1', { release: [1] }],
    ['10.20.30', { release: [10, 20, 30] }],
    ['1.0a1', { pre: { phase: 'a', number: 1 } }],
    ['1.0alpha', { pre: { phase: 'a', number: 0 } }],
    ['1.0-Beta.12', { pre: { phase: 'b', number: 12 } }],
    ['1.0_b_2', { pre: { phase: 'b', number: 2 } }],
    ['1.0c1', { pre: { phase: 'rc', number: 1 } }],
    ['1.0.RC1', { pre: { phase: 'rc', number: 1 } }],
    ['1.0pre2', { pre: { phase: 'rc', number: 2 } }],
    ['1.0-preview-3', { pre: { phase: 'rc', number: 3 } }],
    ['1.0-12', { post: 12 }],
    ['1.0post', { post: 0 }],
    ['1.0.post12', { post: 12 }],
    ['1.0-rev_2', { post: 2 }],
    ['1.0_r.3', { post: 3 }],
    ['1.0.dev', { dev: 0 }],
    ['1.0dev12', { dev: 12 }],
    ['1.0-DEV_3', { dev: 3 }],
    ['1.0+ubuntu', { local: ['ubuntu'] }],
    ['1.0+A_b.c-12.2d.d3', { local: ['a', 'b', 'c', 12, '2d', 'd3'] }],
    [
      '2!1.0rc1.post2.dev3+x',
      { epoch: 2, pre: { phase: 'rc', number: 1 }, post: 2, dev: 3, local: ['x'] },
    ],
  ])('%j', (text, parts) => {
    expect(parseVersion(text)).toEqual({ ...one, ...parts })
  })
  test.each([
    '',
    'one',
    'x1.0',
    '1.0x',
    '1..0',
    '1.',
    '.1',
    '!1.0',
    '1!',
    'x!1.0',
    '1.0+',
    '1.0+a+b',
    '1.0+a..b',
    '1.0+.a',
    '1.0+a.',
    '1.0 1',
    '1.0--1',
    '1.0-',
    '1.0a-b',
    '1.0dev1dev2',
    '1.0gamma1',
  ])('is not %j', (text) => {
    expect(parseVersion(text)).toBeNull()
  })
})

test('versions are sorted as in PEP 440', () => {
  const sorted = [
    '1.dev0',
    '1.0.dev456',
    '1.0a1.dev2',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0+abc.5',
    '1.0+abc.7',
    '1.0+abd',
    '1.0+5',
    '1.0+5.a',
    '1.0+5.1',
    '1.0+12',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.0.15',
    '1.1.dev1',
    '1.1',
    '10.0',
    '1!0.1',
  ].map((text) => ({ text, version: parseVersion(text) as Version }))
  for (const [a, one] of sorted.entries())
    for (const [b, other] of sorted.entries()) {
      const sign = Math.sign(compareVersions(one.version, other.version))
      expect([one.text, other.text, sign]).toEqual([one.text, other.text, Math.sign(a - b)])
    }
})

test.each([
  ['1', '1.0.0'],
  ['0', '0.0'],
  ['1.0.0a1', '1a1'],
  ['0!1.0', '1'],
  ['1.0-0', '1.0.post'],
  ['1.0+ubuntu-1', '1.0+UBUNTU.1'],
  ['1.0+01', '1.0+1'],
])('%s equals %s', (one, other) => {
  expect(compareVersions(parseVersion(one) as Version, parseVersion(other) as Version)).toBe(0)
})

// What pip 23.0.1 decides.
test.each([
  ['1', '==1.0.*', true],
  ['1.0', '==1', true],
  ['1.0+local', '==1.0', true],
  ['1.0+local', '==1.0+other', false],
  ['1!1.0', '==1.0', false],
  ['2.2.10', '>2.2.2', true],
  ['1.0', '>1.0rc1', true],
  ['1.0.post1', '>1.0', false],
  ['1.0.post1', '>1.0.post0', true],
  ['1.0rc1', '<1.0', false],
  ['1.0rc1', '<1.0rc2', true],
  ['1.0', '<1.0.post1', true],
  ['1.0rc1', '>=0.9', true],
  ['1.0.dev1', '<1.0a1', true],
  ['1.0a1.dev1', '<1.0a1', true],
  ['1.0b2', '>1.0a10', true],
  ['v1.0-RC1', '==1.0c1', true],
  ['1.0-1', '==1.0.post1', true],
  ['1.0+abc', '==1.0+1', false],
  ['1.0+1.2', '>=1.0', true],
  ['1', '~=1.0.0', true],
  ['1.4.5', '~=1.4.2', true],
  ['1.5', '~=1.4.2', false],
  ['1.5', '~=1.4', true],
  ['2.0', '!=2.0.*', false],
  ['1.0', '===1.0', true],
  ['1.0.0', '===1.0', false],
  ['junk', '>=0', false],
  ['1.0', '==1.0', true],
  ['1.1', '==1.0', false],
  ['1.0', '!=1.0', false],
  ['1.1', '!=1.0', true],
  ['1.0', '>=1.0', true],
  ['0.9', '>=1.0', false],
  ['1.0', '<=1.0', true],
  ['1.1', '<=1.0', false],
  ['1.0', '>1.0', false],
  ['1.1', '>1.0', true],
  ['1.0', '<1.0', false],
  ['0.9', '<1.0', true],
  ['1.0+local', '>1.0', false],
  ['1.0+local', '<=1.0', true],
  ['1.0+local', '!=1.0', false],
  ['1.0+local', '==1.0+local', true],
  ['1.0', '==1.0+local', false],
  ['1.0.post1', '>1', false],
  ['1.0.1.post1', '>1.0', true],
  ['1.1.post1', '>1.0', true],
  ['1!1.0.post1', '>1.0', true],
  ['1.0.post2', '>1.0.post1', true],
  ['1.0.dev1', '<1.0', false],
  ['1.0.0rc1', '<1', false],
  ['0.9rc1', '<1.0', true],
  ['1.0.dev1', '<1.0rc1', true],
  ['1.0a1', '<1.0.dev1', false],
  ['1.0.dev1', '<1.0.dev2', true],
  ['1.0rc1', '<1!1.0', true],
  ['1.4.2', '~=1.4.2', true],
  ['1.4.1', '~=1.4.2', false],
  ['2.0', '~=1.4', false],
  ['1.4.2.post1', '~=1.4.2', true],
  ['1.10', '==1.1.*', false],
  ['1.1.5', '==1.1.*', true],
  ['1.1rc1', '==1.1.*', true],
  ['1.2', '!=1.1.*', true],
  ['1!1.1', '==1.1.*', false],
  ['1!1.1', '==1!1.1.*', true],
  ['1.1+local', '==1.1.*', true],
])('%s %s: %s', (version, specifier, met) => {
  expect(meets(version, specifier)).toBe(met)
})

describe('several clauses', () => {
  test.each([
    ['1.5', '>=1,<2', true],
    ['2.0', '>=1,<2', false],
    ['0.9', '>=1,<2', false],
    ['1.5', ' >= 1 , < 2 ', true],
    ['junk', '===junk', true],
    ['junk', '===junk,===junk', true],
    ['junk', '===junk,>=0', false],
    ['1.5', '===junk', false],
  ])('%s meets %s: %p', (version, specifier, met) => {
    expect(meets(version, specifier)).toBe(met)
  })
})

test.each([
  ['==1', true],
  ['== 1.0', true],
  ['\t>=1 ', true],
  ['>=1,<2,!=1.5', true],
  ['==1.*', true],
  ['!=1.0.*', true],
  ['~=1.0', true],
  ['===whatever', true],
  ['===1+2+3', true],
  ['==1.0+local', true],
  ['!=1.0+local', true],
  ['<=1.0+local', false],
  ['>=1.0+local', false],
  ['>1.0+local', false],
  ['<1.0+local', false],
  ['~=1.0+local', false],
  ['~=1', false],
  ['~=1.*', false],
  ['~=1.0.*', false],
  ['>=1.*', false],
  ['<1.*', false],
  ['==1.0.dev1.*', false],
  ['==1.0+local.*', false],
  ['==*', false],
  ['==.*', false],
  ['==x.*', false],
  ['==1.x', false],
  ['=1', false],
  ['=>1', false],
  ['>>1', false],
  ['1', false],
  ['>=1 2', false],
  ['x >=1', false],
  ['>=1,=2', false],
  ['>=', false],
  ['', false],
])('%j is a specifier: %p', (text, isOne) => {
  expect(isSpecifier(text)).toBe(isOne)
})
