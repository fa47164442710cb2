import { expect, test } from '@jest/globals'
import { changesOf, type Change } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import type { UserEntry } from '../../../src/facts/accounts/user.js'
import { group } from '../../../src/resources/accounts/group.js'
import { user } from '../../../src/resources/accounts/user.js'
import { planOf } from '../../../src/testing/outcome.js'
import { fileEntry } from '../files/entry.js'

const ada: UserEntry = {
  uid: 1000,
  gid: 1000,
  group: 'ada',
  comment: '',
  home: '/home/ada',
  shell: '/bin/sh',
  groups: ['adm'],
  password: null,
}

const changes = (made: Resource, facts: Readonly<Record<string, unknown>>): readonly Change[] =>
  changesOf(planOf({ facts: { group: null, shell: fileEntry(), ...facts } }, made))

const isNew = { user: null }
const isThere = { user: ada }

/** What trials read and need: `group adm: group:adm`; `?` where any earlier change may matter. */
const triedBy = (all: readonly Change[]): readonly string[] =>
  all.flatMap(({ trials = [] }) =>
    trials.map(
      ({ reads, needs, whenUnsure }) =>
        `${reads.kind.name} ${JSON.stringify(reads.key)}: ${needs?.join(' ') ?? `? ${whenUnsure}`}`,
    ),
  )

const idOf = (of: string, id: number): string => `id-holders ${JSON.stringify({ of, id })}`

test.each<[string, Resource, Readonly<Record<string, unknown>>, readonly string[]]>([
  ['a new user', user('ada'), isNew, ['missing-parent "/home/ada": path:/home/ada']],
  ['a new user without a home', user('ada', { system: true }), isNew, []],
  [
    'a new user with groups and an id',
    user('ada', { group: 100, groups: ['adm'], uid: 7, createHome: false }),
    isNew,
    [`${idOf('group', 100)}: ? skip`, 'group "adm": group:adm', `${idOf('user', 7)}: ? warn`],
  ],
  [
    'further groups',
    user('ada', { groups: ['adm', 'games'] }),
    isThere,
    ['group "games": group:games'],
  ],
  ['another primary group', user('ada', { group: 'web' }), isThere, ['group "web": group:web']],
  [
    'another id',
    user('ada', { uid: 7 }),
    isThere,
    [`${idOf('user', 7)}: ? warn`, 'user-process 1000: ? skip'],
  ],
  ['another home', user('ada', { home: '/srv' }), isThere, ['user-process 1000: ? skip']],
  ['another shell', user('ada', { shell: '/bin/bash' }), isThere, []],
  ['no such user', user('ada', { state: 'absent' }), isThere, ['user-process 1000: ? skip']],
  [
    'neither such a user nor its home',
    user('ada', { state: 'absent', removeHome: true }),
    isThere,
    [
      'user-process 1000: ? skip',
      'tree-size "/home/ada": ',
      'path {"path":"/home/ada","follow":true}: path:/home/ada',
    ],
  ],
  ['a new group', group('web'), isNew, []],
  ['a new group with an id', group('web', { gid: 7 }), isNew, [`${idOf('group', 7)}: ? warn`]],
  [
    'another id of a group',
    group('web', { gid: 7 }),
    { group: { gid: 8, members: [] } },
    [`${idOf('group', 7)}: ? warn`],
  ],
  [
    'no such group',
    group('web', { state: 'absent' }),
    { group: { gid: 8, members: [] } },
    [`${idOf('primary group', 8)}: ? skip`],
  ],
])('%s is tried', (_, made, facts, expected) => {
  expect(triedBy(changes(made, facts))).toEqual(expected)
})

/** What the last trial of a change says of a value. */
const said = (
  made: Resource,
  facts: Readonly<Record<string, unknown>>,
  value: unknown,
): unknown => {
  const verdict = changes(made, facts).at(-1)?.trials?.at(-1)?.judge(value) ?? null
  return verdict !== null && 'refused' in verdict ? verdict.refused : verdict
}

test.each<[string, Resource, Readonly<Record<string, unknown>>, unknown, string | null]>([
  ['a group', user('ada', { groups: ['adm', 'web'] }), isThere, { gid: 7, members: [] }, null],
  ['no group', user('ada', { groups: ['web'] }), isThere, null, 'there is no group web'],
  ['a gid', user('ada', { group: 7 }), isThere, ['web'], null],
  ['no gid', user('ada', { group: '7' }), isThere, [], 'there is no group with the gid 7'],
  ['a free id', group('web', { gid: 7 }), isNew, [], null],
  ['a taken id', group('web', { gid: 7 }), isNew, ['x'], 'gid 7 is taken by group x'],
  ['no process', user('ada', { state: 'absent' }), isThere, null, null],
  [
    'a process',
    user('ada', { home: '/srv' }),
    isThere,
    4,
    'user ada is currently used by process 4',
  ],
  ['room for a home', user('ada'), isNew, null, null],
  ['directories to be made', user('ada'), isNew, { path: '/home', taken: false }, null],
  [
    'no room for a home',
    user('ada'),
    isNew,
    { path: '/home', taken: true },
    'the home /home/ada cannot be made: /home is no directory',
  ],
  [
    'its own home',
    user('ada', { state: 'absent', removeHome: true }),
    isThere,
    fileEntry({ uid: 1000 }),
    null,
  ],
  ['no home', user('ada', { state: 'absent', removeHome: true }), isThere, null, null],
  [
    'the home of another',
    user('ada', { state: 'absent', removeHome: true }),
    isThere,
    fileEntry({ uid: 0, owner: 'root' }),
    'the home /home/ada belongs to root, so userdel would not remove it with ada',
  ],
  [
    'a group of nobody',
    group('web', { state: 'absent' }),
    { group: { gid: 8, members: [] } },
    [],
    null,
  ],
  [
    'a primary group',
    group('web', { state: 'absent' }),
    { group: { gid: 8, members: [] } },
    ['ada'],
    'it is the primary group of ada',
  ],
])('%s', (_, made, facts, value, expected) => {
  expect(said(made, facts, value)).toBe(expected)
})
