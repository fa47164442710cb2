import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import { gitCheckout } from '../../../src/resources/git/checkout.js'
import { applied, converge, planned, sentences } from '../../converge.js'
import { dash, git, gitAtWork, GitStage } from './stage.js'
import { describedAsRoot } from '../../if-able.js'

const stage = new GitStage()
const { head, checkout, inCheckout } = stage
const push = stage.push.bind(stage)
let { root, repo, upstream, path } = stage
beforeEach(() => {
  ;({ root, repo, upstream, path } = stage)
})
const clean = { untracked: true, keep: ['.env', 'instance/'] }

test('an empty directory keeps its mode, and a second run has nothing to do', () => {
  mkdirSync(path)
  chmodSync(path, 0o2750)
  expect(converge(dash, checkout())).toEqual([[`clone ${repo} at ${head()} (main)`], ['fine']])
  expect([
    inCheckout('app.py'),
    (statSync(path).mode & 0o7777).toString(8),
    git(path, 'branch', '--show-current'),
  ]).toEqual(['one\n', '2750', 'main'])
})

test('a missing directory is made', () => {
  expect(converge(dash, checkout())).toEqual([[`clone ${repo} at ${head()} (main)`], ['fine']])
})

test('a pushed commit, a forced push, and a branch named like a former prefix of branches', () => {
  const first = head()
  converge(dash, checkout())
  const second = push({ 'app.py': 'two\n' })
  expect(converge(dash, checkout())).toEqual([[`${first} → ${second} (main)`], ['fine']])
  git(upstream, 'reset', '--quiet', '--hard', 'HEAD~1')
  git(upstream, 'push', '--quiet', 'origin', 'HEAD:topic')
  converge(dash, checkout())
  git(upstream, 'push', '--quiet', 'origin', ':topic', 'HEAD:refs/heads/topic/a')
  const third = push({ 'app.py': 'three\n' }, '--force')
  expect(converge(dash, checkout())).toEqual([[`${second} → ${third} (main)`], ['fine']])
  expect(inCheckout('app.py')).toBe('three\n')
})

test('a fetch without its reset, as after a killed run and a forced push, leaves no commit of its own', () => {
  converge(dash, checkout())
  git(upstream, 'commit', '--quiet', '--amend', '--allow-empty', '-m', 'another')
  git(upstream, 'push', '--quiet', '--force', 'origin', 'HEAD')
  git(path, 'fetch', '--quiet', '--prune', 'origin', '+refs/heads/*:refs/remotes/origin/*')
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
})

test('exactly the planned commit is checked out, although the branch has moved on', () => {
  converge(dash, checkout())
  const planned2 = push({ 'app.py': 'two\n' })
  const plan = planned(dash, checkout())
  push({ 'app.py': 'three\n' })
  applied(dash, plan)
  expect(git(path, 'rev-parse', 'HEAD').slice(0, 7)).toBe(planned2)
})

test('clean: everything else is named and removed, ignored and kept files stay', () => {
  converge(dash, checkout({ clean }))
  writeFileSync(join(path, 'app.py'), 'changed here\n')
  mkdirSync(join(path, 'instance'))
  for (const name of ['junk', "it's a\nname", '.env', 'app.log', 'instance/db'])
    writeFileSync(join(path, name), '')
  expect(converge(dash, checkout({ clean }))).toEqual([
    ['discard changes of 1 file: app.py', 'remove 2 untracked files: "it\'s a\\nname", junk'],
    ['fine'],
  ])
  expect([inCheckout('app.py'), readdirSync(path).sort()]).toEqual([
    'one\n',
    ['.env', '.git', '.gitignore', 'app.log', 'app.py', 'instance'],
  ])
  expect(converge(dash, checkout({ clean: { ...clean, ignored: true } }))).toEqual([
    ['remove 1 untracked file: app.log'],
    ['fine'],
  ])
})

test('clean after a move: what the new commit no longer ignores goes in the same run', () => {
  converge(dash, checkout({ clean }))
  writeFileSync(join(path, 'app.log'), '')
  push({ '.gitignore': '' })
  expect(converge(dash, checkout({ clean }))[1]).toEqual(['fine'])
  expect(existsSync(join(path, 'app.log'))).toBe(false)
})

test('without clean and force, changed files prevent the plan, and untracked ones stay', () => {
  converge(dash, checkout())
  writeFileSync(join(path, 'junk'), '')
  expect(sentences(planned(dash, checkout()))).toEqual(['fine'])
  writeFileSync(join(path, 'app.py'), 'changed here\n')
  expect(sentences(planned(dash, checkout()))).toEqual([
    `blocked: ${path} has changes of its own in 1 file: app.py`,
  ])
  expect(converge(dash, checkout({ force: true }))).toEqual([
    ['discard changes of 1 file: app.py'],
    ['fine'],
  ])
})

test('commits that were never pushed prevent the plan; force abandons them', () => {
  const first = head()
  converge(dash, checkout())
  git(path, 'commit', '--quiet', '--allow-empty', '-m', 'mine')
  const mine = git(path, 'rev-parse', 'HEAD').slice(0, 7)
  expect(sentences(planned(dash, checkout({ clean })))).toEqual([
    `blocked: ${path} has 1 commit that the repository does not have, up to ${mine}`,
  ])
  expect(converge(dash, checkout({ force: true }))).toEqual([
    [`${mine} → ${first} (main)`],
    ['fine'],
  ])
})

test('branches, tags and commits by their names', () => {
  const first = head()
  git(upstream, 'tag', '-a', 'v1', '-m', 'annotated')
  git(upstream, 'push', '--quiet', 'origin', 'v1')
  const second = push({ 'app.py': 'two\n' })
  git(upstream, 'push', '--quiet', 'origin', 'HEAD~1:refs/heads/feature/x')
  const whole = git(upstream, 'rev-parse', 'HEAD~1')
  expect(converge(dash, checkout({ ref: 'v1' }))).toEqual([
    [`clone ${repo} at ${first} (v1)`],
    ['fine'],
  ])
  expect(converge(dash, checkout())).toEqual([[`${first} → ${second} (main)`], ['fine']])
  expect(converge(dash, checkout({ ref: 'feature/x' }))).toEqual([
    [`${second} → ${first} (feature/x)`],
    ['fine'],
  ])
  expect(converge(dash, checkout({ ref: 'refs/heads/main' }))).toEqual([
    [`${first} → ${second} (main)`],
    ['fine'],
  ])
  expect(converge(dash, checkout({ ref: whole }))).toEqual([[`${second} → ${first}`], ['fine']])
  expect(sentences(planned(dash, checkout({ ref: 'ain' })))).toEqual([
    `blocked: ${repo} has neither a branch nor a tag ain`,
  ])
  git(upstream, 'push', '--quiet', 'origin', 'HEAD:refs/tags/main')
  expect(() => planned(dash, checkout())).toThrow('main is a branch and a tag')
})

test('depth and submodules', () => {
  git(root, 'init', '--quiet', '--bare', '-b', 'main', join(dirname(repo), 'lib.git'))
  const lib = join(root, 'lib')
  git(root, 'clone', '--quiet', join(dirname(repo), 'lib.git'), lib)
  git(lib, 'commit', '--quiet', '--allow-empty', '-m', 'lib')
  git(lib, 'push', '--quiet', 'origin', 'HEAD')
  git(upstream, 'submodule', '--quiet', 'add', join(dirname(repo), 'lib.git'), 'lib')
  push({ 'app.py': 'two\n' })
  const wanted = (): ReturnType<typeof checkout> =>
    checkout({ repo: `file://${repo}`, depth: 1, submodules: true })
  expect(converge(dash, wanted())[1]).toEqual(['fine'])
  expect([git(path, 'rev-list', '--count', 'HEAD'), existsSync(join(path, 'lib/.git'))]).toEqual([
    '1',
    true,
  ])
  rmSync(join(path, 'lib'), { recursive: true })
  mkdirSync(join(path, 'lib'))
  expect(converge(dash, wanted())).toEqual([['bring 1 submodule: lib'], ['fine']])
  push({ 'app.py': 'three\n' })
  expect(converge(dash, wanted())[1]).toEqual(['fine'])
})

test('leftovers of a killed git are repaired', () => {
  mkdirSync(join(path, '.git/objects'), { recursive: true })
  expect(converge(dash, checkout())).toEqual([[`clone ${repo} at ${head()} (main)`], ['fine']])
  writeFileSync(join(path, '.git/index.lock'), '')
  push({ 'app.py': 'two\n' })
  expect(converge(dash, checkout())).toEqual([
    ['remove 1 lock of a git that is gone: .git/index.lock', expect.stringContaining('→')],
    ['fine'],
  ])
})

describe('while a git still works there', () => {
  let end: () => Promise<void>
  beforeEach(async () => {
    converge(dash, checkout())
    end = await gitAtWork(path)
  })
  afterEach(() => end())

  test('a lock of a branch is kept, and found afterwards', async () => {
    const lock = join(path, '.git/refs/remotes/origin/feature/x.lock')
    mkdirSync(dirname(lock), { recursive: true })
    writeFileSync(lock, '')
    expect(sentences(planned(dash, checkout()))).toEqual(['fine'])
    await end()
    expect(sentences(planned(dash, checkout()))).toEqual([
      expect.stringContaining('remove 1 lock of a git that is gone'),
    ])
  })

  test('a change says who may hold its locks', () => {
    writeFileSync(join(path, '.git/index.lock'), '')
    push({ 'app.py': 'two\n' })
    const note = /^may fail: git, process \d+, may hold \.git\/index\.lock: wait for its end$/
    expect(changesOf(planned(dash, checkout())).map(({ notes }) => notes)).toEqual([
      [expect.stringMatching(note)],
    ])
  })
})

test('packed branches, and a commit that only a tag has, are no commits of its own', () => {
  converge(dash, checkout())
  git(path, 'pack-refs', '--all', '--prune')
  expect(sentences(planned(dash, checkout()))).toEqual(['fine'])
  git(upstream, 'tag', 'v1')
  git(upstream, 'push', '--quiet', 'origin', 'v1')
  expect(converge(dash, checkout({ ref: 'v1' }))[1]).toEqual(['fine'])
})

test('a damaged repository is unknown and not absent', () => {
  converge(dash, checkout())
  const commit = git(path, 'rev-parse', 'HEAD')
  const object = join(path, '.git/objects', commit.slice(0, 2), commit.slice(2))
  chmodSync(object, 0o644)
  truncateSync(object, 0)
  expect(() => planned(dash, checkout())).toThrow(`git cannot read ${path}`)
})

test('another remote', () => {
  converge(dash, checkout())
  git(path, 'remote', 'set-url', 'origin', 'https://token@example.org/app.git')
  expect(converge(dash, checkout())).toEqual([
    [`remote https://[secret]@example.org/app.git → ${repo}`],
    ['fine'],
  ])
})

test('reading changes nothing, not even the index', () => {
  converge(dash, checkout({ clean }))
  const listing = (): string =>
    execFileSync('find', [path, '-printf', '%p %i %T@ %C@ %m\n']).toString()
  execFileSync('touch', ['-d', '2001-01-01', join(path, 'app.py')])
  const before = listing()
  expect(sentences(planned(dash, checkout({ clean })))).toEqual(['fine'])
  expect(listing()).toBe(before)
})

test('hooks of the checkout do not run', () => {
  converge(dash, checkout())
  const ran = join(path, '.git/ran')
  writeFileSync(join(path, '.git/hooks/post-checkout'), '#!/bin/sh\ntouch .git/ran\n', {
    mode: 0o755,
  })
  push({ 'app.py': 'two\n' })
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
  expect(existsSync(ran)).toBe(false)
  git(path, 'checkout', '--quiet', 'HEAD~1')
  expect(existsSync(ran)).toBe(true)
})

describe('files that git calls modified right after writing them', () => {
  /**
   * The committed bytes, in UTF-8 or UTF-16, the attributes in .gitattributes, and what a checkout
   * makes of them.
   */
  const files: Readonly<
    Record<string, readonly [committed: string, attributes: string, written: RegExp]>
  > = {
    'CRLF under eol=lf': ['one\r\ntwo\r\n', 'text eol=lf', /^one\r\ntwo\r\n$/],
    'mixed line endings under eol=crlf': ['one\r\ntwo\n', 'text eol=crlf', /^one\r\ntwo\r\n$/],
    'an identifier that was expanded': [
      `$Id: ${'0'.repeat(40)} $\n`,
      'ident',
      /^\$Id: (?!0{40})[0-9a-f]{40} \$\n$/,
    ],
    'an encoding that it was not converted from': [
      'one\r\n',
      'text working-tree-encoding=UTF-16LE eol=lf',
      /^o\0n\0e\0\r\0\n\0$/,
    ],
    'a filter that is no inverse': ['one\n', 'filter=upper', /^ONE\n$/],
  }
  /** Unchanged, whatever .gitattributes says. */
  const pushPage = (content: string): string => {
    writeFileSync(join(root, 'page'), content)
    git(
      upstream,
      'update-index',
      '--add',
      '--cacheinfo',
      `100644,${git(upstream, 'hash-object', '-w', '--no-filters', join(root, 'page'))},a page`,
    )
    git(upstream, 'commit', '--quiet', '-m', 'a page')
    git(upstream, 'push', '--quiet', 'origin', 'HEAD')
    return head()
  }
  const setUp = (name: string): void => {
    const [committed, attributes] = files[name] ?? []
    push({ '.gitattributes': `a?page ${attributes ?? ''}\n` })
    pushPage(committed ?? '')
    mkdirSync(path)
    git(path, 'init', '--quiet', '-b', 'main')
    git(path, 'config', 'filter.upper.smudge', 'tr a-z A-Z')
  }
  test.each(Object.keys(files))('%s: the tree equals the commit', (name) => {
    setUp(name)
    for (const options of [{ clean, force: true }, {}]) {
      expect(converge(dash, checkout(options))[1]).toEqual(['fine'])
      expect(inCheckout('a page')).toMatch(files[name]?.[2] ?? '')
      // As after a while, when git compares contents again.
      execFileSync('touch', [join(path, 'a page')])
      expect(git(path, 'status', '--short')).toBe('M "a page"')
    }
  })
  test('a change of it is recognised, and the next commit does not need force', () => {
    setUp('CRLF under eol=lf')
    converge(dash, checkout())
    pushPage('three\r\n')
    expect(converge(dash, checkout())[1]).toEqual(['fine'])
    expect(inCheckout('a page')).toBe('three\r\n')
    for (const content of ['three\n', 'four\r\n']) {
      writeFileSync(join(path, 'a page'), content)
      expect(sentences(planned(dash, checkout()))).toEqual([
        `blocked: ${path} has changes of its own in 1 file: a page`,
      ])
      expect(converge(dash, checkout({ clean }))).toEqual([
        ['discard changes of 1 file: a page'],
        ['fine'],
      ])
    }
  })
  test('a mode or a link in its place is a change', () => {
    setUp('CRLF under eol=lf')
    converge(dash, checkout())
    chmodSync(join(path, 'a page'), 0o755)
    expect(sentences(planned(dash, checkout({ clean })))).toEqual([
      'discard changes of 1 file: a page',
    ])
    expect(converge(dash, checkout({ clean }))[1]).toEqual(['fine'])
  })
  test('a filter whose program is missing fails with its message', () => {
    setUp('a filter that is no inverse')
    git(path, 'config', 'filter.upper.smudge', 'git-lfs smudge -- %f')
    git(path, 'config', 'filter.upper.required', 'true')
    expect(() => applied(dash, planned(dash, checkout()))).toThrow(
      /git-lfs.*not found|smudge filter upper failed/s,
    )
  })
})

test('something else in its place', () => {
  writeFileSync(path, '')
  expect(sentences(planned(dash, checkout()))).toEqual([`blocked: ${path} is no directory`])
  rmSync(path)
  mkdirSync(path)
  writeFileSync(join(path, 'page'), '')
  expect(sentences(planned(dash, checkout()))).toEqual([
    `blocked: ${path} is a directory that holds other things`,
  ])
  mkdirSync(join(root, 'empty/.git'), { recursive: true })
  // A repository in a directory above is not the checkout: git must not search upwards.
  git(root, 'init', '--quiet', root)
  expect(sentences(planned(dash, gitCheckout(join(root, 'empty'), { repo, ref: 'main' })))).toEqual(
    [`clone ${repo} at ${head()} (main)`],
  )
})

test('a repository that cannot be read is unknown, with what git says', () => {
  expect(() =>
    planned(dash, checkout({ repo: join(root, 'none.git').replaceAll(' ', '_') })),
  ).toThrow('none.git')
})

test('the lock is awaited', async () => {
  const lock = join(root, 'lock')
  const done = join(root, 'done')
  const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; sleep 3; : >"$1"', '-', done], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  applied(dash, planned(dash, checkout({ lock })))
  expect(existsSync(done)).toBe(true)
})

// Another owner needs root.
describedAsRoot('as another user', () => {
  const ownerOf = (name: string): number => statSync(name).uid
  test('git runs as that user, and a wrong owner is repaired', () => {
    execFileSync('chown', ['-R', 'nobody', repo])
    const wanted = checkout({ owner: 'nobody', clean })
    expect(converge(dash, wanted)).toEqual([[`clone ${repo} at ${head()} (main)`], ['fine']])
    const { uid } = statSync(repo)
    expect([
      ownerOf(path),
      ownerOf(join(path, '.git/index')),
      ownerOf(join(path, 'app.py')),
    ]).toEqual([uid, uid, uid])
    execFileSync('chown', ['-R', 'root', path])
    execFileSync('chown', ['-R', 'nobody', repo])
    expect(sentences(planned(dash, wanted))).toEqual(['owner root → nobody'])
    expect(converge(dash, wanted)[1]).toEqual(['fine'])
    expect(() => planned(dash, checkout({ owner: 'nosuchuser' }))).toThrow(
      'there is no user nosuchuser',
    )
  })
})
