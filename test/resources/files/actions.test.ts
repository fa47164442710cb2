import { describe, expect, test } from '@jest/globals'
import { changesOf, isShell, type Change } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { absent } from '../../../src/resources/files/absent.js'
import { directory } from '../../../src/resources/files/directory.js'
import { file } from '../../../src/resources/files/file.js'
import { symlink } from '../../../src/resources/files/symlink.js'
import type { Case } from '../../../src/testing/case.js'
import { planOf } from '../../../src/testing/outcome.js'
import { directoryEntry, fileEntry, linkEntry } from './entry.js'

const path = '/srv/app'
const here = { missingParent: null }
const tree = [{ kind: 'file', mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root', count: 2 }]

const changesFor = (made: Resource, facts: Case['facts']): readonly Change[] =>
  changesOf(planOf({ facts }, made))

describe('what may take long: programs that go through a tree', () => {
  test.each<[string, boolean, Resource, Case['facts']]>([
    [
      'the owner of a tree',
      true,
      directory(path, { recurse: true, owner: 'app' }),
      { ...here, path: directoryEntry(), tree },
    ],
    [
      'the owner of a directory',
      false,
      directory(path, { owner: 'app' }),
      { ...here, path: directoryEntry() },
    ],
    [
      'a tree that is removed',
      true,
      absent(path, { recurse: true }),
      { path: directoryEntry(), tree },
    ],
    ['a file that is removed', false, absent(path), { path: fileEntry() }],
    ['a link', false, symlink(path, { target: 'a' }), { ...here, path: null }],
    ['a file', false, file(path, { content: 'a' }), { ...here, path: null }],
  ])('%s: %j', (_, expected, made, facts) => {
    const actions = changesFor(made, facts).flatMap((change) => change.actions)
    expect(actions.map((action) => isShell(action) && action.long === true)).toEqual([expected])
  })
})

test.each([fileEntry(), linkEntry('/srv'), fileEntry({ kind: 'other' })])(
  'what is removed is proved by neither being there nor being a link: $kind',
  (entry) => {
    const [change] = changesFor(absent("/srv/it's"), { path: entry })
    const quoted = `'/srv/it'\\''s'`
    expect(change?.proves?.text).toBe(`[ ! -e ${quoted} ] && [ ! -L ${quoted} ]`)
  },
)

test.each<[string, string | null, Resource]>([
  ['a file', 'files', file(path, { content: 'a' })],
  ['the removal of a file', 'files', absent(path)],
  ['the removal of a tree', null, absent(path, { recurse: true })],
  ['a link', null, symlink(path, { target: 'a' })],
  ['a directory', null, directory(path)],
])('%s shares a round trip with its neighbours: %j', (_, joins, made) => {
  expect(made.joins).toBe(joins)
})
