import { describe, expect, test } from '@jest/globals'
import { missingParentFact, parentsOf } from '../../../src/facts/files/missing-parent.js'
import { said } from '../said.js'

test.each([
  ['/a/b/c', ['/a', '/a/b']],
  ['/a/b', ['/a']],
  ['/a', []],
])('the directories above %s', (path, parents) => {
  expect(parentsOf(path)).toEqual(parents)
})

test.each<[string, readonly string[], string, readonly object[]]>([
  ['nothing is missing', ['/a/b/c'], 'none\n', [{ is: 'absent' }]],
  [
    'the outermost is missing',
    ['/a/b/c'],
    'missing 0\n',
    [{ is: 'present', value: { path: '/a', taken: false } }],
  ],
  [
    'a file is in the place of one',
    ['/a/b/c'],
    'taken 1\n',
    [{ is: 'present', value: { path: '/a/b', taken: true } }],
  ],
  [
    'the eleventh is missing',
    ['/0/1/2/3/4/5/6/7/8/9/10/x'],
    'missing 10\n',
    [{ is: 'present', value: { path: '/0/1/2/3/4/5/6/7/8/9/10', taken: false } }],
  ],
  [
    'paths of one directory have one answer',
    ['/a/b/x', '/c/x', '/a/b/y'],
    'missing 1\nnone\n',
    [
      { is: 'present', value: { path: '/a/b', taken: false } },
      { is: 'absent' },
      { is: 'present', value: { path: '/a/b', taken: false } },
    ],
  ],
])('%s', (_, paths, stdout, facts) => {
  expect(missingParentFact.parse(said(stdout), paths)).toEqual(facts)
})

describe('all are unknown', () => {
  test.each([
    ['the shell failed', said('none\nnone\n', 1), 'status 1'],
    ['a tool failed', said('', 2, 'sh: no memory\n'), 'sh: no memory'],
    ['an answer is missing', said('none\n'), 'status 0'],
    ['there is one too many', said('none\nnone\nnone\n'), 'status 0'],
    ['an answer is cut', said('none\nnone'), 'status 0'],
    ['there is another word', said('none\ngone 1\n'), 'status 0'],
    ['there is no number', said('none\nmissing\n'), 'status 0'],
    ['a number is none', said('none\nmissing x\n'), 'status 0'],
    ['a number is beyond the directories', said('missing 1\nmissing 1\n'), 'status 0'],
    ['noise is before a word', said('none\nx missing 0\n'), 'status 0'],
    ['noise is behind a number', said('none\nmissing 0 x\n'), 'status 0'],
    ['noise is behind a word', said('none\nnone of them\n'), 'status 0'],
  ])('where %s', (_, output, why) => {
    const fact = {
      is: 'unknown',
      reason: `directories could not be looked at: ${why}`,
      remedy: 'see what the shell says on the host',
    }
    expect(missingParentFact.parse(output, ['/a/b/c', '/d/e'])).toEqual([fact, fact])
  })
})

test('each directory is looked at once', () => {
  expect(missingParentFact.script(['/a/b/x', '/c d/x', '/a/b/y', '/x']).script.body).toBe(
    "fettle_first_missing /a /a/b\nfettle_first_missing '/c d'\nfettle_first_missing ",
  )
})
