import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import { gitCheckout } from '../../../src/resources/git/checkout.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import { planOf } from '../../../src/testing/outcome.js'
import { cases } from './checkout-scripts.cases.js'
import { js, refusal } from '../refusal.js'

const make = (options: object) => (): unknown =>
  gitCheckout('/srv/app', js({ repo: 'https://example.org/app', ref: 'main', ...options }))

/** Why options are refused, without the resource; `taken` where they are accepted. */
const answer = (options: object): string =>
  refusal(make(options)).replace('git.checkout[/srv/app]: ', '')

test.each([
  'https://github.com/o/r.git',
  'https://github.com/o@r',
  'ssh://git@host:2222/r',
  'ssh://git@host/a:b@c',
  'git@github.com:o/r.git',
  'git@github.com:https://o@r',
  'deploy@[::1]:r.git',
  '/srv/git/app.git',
  '/srv/https://a@b',
  '/srv/ssh://a:b@c',
  'file:///srv/git/app.git',
])('repo %s', (repo) => {
  expect(answer({ repo })).toBe('taken')
})
test.each([
  'ext::sh -c touch% /tmp/x',
  '--upload-pack=touch /tmp/x',
  '-oProxyCommand=x@host:r',
  'git@-oProxyCommand=x:r',
  'ssh://-oProxyCommand=x/r',
  'git@host:--upload-pack=x',
  'http://host/r',
  'git://host/r',
  '../r',
  'r',
  'fd::17',
])('repo %j is refused', (repo) => {
  expect(answer({ repo })).toBe(
    'repo must be https://…, ssh://…, user@host:path, or an absolute path or file:// URL on the host',
  )
})
test.each([
  'https://token@github.com/o/r',
  'https://user:token@github.com/o/r',
  'ssh://git:password@host/r',
  'ssh://:password@host/r',
  'ssh://git:@host/r',
])('repo %j is refused, as it would be readable', (repo) => {
  expect(answer({ repo })).toBe(
    'repo must not hold a user name, password or token: it would be readable in .git/config',
  )
})
test.each([
  'main',
  'feature/x',
  'v1.0',
  'refs/heads/main',
  'a'.repeat(40),
  'a'.repeat(255),
  'a-/b',
  'a@b',
  'a@',
  '@a',
  'a@/b{c}',
  'a.locks',
  'a.lock.b',
  'x.y/z.w',
])('ref %s', (ref) => {
  expect(answer({ ref })).toBe('taken')
})
test.each([
  '-x',
  '--upload-pack=x',
  'a b',
  'a\tb',
  'a\x7f',
  'a..b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  '@{-1}',
  'a@{1}',
  '@',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a.',
])('ref %j is refused', (ref) => {
  expect(answer({ ref })).toBe('ref must be the name of a branch or tag, or a whole commit id')
})

const key = 'key must be an absolute path or an sshKey resource'
test.each<[object, string]>([
  [{ repo: '' }, 'repo must not be empty'],
  [{ repo: 'https://github.com/o/r\n--x' }, 'repo must be one line'],
  [{ ref: '' }, 'ref must not be empty'],
  [{ ref: 'a\nb' }, 'ref must be one line'],
  [{ ref: 'a'.repeat(256) }, 'ref must have at most 255 characters'],
  [{ owner: 'a:b' }, 'owner must be the name of an account'],
  [{ key: 'id' }, 'key must be an absolute path'],
  [{ key: {} }, `${key}, and is a mapping`],
  [{ key: { type: 'file' } }, `${key}, and is a mapping`],
  [{ key: null }, `${key}, and is null`],
  [{ key: 5 }, `${key}, and is 5`],
  [{ clean: true }, 'clean must be a mapping, and is true'],
  [{ clean: {} }, 'clean.untracked must be true or false'],
  [{ clean: { untracked: false } }, 'taken'],
  [{ clean: { untracked: true, ignored: true } }, 'taken'],
  [{ clean: { untracked: false, ignored: false } }, 'taken'],
  [
    { clean: { untracked: false, ignored: true } },
    'clean cannot remove ignored files alone: set untracked too',
  ],
  [
    { clean: { untracked: true, ignored: 'x' } },
    'clean.ignored must be true or false, and is text',
  ],
  [
    { clean: { untracked: true, other: 1 } },
    'clean must not have other: it has untracked, ignored, keep',
  ],
  [{ clean: { untracked: true, keep: ['a', '!x'] } }, 'clean.keep.1 must not begin with !'],
  [{ clean: { untracked: true, keep: ['a!'] } }, 'taken'],
  [{ depth: 0 }, 'depth must be more than 0'],
  [{ depth: 1 }, 'taken'],
  [{ depth: 1.5 }, 'depth must be a whole number, and is 1.5'],
  [{ submodules: 'x' }, 'submodules must be true or false, and is text'],
  [{ force: 1 }, 'force must be true or false, and is 1'],
  [{ lock: 'app.lock' }, 'lock must be an absolute path'],
])('%j: %s', (options, said) => {
  expect(answer(options)).toBe(said)
})

test('git takes its time in all changes', () => {
  const actions = cases
    .flatMap((row) => changesOf(planOf(row, row.resource())))
    .flatMap((change) => change.actions)
  expect(actions.filter((action) => !isShell(action) || action.long !== true)).toEqual([])
})

test('the key of an sshKey resource is used, and unknown host keys are never accepted', () => {
  const made = gitCheckout('/srv/app', {
    repo: 'git@github.com:o/r.git',
    ref: 'main',
    key: sshKey("/var/lib/it's/id"),
  })
  const plan = made.plan(
    {
      checkout: null,
      remote: { kind: 'branch', name: 'main', commit: 'a'.repeat(40) },
      missingParent: null,
    },
    made.values,
    { changing: [] },
  )
  const text = changesOf(plan)
    .flatMap((change) =>
      change.actions.map((action) => (isShell(action) ? action.script.text : '')),
    )
    .join('')
  expect(text).toContain('IdentitiesOnly=yes')
  expect(text).toContain('StrictHostKeyChecking=yes')
  expect(text).toContain('GIT_ALLOW_PROTOCOL=https:ssh')
})
