import { describe, expect, test } from '@jest/globals'
import type { Verdict } from '../../../src/core/trial.js'
import type { Place, PlaceDirectory } from '../../../src/facts/files/place.js'
import { placeTrials, type PlaceUse } from '../../../src/resources/files/place-trials.js'

const root: Place['actor'] = { uid: 0, name: 'root', groups: [0, 'root'] }
const deploy: Place['actor'] = { uid: 1000, name: 'deploy', groups: [1000, 'deploy', 4, 'adm'] }

interface Found extends Partial<Omit<Place, 'directory'>> {
  readonly directory?: Partial<PlaceDirectory>
}

const place = ({ directory, ...found }: Found): Place => ({
  actor: root,
  directory: {
    path: '/srv/app',
    isOpen: true,
    uid: 0,
    gid: 0,
    group: 'root',
    mode: 0o755,
    flag: null,
    type: 'ef53',
    isReadOnly: false,
    longestName: 255,
    ...directory,
  },
  flag: null,
  isMount: false,
  tree: null,
  ...found,
})

/** The sentence of the first trial that refuses. */
function refused(use: PlaceUse, found: Place | null): string | null {
  const verdicts = placeTrials(use).map(({ judge }): Verdict => judge(found))
  const refusal = verdicts.find((each) => each !== null)
  return refusal !== undefined && 'refused' in refusal ? refusal.refused : null
}

const path = '/srv/app/file'
const uids = [0]
const make: PlaceUse = { path, does: 'make' }
const replace: PlaceUse = { path, does: 'replace', uids }
const remove: PlaceUse = { path, does: 'remove', uids }
const adjust: PlaceUse = { path, does: 'adjust', uids }
const all = [make, replace, remove, adjust]

/** What each of these uses is told. */
const told = (found: Found, uses: readonly PlaceUse[] = all): readonly (string | null)[] =>
  uses.map((use) => refused(use, place(found)))

test('nothing is in the way', () => {
  expect(told({})).toEqual([null, null, null, null])
  expect(all.map((use) => refused(use, null))).toEqual([null, null, null, null])
})

test('a directory that is not entered is told in the words of the shell', () => {
  const barred = (reason: string | null, words: string): Place => ({
    ...place({ actor: deploy }),
    directory: { reason, remedy: null, words },
  })
  expect(all.map((use) => refused(use, barred('/srv is a symbolic link in a loop', '')))).toEqual(
    Array.from(all, () => '/srv is a symbolic link in a loop'),
  )
  expect(placeTrials(make)[0]?.judge(barred(null, "can't cd to /srv/app"))).toEqual({
    refused: 'deploy may not enter /srv/app',
    remedy: 'see the directories above it, and whom they belong to',
    detail: "can't cd to /srv/app",
  })
})

const closed = 'root may not write to /srv/app'
const own = "nothing can be made or removed in /srv/app, which is the kernel's"
const growing = '/srv/app is append-only'
test.each<[string, Found, readonly (string | null)[]]>([
  ['closed', { directory: { isOpen: false } }, [closed, closed, closed, null]],
  [
    'on a read-only file system',
    { directory: { isOpen: false, isReadOnly: true } },
    [closed, closed, closed, '/srv/app/file is on a file system that is read-only'],
  ],
  ['in /proc', { directory: { type: '9fa0' } }, [own, own, own, null]],
  ['append-only', { directory: { flag: 'append-only' } }, [null, growing, growing, null]],
])('a directory that is %s', (_, found, expected) => expect(told(found)).toEqual(expected))

test('a remedy for who may not write there', () => {
  const remedy = (found: Found): Verdict => placeTrials(make)[0]?.judge(place(found)) ?? null
  const directory = { isOpen: false }
  expect(remedy({ directory })).toMatchObject({ remedy: expect.stringContaining('immutable') })
  expect(remedy({ directory, actor: deploy })).toMatchObject({
    remedy: expect.stringContaining('become'),
  })
  expect(remedy({ directory: { ...directory, isReadOnly: true } })).toMatchObject({
    remedy: expect.stringContaining('read-only'),
  })
})

const fixed = '/srv/app/file is immutable'
const growingFile = '/srv/app/file is append-only'
const mount = '/srv/app/file is a mount point'
test.each<[string, Found, readonly (string | null)[]]>([
  ['immutable', { flag: 'immutable' }, [null, fixed, fixed, fixed]],
  ['append-only', { flag: 'append-only' }, [null, growingFile, growingFile, growingFile]],
  ['a mount point', { isMount: true }, [null, mount, mount, null]],
])('a thing that is %s', (_, found, expected) => expect(told(found)).toEqual(expected))

test('a thing of another user', () => {
  expect(told({ actor: deploy })).toEqual([
    null,
    null,
    null,
    'deploy may not change /srv/app/file, which belongs to another user',
  ])
  const sticky =
    '/srv/app/file belongs to another user, and in /srv/app (1777) only they may remove it'
  const directory = { mode: 0o1777 }
  expect(told({ actor: deploy, directory })).toMatchObject([null, sticky, sticky, {}])
  expect(told({ directory })).toEqual([null, null, null, null])
  const ours = { ...replace, uids: [1000] }
  expect(told({ actor: deploy, directory }, [ours])).toEqual([null])
  expect(told({ actor: deploy, directory: { ...directory, uid: 1000 } }, [replace])).toEqual([null])
})

describe('names', () => {
  const long = (letters: number): string => `/srv/app/${'ü'.repeat(letters)}`
  const tooLong = `the name ${'ü'.repeat(20)}… is too long: its file system takes 255 bytes`
  test.each<[PlaceUse, string | null]>([
    [{ ...make, path: long(127) }, null],
    [{ ...make, path: long(128) }, tooLong],
    [{ path: long(128), does: 'replace' }, tooLong],
    [{ ...make, upTo: `${path}/b/${'ü'.repeat(128)}` }, tooLong],
    [{ ...make, upTo: `${path}/b/c` }, null],
    [{ ...make, upTo: `${path}${'/a'.repeat(2048)}` }, 'the path is longer than 4095 bytes'],
  ])('%#', (use, expected) => expect(told({}, [use])).toEqual([expected]))
})

describe('an owner and a group', () => {
  const given = (use: Partial<PlaceUse>, found: Found = {}): string | null =>
    refused({ ...make, ...use }, place({ actor: deploy, ...found }))
  const toRoot = 'deploy may not give /srv/app/file to root: only root may'
  const toGames = 'deploy may not give /srv/app/file the group games, and is not in it'
  test.each<[Partial<PlaceUse>, Found, string | null]>([
    [{ owner: 'root' }, {}, toRoot],
    [{ owner: 'root' }, { actor: root }, null],
    [{ owner: 'deploy' }, {}, null],
    [{ owner: 1000 }, {}, null],
    [{ owner: '1000' }, {}, null],
    [{ group: 'games' }, {}, toGames],
    [{ group: 'games' }, { actor: root }, null],
    [{ group: 'adm' }, {}, null],
    [{ group: 4 }, {}, null],
    [{ group: 'games' }, { directory: { mode: 0o2775, group: 'games', gid: 60 } }, null],
    [{ group: 60 }, { directory: { mode: 0o2775, group: 'games', gid: 60 } }, null],
    [{ group: 'games' }, { directory: { mode: 0o775, group: 'games', gid: 60 } }, toGames],
    [
      { does: 'adjust', uids: [1000], group: 'games' },
      { directory: { mode: 0o2775, group: 'games', gid: 60 } },
      toGames,
    ],
  ])('%j %j', (use, found, expected) => expect(given(use, found)).toBe(expected))
})

test('a tree', () => {
  const tree = { fixed: '/srv/app/file/a', shut: null, mount: '/srv/app/file/m' }
  const uses = [
    { ...remove, tree: [] },
    { ...adjust, tree: ['!', '-user', 'app'] },
  ]
  expect(told({ tree }, uses)).toEqual([
    '/srv/app/file/a is immutable or append-only',
    '/srv/app/file/a is immutable or append-only',
  ])
  expect(told({ tree: { ...tree, fixed: null } }, uses)).toEqual([
    '/srv/app/file/m is a mount point',
    null,
  ])
  const shut = { fixed: null, mount: null, shut: '/srv/app/file/d' }
  expect(told({ actor: deploy, tree: shut }, uses)).toEqual([
    'deploy may not write to /srv/app/file/d',
    'deploy may not change /srv/app/file, in which something belongs to another user',
  ])
})

test('what they depend on', () => {
  const needs = (use: PlaceUse) => placeTrials(use).map((each) => each.needs)
  expect(needs(make)).toEqual([['path:/srv/app']])
  expect(needs(replace)).toEqual([['path:/srv/app'], ['path:/srv/app', `path:${path}`]])
  expect(needs({ ...remove, tree: [] })[1]).toEqual(['path:/srv/app', `tree:${path}`])
  expect(needs({ ...adjust, via: '/srv/link' })[0]).toEqual(['path:/srv/app', 'path:/srv/link'])
})
