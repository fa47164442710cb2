import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import { gitCheckout } from '../../../src/resources/git/checkout.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'

const make = (options: object) => (): unknown =>
  gitCheckout('/srv/app', { repo: 'https://example.org/app', ref: 'main', ...options })

test.each([
  'https://github.com/o/r.git',
  'ssh://git@host:2222/r',
  'git@github.com:o/r.git',
  'deploy@[::1]:r.git',
  '/srv/git/app.git',
  'file:///srv/git/app.git',
])('repo %s', (repo) => {
  expect(make({ repo })).not.toThrow()
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
  'https://token@github.com/o/r',
  'https://user:token@github.com/o/r',
  'ssh://git:password@host/r',
  'https://github.com/o/r\n--x',
])('repo %j is refused', (repo) => {
  expect(make({ repo })).toThrow('repo')
})
test.each(['main', 'feature/x', 'v1.0', 'refs/heads/main', 'a'.repeat(40)])('ref %s', (ref) => {
  expect(make({ ref })).not.toThrow()
})
test.each([
  '-x',
  '--upload-pack=x',
  'a b',
  'a..b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  '@{-1}',
  '@',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a.',
  '',
])('ref %j is refused', (ref) => {
  expect(make({ ref })).toThrow('ref')
})
test('combinations and other options', () => {
  expect(make({ clean: { untracked: false, ignored: true } })).toThrow(
    'cannot remove ignored files alone',
  )
  expect(make({ clean: { untracked: true, keep: ['!x'] } })).toThrow('must not begin with !')
  expect(make({ key: 'id' })).toThrow('must be an absolute path')
  expect(make({ key: {} })).toThrow('key')
  expect(make({ depth: 0 })).toThrow('depth')
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
