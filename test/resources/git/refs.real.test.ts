import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import { applied, converge, planned, sentences } from '../../converge.js'
import { dash, git, GitStage } from './stage.js'

// Refs of the repository that appear, disappear and swap their kinds, with what earlier ones have
// left in the checkout.

const stage = new GitStage()
const { checkout, inCheckout, head } = stage
const push = stage.push.bind(stage)
const upstream = (...words: readonly string[]): string => git(stage.upstream, ...words)
/** `file://`, because for a plain path git ignores the depth. */
const at = (depth: number | undefined, ref: string): ReturnType<typeof checkout> =>
  checkout({ repo: `file://${stage.repo}`, ref, ...omitUndefined({ depth }) })
const here = (): string =>
  `${git(stage.path, 'rev-parse', '--short=7', 'HEAD')} ${git(stage.path, 'branch', '--show-current')}`

describe.each([undefined, 1])('with depth %s', (depth) => {
  /** Goes from one branch to another, which is created after the first was removed. */
  const follow = (from: string, to: string): void => {
    upstream('push', '--quiet', 'origin', `HEAD:refs/heads/${from}`)
    converge(dash, at(depth, from))
    push({ 'app.py': 'two\n' })
    upstream('push', '--quiet', 'origin', `:${from}`, `HEAD:refs/heads/${to}`)
  }

  test.each([
    ['a/b/c/d', 'a/b'],
    ['release', 'release/1.0'],
  ])('a branch %s that becomes %s', (from, to) => {
    const first = head()
    follow(from, to)
    expect(converge(dash, at(depth, to))).toEqual([
      [`${first} → ${head()} (${to}), in the place of the local branch ${from}`],
      ['fine'],
    ])
    expect(here()).toBe(`${head()} ${to}`)
    push({ 'app.py': 'three\n' })
    upstream('push', '--quiet', 'origin', `HEAD:refs/heads/${to}`)
    expect(converge(dash, at(depth, to))[1]).toEqual(['fine'])
  })

  test('packed names are found too', () => {
    follow('release/1.0', 'release')
    git(stage.path, 'pack-refs', '--all', '--prune')
    expect(converge(dash, at(depth, 'release'))[1]).toEqual(['fine'])
  })

  test('an excluded branch with commits of its own is not removed, unless forced', () => {
    follow('release/1.0', 'release')
    git(stage.path, 'commit', '--quiet', '--allow-empty', '-m', 'mine')
    git(stage.path, 'checkout', '--quiet', '--detach', 'HEAD~1')
    expect(sentences(planned(dash, at(depth, 'release')))).toEqual([
      `blocked: the local branch release/1.0 of ${stage.path} has 1 commit that the repository does not have`,
    ])
    const forced = checkout({
      repo: `file://${stage.repo}`,
      ref: 'release',
      force: true,
      ...omitUndefined({ depth }),
    })
    expect(converge(dash, forced)).toEqual([
      [expect.stringMatching(/, in the place of the local branch release\/1\.0 and its 1 commit$/)],
      ['fine'],
    ])
  })

  test('a branch that becomes a tag and a branch again', () => {
    follow('stable', 'other')
    upstream('tag', '-a', 'stable', '-m', 'stable')
    upstream('push', '--quiet', 'origin', 'stable')
    expect(converge(dash, at(depth, 'stable'))[1]).toEqual(['fine'])
    expect(here()).toBe(`${head()} `)
    push({ 'app.py': 'three\n' })
    upstream('push', '--quiet', 'origin', ':refs/tags/stable', 'HEAD:refs/heads/stable')
    expect(converge(dash, at(depth, 'stable'))[1]).toEqual(['fine'])
    expect(here()).toBe(`${head()} stable`)
  })

  test('tags that swap their commits', () => {
    for (const [gone, ref] of [
      ['', 'v1/rc'],
      ['v1/rc', 'v1'],
      ['v1', 'v1/rc'],
    ]) {
      push({})
      upstream(
        'push',
        '--quiet',
        'origin',
        ...(gone === '' ? [] : [`:refs/tags/${gone}`]),
        `HEAD:refs/tags/${ref}`,
      )
      expect(converge(dash, at(depth, ref ?? ''))[1]).toEqual(['fine'])
      expect(here()).toBe(`${head()} `)
    }
  })

  test('a branch and a tag that move back', () => {
    const first = head()
    push({ 'app.py': 'two\n' })
    upstream('tag', 'latest')
    upstream('push', '--quiet', 'origin', 'latest')
    for (const ref of ['main', 'latest']) {
      converge(dash, at(depth, ref))
      upstream(
        'push',
        '--quiet',
        '--force',
        'origin',
        `${first}:refs/${ref === 'main' ? 'heads' : 'tags'}/${ref}`,
      )
      expect(converge(dash, at(depth, ref))).toEqual([[`${head()} → ${first} (${ref})`], ['fine']])
    }
    expect(inCheckout('app.py')).toBe('one\n')
  })

  test('a default branch with another name', () => {
    git(stage.root, 'clone', '--quiet', `file://${stage.repo}`, stage.path)
    upstream('push', '--quiet', 'origin', 'HEAD:refs/heads/trunk')
    git(stage.repo, 'symbolic-ref', 'HEAD', 'refs/heads/trunk')
    upstream('push', '--quiet', 'origin', ':main')
    upstream('checkout', '--quiet', '-b', 'trunk')
    push({ 'app.py': 'two\n' })
    expect(converge(dash, at(depth, 'trunk'))[1]).toEqual(['fine'])
    expect(here()).toBe(`${head()} trunk`)
  })
})

test('a shallow checkout grows on without its depth, and a whole one becomes shallow', () => {
  const first = head()
  push({ 'app.py': 'two\n' })
  converge(dash, at(1, 'main'))
  upstream('push', '--quiet', '--force', 'origin', `${first}:refs/heads/main`)
  expect(converge(dash, at(undefined, 'main'))).toEqual([[`${head()} → ${first} (main)`], ['fine']])
  push({ 'app.py': 'three\n' }, '--force')
  expect(converge(dash, at(1, 'main'))[1]).toEqual(['fine'])
})

test('a clone of one branch alone goes to another', () => {
  upstream('push', '--quiet', 'origin', 'HEAD:refs/heads/other')
  git(
    stage.root,
    'clone',
    '--quiet',
    '--single-branch',
    '--branch',
    'main',
    `file://${stage.repo}`,
    stage.path,
  )
  upstream('checkout', '--quiet', '-b', 'other')
  push({ 'app.py': 'two\n' })
  for (const depth of [undefined, 1])
    expect(converge(dash, at(depth, 'other'))[1]).toEqual(['fine'])
  expect(here()).toBe(`${head()} other`)
})

test('a repository with another history replaces the first', () => {
  const first = head()
  converge(dash, checkout())
  const another = stage.repo.replace('app.git', 'another.git')
  git(stage.root, 'clone', '--quiet', '--bare', stage.repo, another)
  upstream('checkout', '--quiet', '--orphan', 'fresh')
  upstream('rm', '--quiet', '-r', '--force', '.')
  writeFileSync(join(stage.upstream, 'other.py'), 'another\n')
  upstream('add', '.')
  upstream('commit', '--quiet', '-m', 'another')
  upstream('push', '--quiet', '--force', another, 'HEAD:main')
  const second = head()
  expect(converge(dash, checkout({ repo: another }))).toEqual([
    [`remote ${stage.repo} → ${another}`, `${first} → ${second} (main)`],
    ['fine'],
  ])
  expect(execFileSync('ls', [stage.path]).toString()).toBe('other.py\n')
})

test('after a run that was killed between fetch and checkout, commits of a removed branch are not the checkout’s own', () => {
  upstream('checkout', '--quiet', '-b', 'topic')
  push({ 'app.py': 'two\n' })
  converge(dash, checkout({ ref: 'topic' }))
  upstream('checkout', '--quiet', 'main')
  push({ 'other.py': 'three\n' })
  upstream('push', '--quiet', 'origin', ':topic')
  git(stage.path, 'fetch', '--quiet', '--prune', 'origin', '+refs/heads/*:refs/remotes/origin/*')
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
})

test('a commit without a branch is checked out, and left again', () => {
  push({ 'app.py': 'two\n' })
  const commit = upstream('rev-parse', 'HEAD')
  upstream(
    'push',
    '--quiet',
    '--force',
    'origin',
    'HEAD:refs/pull/1/head',
    'HEAD~1:refs/heads/main',
  )
  git(stage.repo, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  expect(converge(dash, checkout({ ref: commit }))[1]).toEqual(['fine'])
  upstream('checkout', '--quiet', '-B', 'main', 'HEAD~1')
  push({ 'other.py': 'three\n' })
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
})

test('a commit that a refused run has fetched is checked out later', () => {
  converge(dash, checkout())
  push({ local: 'theirs\n' })
  stage.write({ local: 'mine\n' })
  expect(() => applied(dash, planned(dash, checkout()))).toThrow('local')
  execFileSync('rm', [join(stage.path, 'local')])
  expect(converge(dash, checkout())[1]).toEqual(['fine'])
})
