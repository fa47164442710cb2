import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { lines, sh, type Sh } from '../../../src/core/sh.js'
import { checkoutState, type CheckoutStateKey } from '../../../src/resources/git/checkout-state.js'
import { converge } from '../../converge.js'
import { dash, git, gitAtWork, GitStage } from './stage.js'

const stage = new GitStage()
const { checkout, inCheckout, exists } = stage

/** Runs shell of the kind, with what is kept in a folder; returns what it says, '' if all is well. */
function run(script: Sh): string {
  const kept = join(stage.root, 'kept')
  mkdirSync(kept, { recursive: true })
  const { status, stderr } = spawnSync('dash', ['-uc', lines([sh`kept=${kept}`, script]).text], {
    env: { PATH: dash.path, HOME: '/root', USER: 'root', LC_ALL: 'C' },
  })
  return status === 0 ? '' : `${String(status)} ${stderr.toString()}`
}

const key = (what: CheckoutStateKey['what']): CheckoutStateKey => ({
  path: stage.path,
  what,
  submodules: false,
})
const keep = (what: CheckoutStateKey['what']): string => run(checkoutState.keep(key(what)))
const takeBack = (what: CheckoutStateKey['what']): string => run(checkoutState.takeBack(key(what)))
const where = (): string =>
  `${git(stage.path, 'rev-parse', 'HEAD').slice(0, 7)} ${git(stage.path, 'branch', '--show-current')}`

describe('a checkout that was made is taken back', () => {
  const make = (): void => {
    expect(keep('nothing')).toBe('')
    converge(dash, checkout())
  }

  test('by removing it, as often as it is asked', () => {
    make()
    expect([takeBack('nothing'), exists('.'), takeBack('nothing')]).toEqual(['', false, ''])
  })

  test('though its index is gone', () => {
    make()
    rmSync(join(stage.path, '.git/index'))
    expect([takeBack('nothing'), exists('.')]).toEqual(['', false])
  })

  test.each<[string, () => void, string]>([
    ['another file', () => stage.write({ 'data.db': 'x' }), 'data.db'],
    ['an ignored file', () => stage.write({ 'a.log': 'x' }), 'a.log'],
    ['another content', () => stage.write({ 'app.py': 'mine\n' }), 'app.py'],
    [
      'a commit',
      () => git(stage.path, 'commit', '--quiet', '--allow-empty', '-m', 'mine'),
      '1 commits came after',
    ],
  ])('but not with %s that came later', (_, change, says) => {
    make()
    change()
    expect(takeBack('nothing')).toContain(says)
    expect(exists('app.py')).toBe(true)
  })
})

describe('a checkout that was moved is taken back', () => {
  /** Moves it to a new commit, which adds and changes a file. */
  const move = (what: CheckoutStateKey['what']): string => {
    converge(dash, checkout())
    const before = where()
    if (what === 'untracked') stage.write({ 'new.py': 'mine\n', 'app.py': 'mine too\n' })
    stage.push({ 'app.py': 'two\n', 'new.py': 'new\n' })
    expect(keep(what)).toBe('')
    converge(dash, checkout({ force: what === 'untracked' }))
    expect(inCheckout('new.py')).toBe('new\n')
    return before
  }

  test('to its commit and branch, as often as it is asked', () => {
    const before = move('commit')
    expect([takeBack('commit'), where()]).toEqual(['', before])
    expect([takeBack('commit'), where()]).toEqual(['', before])
    expect([inCheckout('app.py'), exists('new.py')]).toEqual(['one\n', false])
  })

  test('with what force has overwritten', () => {
    const before = move('untracked')
    expect([takeBack('untracked'), where()]).toEqual(['', before])
    expect([inCheckout('app.py'), inCheckout('new.py')]).toEqual(['mine too\n', 'mine\n'])
  })

  test('from another branch, which goes', () => {
    converge(dash, checkout())
    const before = where()
    git(stage.upstream, 'checkout', '--quiet', '-b', 'next')
    stage.push({ 'app.py': 'two\n' })
    expect(keep('commit')).toBe('')
    converge(dash, checkout({ ref: 'next' }))
    expect([takeBack('commit'), where()]).toEqual(['', before])
    expect(git(stage.path, 'branch', '--format=%(refname:short)')).toBe('main')
  })

  test.each<[string, () => void, string]>([
    ['changes', () => stage.write({ 'app.py': 'mine\n' }), 'changes of their own'],
    [
      'commits',
      () => git(stage.path, 'commit', '--quiet', '--allow-empty', '-m', 'mine'),
      '1 commits came after',
    ],
  ])('but not with %s that came later', (_, change, says) => {
    move('commit')
    change()
    expect(takeBack('commit')).toContain(says)
  })
})

describe('a killed git has left a lock', () => {
  const lock = (): void => writeFileSync(join(stage.path, '.git/index.lock'), '')

  test.each<[string, CheckoutStateKey['what'], () => void, () => boolean]>([
    ['of a new checkout', 'nothing', () => undefined, () => !exists('.')],
    [
      'of one that was moved',
      'commit',
      () => {
        converge(dash, checkout())
        stage.push({ 'app.py': 'two\n' })
      },
      () => inCheckout('app.py') === 'one\n' && !exists('.git/index.lock'),
    ],
  ])('%s: it goes', (_, what, before, isBack) => {
    before()
    expect(keep(what)).toBe('')
    converge(dash, checkout())
    lock()
    expect([takeBack(what), isBack()]).toEqual(['', true])
  })

  test('or not yet: a git that may hold it is named, and nothing is changed', async () => {
    expect(keep('nothing')).toBe('')
    converge(dash, checkout())
    lock()
    const end = await gitAtWork(stage.path)
    const refused = /fettle: git, process \d+, may still work in .*\nfettle, remedy: wait for it/
    expect(takeBack('nothing')).toMatch(refused)
    expect([exists('app.py'), exists('.git/index.lock')]).toEqual([true, true])
    await end()
    expect([takeBack('nothing'), exists('.')]).toEqual(['', false])
  })
})
