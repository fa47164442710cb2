import { describe, expect, test } from '@jest/globals'
import { refuse } from '../../../src/core/refuse.js'
import { lines, sh, type Sh } from '../../../src/core/sh.js'
import {
  bring,
  bringSubmodules,
  cleaning,
  discarding,
  type Bringing,
} from '../../../src/resources/git/bring.js'
import { spareTracked, spareUntracked } from '../../../src/resources/git/spare.js'

const [old, commit] = ['a'.repeat(40), 'b'.repeat(40)]
const main = { kind: 'branch', name: 'main', commit } as const
const wanted: Bringing = {
  remote: main,
  head: old,
  replaced: [],
  depth: undefined,
  submodules: false,
  clean: null,
  discards: false,
  force: false,
}

/** The lines of a script, without the functions that it calls; a list of no words leaves blanks. */
const linesOf = ({ body }: Sh): readonly string[] => body.replaceAll(/ +/g, ' ').trim().split('\n')

const branches = "'+refs/heads/*:refs/remotes/origin/*'"
const fetched = `git fetch --quiet --no-tags --prune origin ${branches}`
const there = `git cat-file -e '${commit}^{commit}' 2>/dev/null`
const known = `${there} || git fetch --quiet --no-tags origin ${commit}`
const recorded = `git update-ref --create-reflog -m brought refs/fettle/brought ${commit}`
const onBranch = (name: string): string => `git checkout --quiet --force -B ${name} ${commit} --`
const detached = `git checkout --quiet --force --detach ${commit} --`

describe('with force, a commit is fetched, recorded and checked out', () => {
  test.each<[string, Partial<Bringing>, readonly string[]]>([
    [
      'of a branch, with all branches: removed ones are forgotten',
      {},
      [fetched, known, recorded, onBranch('main'), ':'],
    ],
    [
      'by its id: HEAD is at no branch',
      { remote: { kind: 'commit', name: commit, commit } },
      [fetched, known, recorded, detached, ':'],
    ],
    [
      'of a branch, with a part of the history: that branch alone is fetched, and makes room',
      { remote: { ...main, name: 'release/1.0/x' }, depth: 3 },
      [
        'fettle_forget_branches release/1.0/x refs/remotes/origin/release refs/remotes/origin/release/1.0',
        'git fetch --quiet --no-tags --depth 3 origin +refs/heads/release/1.0/x:refs/remotes/origin/release/1.0/x',
        `${there} || git fetch --quiet --no-tags --depth 3 origin ${commit}`,
        recorded,
        onBranch('release/1.0/x'),
        ':',
      ],
    ],
    [
      'by its id, with a part of the history: that commit alone is fetched',
      { remote: { kind: 'commit', name: commit, commit }, depth: 1 },
      [
        `git fetch --quiet --no-tags --depth 1 origin ${commit}`,
        `${there} || git fetch --quiet --no-tags --depth 1 origin ${commit}`,
        recorded,
        detached,
        ':',
      ],
    ],
    [
      'of a tag: force takes the place of a tag that was made on the host',
      { remote: { kind: 'tag', name: 'v1', commit } },
      [
        'tag_=$(git rev-parse --quiet --verify refs/tags/v1) || tag_=',
        'kept_=$(git rev-parse --quiet --verify refs/fettle/tags/v1) || kept_=',
        'git fetch --quiet --no-tags origin +refs/tags/v1:refs/fettle/tags/v1',
        known,
        "case $tag_ in '' | *) git update-ref refs/tags/v1 refs/fettle/tags/v1 2>/dev/null || : ;; esac",
        recorded,
        detached,
        ':',
      ],
    ],
    [
      'in the place of local branches, which HEAD leaves before',
      { replaced: ['main/1', 'main/2'] },
      [
        fetched,
        known,
        recorded,
        `git update-ref --no-deref HEAD ${old}`,
        'git branch --quiet -D -- main/1 main/2',
        onBranch('main'),
        ':',
      ],
    ],
    [
      'in the place of local branches before the first commit',
      { head: null, replaced: ['main/1'] },
      [fetched, known, recorded, 'git branch --quiet -D -- main/1', onBranch('main'), ':'],
    ],
    [
      'with its submodules, and then without untracked files',
      { submodules: true, clean: ['-d', '-x'], discards: true },
      [
        fetched,
        known,
        recorded,
        onBranch('main'),
        'git submodule sync --quiet --recursive && git submodule update --quiet --init --recursive --force',
        'git clean --quiet --force -d -x',
        "git submodule foreach --quiet --recursive 'git clean --quiet --force -d -x'",
      ],
    ],
  ])('%s', (_, some, expected) => {
    expect(linesOf(bring({ ...wanted, force: true, ...some }))).toEqual(expected)
  })
})

test.each([
  ['v1', 'v1'],
  ['release/1', 'release%2F1'],
  ['release/1/x', 'release%2F1%2Fx'],
  ['100%', '100%25'],
  ['a%2Fb', 'a%252Fb'],
  ['50%/100%', '50%25%2F100%25'],
])('the tag %s is kept as refs/fettle/tags/%s, which no other tag has', (name, kept) => {
  const script = linesOf(bring({ ...wanted, remote: { kind: 'tag', name, commit } }))
  expect(script).toContain(
    `git fetch --quiet --no-tags origin +refs/tags/${name}:refs/fettle/tags/${kept}`,
  )
  expect(script).toContain(
    `case $tag_ in '' | "$kept_") git update-ref refs/tags/${name} refs/fettle/tags/${kept} 2>/dev/null || : ;; esac`,
  )
})

const movedOn = (head: string): Sh =>
  sh`[ "$(git rev-parse --quiet --verify HEAD)" = ${head} ] || ${refuse('the checkout is no longer at the commit that the plan saw', 'run again')}`

test.each<[string, Partial<Bringing>, readonly Sh[]]>([
  [
    'commits, changes and untracked files are spared',
    {},
    [movedOn(old), spareTracked, spareUntracked(sh`${old}`, sh`${commit}`, null)],
  ],
  [
    'before the first commit all files of the commit are new ones',
    { head: null },
    [
      movedOn(''),
      spareTracked,
      spareUntracked(sh`"$(git hash-object -t tree /dev/null)"`, sh`${commit}`, null),
    ],
  ],
  [
    'what clean discards is not spared, and untracked files as it says',
    { clean: ['-d'], discards: true },
    [movedOn(old), spareUntracked(sh`${old}`, sh`${commit}`, ['-d'])],
  ],
  ['nothing is spared with force', { force: true }, []],
])('after fetching and before the checkout: %s', (_, some, spared) => {
  const { body } = bring({ ...wanted, ...some })
  const [, behind = ''] = body.split(`origin ${commit}\n`)
  const [checks = ''] = behind.split(recorded)
  expect(checks.trim()).toBe(lines(spared).body.trim())
})

test.each<[string, readonly string[] | null, boolean, readonly string[]]>([
  ['nothing where untracked files stay', null, false, [':']],
  ['nothing in submodules either', null, true, [':']],
  [
    'untracked files',
    ['-d', '--exclude=.env'],
    false,
    ['git clean --quiet --force -d --exclude=.env'],
  ],
  [
    'untracked files, in submodules too',
    ['-d'],
    true,
    [
      'git clean --quiet --force -d',
      "git submodule foreach --quiet --recursive 'git clean --quiet --force -d'",
    ],
  ],
])('cleaning removes %s', (_, clean, submodules, expected) => {
  expect(linesOf(cleaning({ clean, submodules }))).toEqual(expected)
})

describe('discarding resets tracked files', () => {
  const reset = sh`git reset --quiet --hard`
  const some = { head: old, clean: ['-d'], submodules: false, force: false }
  test.each<[string, Partial<typeof some> | { readonly head: null }, Sh]>([
    [
      'but spares untracked files in their places',
      {},
      lines([spareUntracked(sh`HEAD`, sh`HEAD`, ['-d']), reset]),
    ],
    ['without a look, by force', { force: true }, reset],
    ['without a look before the first commit', { head: null }, reset],
    [
      'in submodules too',
      { force: true, submodules: true },
      lines([reset, sh`git submodule foreach --quiet --recursive ${'git reset --quiet --hard'}`]),
    ],
  ])('%s', (_, more, expected) => {
    expect(discarding({ ...some, ...more }).text).toBe(expected.text)
  })
})

test('submodules overwrite untracked files in them by force alone', () => {
  const update = 'git submodule update --quiet --init --recursive'
  expect([linesOf(bringSubmodules(false)), linesOf(bringSubmodules(true))]).toEqual([
    [`git submodule sync --quiet --recursive && ${update}`],
    [`git submodule sync --quiet --recursive && ${update} --force`],
  ])
})
