import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { applied, converge, planned, sentences } from '../../converge.js'
import { dash, git, GitStage } from './stage.js'

// Nothing that a person has in a checkout is lost unless an option permits it.

const stage = new GitStage()
const { checkout, inCheckout, exists } = stage
const write = stage.write.bind(stage)
const push = stage.push.bind(stage)
const clean = { untracked: true }

/** Everything in a checkout but git's own folder, and the commit of HEAD. */
const tree = (): string =>
  [
    execFileSync('find', [
      stage.path,
      '-name',
      '.git',
      '-prune',
      '-o',
      '-printf',
      '%P %y %l %s %T@\n',
    ]).toString(),
    git(stage.path, 'rev-parse', 'HEAD'),
    git(stage.path, 'branch', '--all'),
    git(stage.path, 'status', '--short'),
  ].join('\n')

const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return String(error)
  }
  return 'it was not refused'
}

interface Case {
  /** Files that the new commit adds. */
  readonly comes: Readonly<Record<string, string>>
  /** Files that it removes. */
  readonly goes?: readonly string[]
  /** Files of a person there. */
  readonly mine: () => void
  /** Files in the way. */
  readonly named: string
  readonly ignored?: true
}

const cases: readonly (readonly [string, Case])[] = [
  [
    'an untracked file',
    {
      comes: { 'local.ini': 'theirs\n' },
      mine: () => write({ 'local.ini': 'mine\n' }),
      named: 'local.ini',
    },
  ],
  [
    'an ignored file',
    {
      comes: { 'app.log': 'theirs\n' },
      mine: () => write({ 'app.log': 'mine\n' }),
      named: 'app.log',
      ignored: true,
    },
  ],
  [
    'a file in a directory that becomes a file',
    {
      comes: { conf: 'theirs\n' },
      goes: ['conf/a'],
      mine: () => write({ 'conf/own': 'mine\n' }),
      named: 'conf/own',
    },
  ],
  [
    'an ignored file in a directory that becomes a file',
    {
      comes: { conf: 'theirs\n' },
      goes: ['conf/a'],
      mine: () => write({ 'conf/own.log': 'mine\n' }),
      named: 'conf/own.log',
      ignored: true,
    },
  ],
  [
    'a directory where a file comes',
    { comes: { data: 'theirs\n' }, mine: () => write({ 'data/own': 'mine\n' }), named: 'data/own' },
  ],
  [
    'a file where a directory comes',
    { comes: { 'data/a': 'theirs\n' }, mine: () => write({ data: 'mine\n' }), named: 'data' },
  ],
  [
    'a link where a directory comes',
    {
      comes: { 'data/a': 'theirs\n' },
      mine: () => symlinkSync('/nonexistent', join(stage.path, 'data')),
      named: 'data',
    },
  ],
  [
    'a link where a file comes',
    {
      comes: { data: 'theirs\n' },
      mine: () => symlinkSync('/nonexistent', join(stage.path, 'data')),
      named: 'data',
    },
  ],
  [
    'a name that needs quotes',
    {
      comes: { "it's a ü": 'theirs\n' },
      mine: () => write({ "it's a ü": 'mine\n' }),
      named: "it's a ü",
    },
  ],
]

/** Clones, then commits upstream and writes files in the checkout. */
function meet({ comes, goes = [], mine }: Case): void {
  if (goes.length > 0) push(Object.fromEntries(goes.map((name) => [name, 'tracked\n'])))
  converge(dash, checkout())
  for (const name of goes) rmSync(join(stage.upstream, dirname(name)), { recursive: true })
  push(comes)
  mine()
}

test.each(cases)(
  '%s in the way of the commit is named and kept, unless an option permits its loss',
  (_, row) => {
    meet(row)
    const before = tree()
    const said = refusal(() => applied(dash, planned(dash, checkout())))
    expect(said).toContain(`\n${row.named}\n`)
    expect(said).toContain('move them away, or give clean')
    if (row.ignored)
      expect(refusal(() => applied(dash, planned(dash, checkout({ clean }))))).toMatch(
        /remedy: move them away, or give force/,
      )
    expect(tree()).toBe(before)
    expect(converge(dash, checkout(row.ignored ? { force: true } : { clean }))[1]).toEqual(['fine'])
    expect(Object.keys(row.comes).map(inCheckout)).toEqual(Object.values(row.comes))
  },
)

test('an ignored file in the way is removed by clean with ignored', () => {
  meet({ comes: { conf: 'theirs\n' }, mine: () => write({ 'conf/own.log': 'mine\n' }), named: '' })
  expect(converge(dash, checkout({ clean: { ...clean, ignored: true } }))[1]).toEqual(['fine'])
})

test('what clean keeps is not overwritten', () => {
  meet({ comes: { '.env': 'theirs\n' }, mine: () => write({ '.env': 'mine\n' }), named: '.env' })
  const kept = { ...clean, ignored: true, keep: ['.env'] }
  expect(refusal(() => applied(dash, planned(dash, checkout({ clean: kept }))))).toContain(
    '\n.env\n',
  )
  expect(inCheckout('.env')).toBe('mine\n')
})

test('a file that equals the commit’s is not in the way, nor are other files', () => {
  meet({
    comes: { 'hotfix.py': 'theirs\n', 'data/a': 'theirs\n' },
    mine: () => write({ 'hotfix.py': 'theirs\n', 'data/own': 'mine\n' }),
    named: '',
  })
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
  expect(inCheckout('data/own')).toBe('mine\n')
})

test('a tracked link that becomes a directory is not mistaken for its target', () => {
  symlinkSync('releases', join(stage.upstream, 'current'))
  push({ 'releases/a': 'one\n' })
  converge(dash, checkout())
  rmSync(join(stage.upstream, 'current'))
  push({ 'current/a': 'two\n' })
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
  expect([inCheckout('current/a'), inCheckout('releases/a')]).toEqual(['two\n', 'one\n'])
})

test('a repository of somebody’s own is never overwritten', () => {
  converge(dash, checkout())
  write({ 'tool/a': 'mine\n' })
  git(join(stage.path, 'tool'), 'init', '--quiet')
  push({ 'tool/a': 'theirs\n' })
  for (const options of [{}, { clean: { ...clean, ignored: true } }])
    expect(refusal(() => applied(dash, planned(dash, checkout(options))))).toContain('\ntool/a\n')
  expect(inCheckout('tool/a')).toBe('mine\n')
})

test('a repository that was begun by hand keeps its files and what is staged in it', () => {
  mkdirSync(stage.path)
  git(stage.path, 'init', '--quiet', '-b', 'main')
  write({ 'app.py': 'mine\n', other: 'mine\n' })
  expect(refusal(() => applied(dash, planned(dash, checkout())))).toContain('\napp.py\n')
  git(stage.path, 'add', 'other')
  expect(sentences(planned(dash, checkout()))).toEqual([
    `blocked: ${stage.path} has changes of its own in 1 file: other`,
  ])
  expect(sentences(planned(dash, checkout({ clean })))).toEqual([
    'discard changes of 1 file: other',
    expect.stringMatching(/^clone .*, then remove what is untracked$/),
    'remove 1 untracked file: app.py',
  ])
  expect(converge(dash, checkout({ clean }))[1]).toEqual(['fine'])
})

describe('between the plan and its turn', () => {
  const meanwhile = (what: () => void, options: Parameters<typeof checkout>[0] = {}): string => {
    converge(dash, checkout())
    push({ 'app.py': 'two\n' })
    const plan = planned(dash, checkout(options))
    what()
    return refusal(() => applied(dash, plan))
  }
  test('a changed file stops it', () => {
    expect(meanwhile(() => write({ 'app.py': 'mine\n' }))).toMatch(
      /remedy: commit and push them.*\nchanged app\.py\n/,
    )
    expect(inCheckout('app.py')).toBe('mine\n')
  })
  test('a staged file stops it', () => {
    expect(meanwhile(() => (write({ new: 'mine\n' }), git(stage.path, 'add', 'new')))).toContain(
      '\nchanged new\n',
    )
    expect(exists('new')).toBe(true)
  })
  test.each([{}, { clean }])('a commit stops it, with %j', (options) => {
    expect(
      meanwhile(() => git(stage.path, 'commit', '--quiet', '--allow-empty', '-m', 'mine'), options),
    ).toContain('no longer at the commit that the plan saw')
    expect(git(stage.path, 'log', '-1', '--format=%s')).toBe('mine')
  })
})

test.each(['--assume-unchanged', '--skip-worktree'])(
  'a change that git was told to overlook by %s is not lost',
  (flag) => {
    push({ 'local.ini': 'one\n', 'same.ini': 'one\n' })
    converge(dash, checkout())
    for (const name of ['local.ini', 'same.ini']) git(stage.path, 'update-index', flag, name)
    push({ 'local.ini': 'two\n' })
    write({ 'local.ini': 'mine\n' })
    expect(refusal(() => applied(dash, planned(dash, checkout())))).toMatch(
      /remedy: commit and push.*\nchanged local\.ini, which git was told to overlook /,
    )
    expect(inCheckout('local.ini')).toBe('mine\n')
  },
)

test('discarding changes keeps untracked files in the place of tracked ones', () => {
  push({ data: 'tracked\n', gone: 'tracked\n' })
  converge(dash, checkout())
  rmSync(join(stage.path, 'data'))
  write({ 'data/own.log': 'mine\n' })
  git(stage.path, 'rm', '--quiet', 'gone')
  write({ 'gone/own.log': 'mine\n' })
  const plan = planned(dash, checkout({ clean }))
  expect(sentences(plan)).toEqual(['discard changes of 2 files: data, gone'])
  expect(refusal(() => applied(dash, plan))).toContain('\ndata/own.log\ngone/own.log\n')
  expect([inCheckout('data/own.log'), inCheckout('gone/own.log')]).toEqual(['mine\n', 'mine\n'])
  expect(converge(dash, checkout({ force: true }))[1]).toEqual(['fine'])
})

describe('unfinished operations', () => {
  /** A commit of its own on the branch, and a conflicting one upstream. */
  const conflict = (): void => {
    converge(dash, checkout())
    write({ 'app.py': 'mine\n' })
    git(stage.path, 'commit', '--quiet', '-am', 'mine')
    push({ 'app.py': 'two\n' })
    git(stage.path, 'fetch', '--quiet')
  }
  test('a rebase: the commits of the branch are not lost while HEAD is elsewhere', () => {
    conflict()
    refusal(() => git(stage.path, 'rebase', '--quiet', 'origin/main'))
    const mine = git(stage.path, 'rev-parse', 'main')
    push({ 'app.py': 'three\n' })
    expect(sentences(planned(dash, checkout()))).toEqual([
      expect.stringContaining('has changes of its own'),
    ])
    expect(sentences(planned(dash, checkout({ clean })))).toEqual([
      `blocked: the local branch main of ${stage.path} has 1 commit that the repository does not have`,
    ])
    expect(git(stage.path, 'rev-parse', 'main')).toBe(mine)
  })
  test.each(['merge', 'revert', 'cherry-pick'])('a %s without changes yet', (operation) => {
    converge(dash, checkout())
    push({ 'app.py': 'two\n' })
    const file =
      { merge: 'MERGE_HEAD', revert: 'REVERT_HEAD', 'cherry-pick': 'CHERRY_PICK_HEAD' }[
        operation
      ] ?? ''
    write({ [join('.git', file)]: `${git(stage.path, 'rev-parse', 'HEAD')}\n` })
    expect(sentences(planned(dash, checkout()))).toEqual([
      `blocked: a ${operation} is under way in ${stage.path}`,
    ])
    expect(converge(dash, checkout({ clean }))[1]).toEqual(['fine'])
  })
  test('a stash stays', () => {
    converge(dash, checkout())
    write({ 'app.py': 'mine\n' })
    git(stage.path, 'stash', '--quiet')
    push({ 'app.py': 'two\n' })
    expect(converge(dash, checkout())[1]).toEqual(['fine'])
    expect(git(stage.path, 'stash', 'show', '--patch')).toContain('+mine')
  })
})

test('the desired branch has commits of its own, and HEAD is elsewhere', () => {
  converge(dash, checkout())
  git(stage.path, 'commit', '--quiet', '--allow-empty', '-m', 'mine')
  git(stage.path, 'checkout', '--quiet', '--detach', 'HEAD~1')
  push({ 'app.py': 'two\n' })
  expect(sentences(planned(dash, checkout()))).toEqual([
    `blocked: the local branch main of ${stage.path} has 1 commit that the repository does not have`,
  ])
  git(stage.path, 'pack-refs', '--all', '--prune')
  expect(sentences(planned(dash, checkout()))).toEqual([
    expect.stringContaining('blocked: the local branch main'),
  ])
  expect(converge(dash, checkout({ force: true }))[1]).toEqual(['fine'])
})

test('a tag made on the host stays, a fetched one is updated', () => {
  converge(dash, checkout())
  git(stage.path, 'tag', '-a', 'v1', '-m', 'mine')
  git(stage.path, 'tag', 'v2/rc', '-m', 'mine')
  const mine = git(stage.path, 'rev-parse', 'v1')
  for (const ref of ['v1', 'v2', 'v3', 'v3']) {
    push({})
    git(stage.upstream, 'tag', '--force', ref)
    git(stage.upstream, 'push', '--quiet', '--force', 'origin', ref)
    expect(converge(dash, checkout({ ref }))[1]).toEqual(['fine'])
    expect(git(stage.path, 'rev-parse', '--short=7', 'HEAD')).toBe(stage.head())
  }
  expect([
    git(stage.path, 'rev-parse', 'v1'),
    git(stage.path, 'tag'),
    git(stage.path, 'describe', '--tags', '--exact-match'),
  ]).toEqual([mine, 'v1\nv2/rc\nv3', 'v3'])
})

describe('submodules', () => {
  const library = (): string => join(stage.root, 'lib')
  /** A submodule at its first commit of two. */
  const withLibrary = (): void => {
    const bare = join(dirname(stage.repo), 'lib.git')
    git(stage.root, 'init', '--quiet', '--bare', '-b', 'main', bare)
    git(stage.root, 'clone', '--quiet', bare, library())
    pushLibrary('a', 'one\n')
    git(stage.upstream, 'submodule', '--quiet', 'add', bare, 'lib')
    push({})
  }
  const pushLibrary = (name: string, content: string): void => {
    execFileSync('sh', ['-c', 'printf %s "$1" >"$2"', '-', content, join(library(), name)])
    git(library(), 'add', '--all')
    git(library(), 'commit', '--quiet', '-m', 'library')
    git(library(), 'push', '--quiet', 'origin', 'HEAD')
  }
  const moveLibrary = (name: string, content: string): void => {
    pushLibrary(name, content)
    git(join(stage.upstream, 'lib'), 'pull', '--quiet', 'origin', 'main')
    push({})
  }
  const wanted = (options: Parameters<typeof checkout>[0] = {}): ReturnType<typeof checkout> =>
    checkout({ repo: `file://${stage.repo}`, submodules: true, ...options })

  test('their changes are named; clean discards them and their untracked files', () => {
    withLibrary()
    converge(dash, wanted())
    write({ 'lib/a': 'mine\n', 'lib/own': 'mine\n' })
    expect(sentences(planned(dash, wanted()))).toEqual([
      `blocked: ${stage.path} has changes of its own in 1 file: lib/a`,
    ])
    expect(converge(dash, wanted({ clean }))).toEqual([
      ['discard changes of 1 file: lib/a', 'remove 1 untracked file: lib/own'],
      ['fine'],
    ])
    expect([inCheckout('lib/a'), exists('lib/own')]).toEqual(['one\n', false])
  })
  test('their untracked files stay without clean, and are not overwritten', () => {
    withLibrary()
    converge(dash, wanted())
    write({ 'lib/b': 'mine\n' })
    expect(sentences(planned(dash, wanted()))).toEqual(['fine'])
    moveLibrary('b', 'theirs\n')
    expect(refusal(() => applied(dash, planned(dash, wanted())))).toContain('\tb\n')
    expect(inCheckout('lib/b')).toBe('mine\n')
    expect(converge(dash, wanted({ force: true }))[1]).toEqual(['fine'])
  })
  test('their commits that were never pushed prevent the plan', () => {
    withLibrary()
    converge(dash, wanted())
    git(join(stage.path, 'lib'), 'commit', '--quiet', '--allow-empty', '-m', 'mine')
    for (const options of [{}, { clean }])
      expect(sentences(planned(dash, wanted(options)))).toEqual([
        `blocked: ${stage.path}/lib has 1 commit that the repository does not have`,
      ])
    expect(converge(dash, wanted({ force: true }))).toEqual([['bring 1 submodule: lib'], ['fine']])
  })
  test('where a person’s git goes into them by itself, nothing in them is discarded without being asked', () => {
    withLibrary()
    converge(dash, wanted())
    git(stage.path, 'config', 'submodule.recurse', 'true')
    write({ 'lib/a': 'mine\n' })
    push({ 'app.py': 'two\n' })
    expect(converge(dash, checkout({ repo: `file://${stage.repo}` }))[1]).toEqual(['fine'])
    expect(inCheckout('lib/a')).toBe('mine\n')
  })
  test.each([{}, { submodules: true }])(
    'one that is replaced by a file is kept, with %j',
    (options) => {
      withLibrary()
      converge(dash, wanted())
      write({ 'lib/own': 'mine\n' })
      git(stage.upstream, 'rm', '--quiet', '--force', 'lib')
      push({ lib: 'a file\n' })
      expect(
        refusal(() =>
          applied(dash, planned(dash, checkout({ repo: `file://${stage.repo}`, ...options }))),
        ),
      ).toContain('\nlib/\n')
      expect(inCheckout('lib/own')).toBe('mine\n')
      expect(converge(dash, wanted({ force: true }))[1]).toEqual(['fine'])
    },
  )
})
