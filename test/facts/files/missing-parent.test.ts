import { describe, expect, test } from '@jest/globals'
import { linkFact, missingParentFact, parentsOf } from '../../../src/facts/files/missing-parent.js'
import { absent, present, type Ahead } from '../../../src/core/fact.js'
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
    ['a link is beyond the directories', said('link 2 /x\0none\nnone\n'), 'status 0'],
    ['a link has no target', said('link 0 \0none\nnone\n'), 'status 0'],
    ['a target is cut', said('link 0 /x\nnone\nnone\n'), 'status 0'],
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

describe('links', () => {
  const ask = (directory: string): { readonly directory: string } => ({ directory })

  test('above a path are told with what is missing', () => {
    const paths = ['/a/b/x', '/a/c/d/x']
    const stdout = 'link 0 /r\0link 1 /r/new\nline\0none\nlink 0 /r\0missing 1\n'
    const keys = [...paths, ask('/a'), ask('/a/b'), ask('/a/c')] as readonly string[]
    expect(missingParentFact.script(keys).script.body).toBe(
      'fettle_first_missing /a /a/b\nfettle_first_missing /a /a/c /a/c/d',
    )
    expect(missingParentFact.parse(said(stdout), keys)).toEqual([
      absent,
      present({ path: '/a/c', taken: false }),
      present('/r'),
      present('/r/new\nline'),
      absent,
    ])
  })

  test('can be asked for by themselves', () => {
    expect(linkFact.script([ask('/a/b')]).script.body).toBe('fettle_first_missing /a /a/b')
    expect(linkFact.parse(said('link 1 next\0taken 1\n'), [ask('/a/b')])).toEqual([present('next')])
  })
})

describe('after planned changes', () => {
  const path = '/srv/app/current/conf'
  const nothing: Ahead = { isGone: () => false, makes: () => false, end: (each) => each }
  const missing = (at: string, taken = false) => present({ path: at, taken })

  test.each<[string, Parameters<typeof missing> | null, Partial<Ahead>, object]>([
    ['nothing is missing', null, {}, absent],
    ['the same is missing', ['/srv/app'], {}, missing('/srv/app')],
    [
      'a directory goes',
      ['/srv/app/current'],
      { isGone: (thing) => thing === 'path:/srv/app' },
      missing('/srv/app'),
    ],
    [
      'what is behind a link is missing',
      ['/data/app/7'],
      { end: (each) => each.replace('/srv/app/current', '/data/app/7') },
      missing('/srv/app/current'),
    ],
    [
      'what is in the way goes',
      ['/srv/app', true],
      { isGone: (thing) => thing === 'path:/srv/app' },
      missing('/srv/app'),
    ],
    [
      'where a link leads that led nowhere is made',
      ['/srv/app/current', true],
      { makes: (thing) => thing === 'path:/srv/app/current' },
      missing('/srv/app/current'),
    ],
    ['something stays in the way', ['/srv/app', true], {}, missing('/srv/app', true)],
  ])('%s', (_, found, ahead, expected) => {
    const fact = found === null ? absent : missing(...found)
    expect(missingParentFact.expected?.(fact, path, { ...nothing, ...ahead })).toEqual(expected)
  })
})
