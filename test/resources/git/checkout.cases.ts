import type { GitCheckoutOptions } from '../../../src/resources/git/checkout-options.js'
import { gitCheckout } from '../../../src/resources/git/checkout.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import type { Case } from '../../../src/testing/case.js'
import { checkoutOf, wanted } from './checkout-state.js'

const repo = 'git@github.com:owner/app.git'
const key = sshKey('/var/lib/webhook/.ssh/id_app', { owner: 'webhook' })
const old = 'a'.repeat(40)
const made =
  (options: Partial<GitCheckoutOptions> = {}) =>
  () =>
    gitCheckout('/srv/app/src', { repo, ref: 'main', owner: 'webhook', ...options })
const facts = (
  checkout: object | null = {},
  rest: object = {},
): Readonly<Record<string, unknown>> => ({
  checkout:
    checkout === null
      ? null
      : {
          ...checkoutOf(repo),
          ...checkout,
        },
  remote: { kind: 'branch', name: 'main', commit: wanted },
  missingParent: null,
  ...rest,
})
const clean = { untracked: true }

/** What is read of the checkout, with the given differences. */
const asked = (changed: object = {}): object => ({
  path: '/srv/app/src',
  clean: null,
  submodules: false,
  branch: 'main',
  ...changed,
})

export const cases: readonly Case[] = [
  {
    name: 'cloned',
    example: true,
    resource: () =>
      gitCheckout('/srv/app/src', {
        repo,
        ref: 'main',
        owner: 'webhook',
        key,
        clean: { untracked: true, keep: ['.env'] },
        lock: '/run/lock/app/lock',
      }),
    facts: facts(null),
    changes: [`clone ${repo} at bbbbbbb (main)`],
    keys: {
      checkout: {
        path: '/srv/app/src',
        clean: ['-d', '--exclude=.env'],
        submodules: false,
        branch: 'main',
      },
      remote: { repo, ref: 'main', path: '/srv/app/src', owner: 'webhook', key: key.id },
      missingParent: '/srv/app/src',
    },
  },
  {
    name: 'there',
    resource: made({ clean }),
    facts: facts(),
    changes: [],
    reason: 'main is at bbbbbbb',
  },
  {
    name: 'moved on',
    resource: made(),
    facts: facts({ head: old }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
  },
  {
    name: 'a commit by its id',
    resource: made({ ref: wanted }),
    facts: facts({ head: old }, { remote: { kind: 'commit', name: wanted, commit: wanted } }),
    changes: ['aaaaaaa → bbbbbbb'],
    keys: { checkout: asked({ branch: '' }) },
  },
  {
    name: 'no such ref',
    resource: made(),
    facts: facts({}, { remote: null }),
    changes: [`blocked: ${repo} has neither a branch nor a tag main`],
    remedy: 'push it first, or correct the name',
    lacks: ['server:git@github.com:owner/app.git'],
  },
  {
    name: 'no such ref in a repository of the host',
    resource: made({ repo: '/srv/git/app' }),
    facts: facts({ remote: '/srv/git/app' }, { remote: null }),
    changes: ['blocked: /srv/git/app has neither a branch nor a tag main'],
    lacks: ['tree:/srv/git/app'],
  },
  {
    name: 'no place for it',
    resource: made(),
    facts: facts(null, { missingParent: { path: '/srv/app', taken: false } }),
    changes: ['blocked: directory /srv/app does not exist'],
    remedy: "add directory('/srv/app') before this",
    lacks: ['path:/srv/app'],
    then: ['clone git@github.com:owner/app.git at bbbbbbb (main)'],
  },
  {
    name: 'something else in its place',
    resource: made(),
    facts: { ...facts(), checkout: { other: 'a directory that holds other things' } },
    changes: ['blocked: /srv/app/src is a directory that holds other things'],
    remedy: 'remove what is there, or choose another path',
    lacks: ['tree:/srv/app/src'],
  },
  {
    name: 'begun and not ended',
    resource: made(),
    facts: facts({ head: null, remote: null }),
    changes: [`clone ${repo} at bbbbbbb (main)`],
  },
  {
    name: 'everything at once, in the order in which it works',
    resource: made({ clean, submodules: true }),
    facts: facts({
      owner: { name: 'root', id: '0' },
      head: old,
      remote: 'https://example.org/x',
      changed: ['a'],
      unwanted: ['x', 'y/'],
      locks: ['.git/index.lock'],
    }),
    changes: [
      'owner root → webhook',
      'remove 1 lock of a git that is gone: .git/index.lock',
      `remote https://example.org/x → ${repo}`,
      'discard changes of 1 file: a',
      'aaaaaaa → bbbbbbb (main), then remove what is untracked',
      'remove 2 untracked files: x, y/',
    ],
  },
  { name: 'an owner by number', resource: made({ owner: '990' }), facts: facts(), changes: [] },
  {
    name: 'many files are counted',
    resource: made({ clean }),
    facts: facts({ unwanted: ['1', '2', '3', '4', '5', '6', '7'] }),
    changes: ['remove 7 untracked files: 1, 2, 3, 4, 5, and 2 more'],
    keys: { checkout: asked({ clean: ['-d'] }) },
  },
  {
    name: 'changed files stop it',
    resource: made(),
    facts: facts({ changed: ['a', 'b'] }),
    changes: ['blocked: /srv/app/src has changes of its own in 2 files: a, b'],
    remedy: 'commit and push them, or give clean or force, which discard them',
    lacks: ['tree:/srv/app/src'],
  },
  {
    name: 'commits of its own stop it, also with clean',
    resource: made({ clean }),
    facts: facts({ head: old, unpushed: 2 }),
    changes: [
      'blocked: /srv/app/src has 2 commits that the repository does not have, up to aaaaaaa',
    ],
    remedy: 'push them, or give force, which leaves them',
    lacks: ['tree:/srv/app/src'],
  },
  {
    name: 'force leaves them',
    resource: made({ force: true }),
    facts: facts({ head: old, unpushed: 2, changed: ['a'] }),
    changes: ['discard changes of 1 file: a', 'aaaaaaa → bbbbbbb (main)'],
  },
  {
    name: 'a move says what goes with it',
    resource: made({ clean: { untracked: true, ignored: true } }),
    facts: facts({
      head: old,
      branches: [
        { name: 'main/1', unpushed: 0 },
        { name: 'main/2', unpushed: 0 },
      ],
    }),
    changes: [
      'aaaaaaa → bbbbbbb (main), in the place of the local branches main/1, main/2, then remove what is untracked or ignored',
    ],
    keys: { checkout: asked({ clean: ['-d', '-x'] }) },
  },
  {
    name: 'a clone into what was begun by hand',
    resource: made({ clean }),
    facts: facts({ head: null, remote: null }),
    changes: [`clone ${repo} at bbbbbbb (main), then remove what is untracked`],
  },
  {
    name: 'local branches do not matter to a tag',
    resource: made({ ref: 'v1' }),
    facts: facts(
      { head: old, branches: [{ name: 'v1', unpushed: 1 }] },
      { remote: { kind: 'tag', name: 'v1', commit: wanted } },
    ),
    changes: ['aaaaaaa → bbbbbbb (v1)'],
  },
  {
    name: 'commits of the branch stop it where HEAD is elsewhere',
    resource: made({ clean }),
    facts: facts({ branches: [{ name: 'main', unpushed: 1 }] }),
    changes: [
      'blocked: the local branch main of /srv/app/src has 1 commit that the repository does not have',
    ],
    remedy: 'push them, or give force, which leaves them',
    lacks: ['tree:/srv/app/src'],
  },
  {
    name: 'so do commits of a submodule',
    resource: made({ clean, submodules: true }),
    facts: facts({ submodules: ['lib'], ahead: [{ name: 'lib', unpushed: 2 }] }),
    changes: ['blocked: /srv/app/src/lib has 2 commits that the repository does not have'],
    remedy: 'push them, or give force, which leaves them',
    lacks: ['tree:/srv/app/src'],
  },
  {
    name: 'a merge under way stops a move',
    resource: made(),
    facts: facts({ head: old, underWay: 'merge' }),
    changes: ['blocked: a merge is under way in /srv/app/src'],
    remedy: 'end it there, as with git merge --abort, or give clean or force',
    lacks: ['tree:/srv/app/src'],
  },
  {
    name: 'a merge under way where nothing is to be done',
    resource: made(),
    facts: facts({ underWay: 'merge' }),
    changes: [],
  },
  {
    name: 'submodules',
    resource: made({ submodules: true }),
    facts: facts({ submodules: ['lib'] }),
    changes: ['bring 1 submodule: lib'],
    keys: { checkout: asked({ submodules: true }) },
  },
  {
    name: 'moved on, with a part of the history',
    resource: made({ depth: 1 }),
    facts: facts({ head: old }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
  },
  {
    name: 'the length of the history is not compared',
    resource: made({ depth: 1 }),
    facts: facts(),
    changes: [],
  },
  {
    name: 'a tag in a folder, with force and submodules',
    resource: made({ ref: 'release/1%', force: true, submodules: true }),
    facts: facts({ head: old }, { remote: { kind: 'tag', name: 'release/1%', commit: wanted } }),
    changes: ['aaaaaaa → bbbbbbb (release/1%)'],
  },
  {
    name: 'a tag cloned',
    resource: made({ ref: 'v1' }),
    facts: facts(null, { remote: { kind: 'tag', name: 'v1', commit: wanted } }),
    changes: [`clone ${repo} at bbbbbbb (v1)`],
  },
  {
    name: 'a branch in folders, with a part of the history',
    resource: made({ ref: 'release/1/x', depth: 1 }),
    facts: facts(
      { head: old },
      { remote: { kind: 'branch', name: 'release/1/x', commit: wanted } },
    ),
    changes: ['aaaaaaa → bbbbbbb (release/1/x)'],
  },
  {
    name: 'a commit, with a part of the history',
    resource: made({ ref: wanted, depth: 1 }),
    facts: facts({ head: old }, { remote: { kind: 'commit', name: wanted, commit: wanted } }),
    changes: ['aaaaaaa → bbbbbbb'],
  },
  {
    name: 'a whole name',
    resource: made({ ref: 'refs/heads/main' }),
    facts: facts(),
    changes: [],
    keys: { checkout: asked() },
  },
  {
    name: 'a whole tag',
    resource: made({ ref: 'refs/tags/v1' }),
    facts: facts(),
    changes: [],
    keys: { checkout: asked({ branch: '' }) },
  },
  {
    name: 'a branch that is named like a whole name',
    resource: made({ ref: 'x/refs/heads/y' }),
    facts: facts(),
    changes: [],
    keys: { checkout: asked({ branch: 'x/refs/heads/y' }) },
  },
  {
    name: 'a local branch in the place of the wanted one, with force',
    resource: made({ force: true }),
    facts: facts({
      head: old,
      branches: [
        { name: 'main', unpushed: 0 },
        { name: 'main/1', unpushed: 2 },
      ],
    }),
    changes: [
      'aaaaaaa → bbbbbbb (main), in the place of the local branch main/1 and its 2 commits',
    ],
  },
  {
    name: 'local branches before the first commit',
    resource: made(),
    facts: facts({ head: null, branches: [{ name: 'main/1', unpushed: 0 }], unpushed: 1 }),
    changes: [`clone ${repo} at bbbbbbb (main), in the place of the local branch main/1`],
  },
  {
    name: 'changes before the first commit',
    resource: made({ clean }),
    facts: facts({ head: null, changed: ['a'] }),
    changes: [
      'discard changes of 1 file: a',
      `clone ${repo} at bbbbbbb (main), then remove what is untracked`,
    ],
  },
  {
    name: 'no remote',
    resource: made(),
    facts: facts({ remote: null }),
    changes: [`remote none → ${repo}`],
  },
  {
    name: 'an owner that is left out',
    resource: () => gitCheckout('/srv/app/src', { repo, ref: 'main' }),
    facts: facts({ head: old, owner: { name: 'root', id: '0' } }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
    keys: { remote: { repo, ref: 'main', path: '/srv/app/src' } },
  },
  {
    name: 'clean ends a merge under way',
    resource: made({ clean: { untracked: false, ignored: false } }),
    facts: facts({ head: old, underWay: 'merge' }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
    keys: { checkout: asked() },
  },
  {
    name: 'commits of its own where HEAD is what is wanted',
    resource: made(),
    facts: facts({ unpushed: 1 }),
    changes: [],
  },
  {
    name: 'as many files as are named',
    resource: made({ clean }),
    facts: facts({ unwanted: ['1', '2', '3', '4', '5'] }),
    changes: ['remove 5 untracked files: 1, 2, 3, 4, 5'],
  },
]
