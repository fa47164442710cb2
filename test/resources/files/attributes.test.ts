import { expect, test } from '@jest/globals'
import type { PathEntry } from '../../../src/facts/files/path.js'
import {
  attributeDifferences,
  isAccount,
  type WantedAttributes,
} from '../../../src/resources/files/attributes.js'
import { fileEntry } from './entry.js'

test.each<[string | number, string | null, number, boolean]>([
  ['app', 'app', 7, true],
  ['app', 'web', 7, false],
  ['app', null, 7, false],
  [7, 'app', 7, true],
  ['7', 'app', 7, true],
  ['7', '7', 1000, true],
  [8, 'app', 7, false],
  ['07', 'app', 7, false],
])('the wanted account %j is %j with the id %d: %j', (wanted, name, id, expected) => {
  expect(isAccount(wanted, name, id)).toBe(expected)
})

test.each<[string, WantedAttributes, Partial<PathEntry>, readonly (readonly [string, string])[]]>([
  ['nothing is managed', {}, {}, []],
  ['all is as wanted', { mode: 0o644, owner: 'root', group: 0 }, {}, []],
  [
    'an owner, given with the present group',
    { owner: 'app' },
    { gid: 8 },
    [['owner root → app', 'chown -- app:8 .']],
  ],
  [
    'a group, given with the present owner',
    { group: 'web' },
    { uid: 7, owner: 'app' },
    [['group root → web', 'chown -- 7:web .']],
  ],
  [
    'accounts without names',
    { owner: 1, group: 2 },
    { owner: null, uid: 7, group: null, gid: 8 },
    [
      ['owner 7 → 1', 'chown -- 1:8 .'],
      ['group 8 → 2', 'chown -- 1:2 .'],
    ],
  ],
  ['a mode', { mode: 0o1777 }, {}, [['mode 0644 → 1777', 'chmod -- 01777 .']]],
  [
    'no permissions at all',
    { mode: 0 },
    { mode: 0o4755 },
    [['mode 4755 → 0000', 'chmod -- 00000 .']],
  ],
  [
    'setuid, which a new owner would clear',
    { owner: 'app' },
    { mode: 0o4755 },
    [['owner root → app', 'chown -- app:0 . && chmod -- 04755 .']],
  ],
  [
    'a wanted setgid, with a new owner',
    { owner: 'app', mode: 0o2755 },
    {},
    [
      ['owner root → app', 'chown -- app:0 . && chmod -- 02755 .'],
      ['mode 0644 → 2755', 'chmod -- 02755 .'],
    ],
  ],
  [
    'setuid that goes, with a new group',
    { group: 'web', mode: 0o755 },
    { mode: 0o4755 },
    [
      ['group root → web', 'chown -- 0:web .'],
      ['mode 4755 → 0755', 'chmod -- 00755 .'],
    ],
  ],
  [
    'the sticky bit, which a new owner leaves',
    { owner: 'app' },
    { mode: 0o1777 },
    [['owner root → app', 'chown -- app:0 .']],
  ],
])('%s', (_, wanted, present, expected) => {
  const differences = attributeDifferences(fileEntry(present), wanted, '.')
  expect(differences.map(({ summary, step }) => [summary, step.text])).toEqual(expected)
})

test('an open file is changed by its descriptor', () => {
  const wanted = { owner: 'app', mode: 0o4755 }
  const differences = attributeDifferences(fileEntry(), wanted, '/proc/self/fd/3')
  expect(differences.map(({ step }) => step.text)).toEqual([
    'chown -- app:0 /proc/self/fd/3 && chmod -- 04755 /proc/self/fd/3',
    'chmod -- 04755 /proc/self/fd/3',
  ])
})
