import { enter } from '../../../src/core/enter.js'
import { refuse } from '../../../src/core/refuse.js'
import { lines, sh, steps, type Sh } from '../../../src/core/sh.js'
import { localEnvironment, remoteEnvironment } from '../../../src/facts/git/environment.js'
import { chownTree } from '../../../src/resources/files/change-tree.js'
import { inDirectory } from '../../../src/resources/files/in-directory.js'
import {
  bring,
  bringSubmodules,
  cleaning,
  discarding,
  type Bringing,
} from '../../../src/resources/git/bring.js'
import type { GitCheckoutOptions } from '../../../src/resources/git/checkout-options.js'
import { gitCheckout } from '../../../src/resources/git/checkout.js'
import type { Case } from '../../../src/testing/case.js'
import { checkoutOf, wanted } from './checkout-state.js'

// What each change runs: the scripts themselves are in the tables of bring.test.ts.

const path = '/srv/app/src'
const repo = 'git@github.com:owner/app.git'
const old = 'a'.repeat(40)
const made =
  (options: Partial<GitCheckoutOptions> = {}) =>
  () =>
    gitCheckout(path, { repo, ref: 'main', owner: 'webhook', ...options })

const checkout = checkoutOf(repo)
const facts = (
  found: Partial<Record<keyof typeof checkout, unknown>> | null,
  remote: object = {},
): Readonly<Record<string, unknown>> => ({
  checkout: found === null ? null : { ...checkout, ...found },
  remote: { kind: 'branch', name: 'main', commit: wanted, ...remote },
  missingParent: null,
})

/** A script in the checkout, as its owner. */
const local = (script: Sh, owner: string | undefined = 'webhook'): string =>
  inDirectory(path, owner, localEnvironment(path), script).text

/** One that reaches the repository. */
function reaching(script: Sh, owner: string | undefined, key?: string): string {
  const environment = [...localEnvironment(path), ...remoteEnvironment(repo, key)]
  return inDirectory(path, owner, environment, script).text
}

const moving: Bringing = {
  remote: { kind: 'branch', name: 'main', commit: wanted },
  head: old,
  replaced: [],
  depth: undefined,
  submodules: false,
  clean: null,
  discards: false,
  force: false,
}

const setRemote = sh`if git config --get remote.origin.url >/dev/null; then git remote set-url origin ${repo}; else git remote add origin ${repo}; fi`
const cloning = (branch: string, bringing: Partial<Bringing>): Sh =>
  lines([
    sh`git -c init.defaultBranch=${branch} init --quiet`,
    setRemote,
    bring({ ...moving, head: null, ...bringing }),
  ])

const locked = sh`exec 9>>/run/app.lock; flock -w 300 9 || ${refuse('/run/app.lock was not free within 300 s', 'see who holds it: fuser -v /run/app.lock')}`

export const cases: readonly Case[] = [
  {
    name: 'a clone begins on the branch, and sets the remote',
    resource: made({ ref: 'next', key: '/etc/key' }),
    facts: facts(null, { name: 'next' }),
    changes: [`clone ${repo} at bbbbbbb (next)`],
    effects: ['create'],
    scripts: [
      reaching(
        cloning('next', { remote: { ...moving.remote, name: 'next' } }),
        'webhook',
        '/etc/key',
      ),
    ],
  },
  {
    name: 'the clone of a tag begins on main',
    resource: made({ ref: 'v1' }),
    facts: facts(null, { kind: 'tag', name: 'v1' }),
    changes: [`clone ${repo} at bbbbbbb (v1)`],
    scripts: [
      reaching(cloning('main', { remote: { kind: 'tag', name: 'v1', commit: wanted } }), 'webhook'),
    ],
  },
  {
    name: 'a clone without an owner is made by the owner of its directory',
    resource: () => gitCheckout(path, { repo, ref: 'main' }),
    facts: facts(null),
    changes: [`clone ${repo} at bbbbbbb (main)`],
    scripts: [reaching(cloning('main', {}), undefined)],
  },
  {
    name: 'a checkout keeps its owner, who runs git',
    resource: () => gitCheckout(path, { repo, ref: 'main' }),
    facts: facts({ head: old }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
    effects: ['change'],
    scripts: [reaching(bring(moving), '990')],
  },
  {
    name: 'everything that belongs to another owner is given to the wanted one',
    resource: made(),
    facts: facts({ owner: { name: 'root', id: '0' } }),
    changes: ['owner root → webhook'],
    effects: ['change'],
    scripts: [steps([enter(path), chownTree('webhook')]).text],
  },
  {
    name: 'locks are removed',
    resource: made(),
    facts: facts({ locks: ['.git/index.lock', '.git/HEAD.lock'] }),
    changes: ['remove 2 locks of a git that is gone: .git/index.lock, .git/HEAD.lock'],
    effects: ['change'],
    scripts: [local(sh`rm -f -- .git/index.lock .git/HEAD.lock`)],
  },
  {
    name: 'the remote is set',
    resource: made(),
    facts: facts({ remote: 'https://example.org/x' }),
    changes: [`remote https://example.org/x → ${repo}`],
    scripts: [local(setRemote)],
  },
  {
    name: 'changes are discarded, but no untracked files in their places',
    resource: made({ clean: { untracked: true } }),
    facts: facts({ changed: ['a'] }),
    changes: ['discard changes of 1 file: a'],
    effects: ['change'],
    scripts: [local(discarding({ ...moving, head: wanted, clean: ['-d'] }))],
  },
  {
    name: 'changes are discarded in submodules too, by force',
    resource: made({ force: true, submodules: true }),
    facts: facts({ changed: ['lib/a'] }),
    changes: ['discard changes of 1 file: lib/a'],
    scripts: [local(discarding({ ...moving, head: wanted, submodules: true, force: true }))],
  },
  {
    name: 'untracked and ignored files are removed, but those to keep',
    resource: made({ clean: { untracked: true, ignored: true, keep: ['.env', 'log/'] } }),
    facts: facts({ unwanted: ['x'] }),
    changes: ['remove 1 untracked file: x'],
    effects: ['remove ! these files are lost'],
    scripts: [
      local(
        cleaning({
          clean: ['-d', '-x', '--exclude=.env', '--exclude=log/'],
          submodules: false,
        }),
      ),
    ],
  },
  {
    name: 'a lock is held meanwhile',
    resource: made({ lock: '/run/app.lock' }),
    facts: facts({ remote: null }),
    changes: [`remote none → ${repo}`],
    scripts: [local(lines([locked, setRemote]))],
  },
  {
    name: 'a move fetches as much as is wanted, and clears what is in its way',
    resource: made({ depth: 3, submodules: true, clean: { untracked: true } }),
    facts: facts({ head: old, branches: [{ name: 'main/1', unpushed: 0 }] }),
    changes: [
      'aaaaaaa → bbbbbbb (main), in the place of the local branch main/1, then remove what is untracked',
    ],
    scripts: [
      reaching(
        bring({
          ...moving,
          replaced: ['main/1'],
          depth: 3,
          submodules: true,
          clean: ['-d'],
          discards: true,
        }),
        'webhook',
      ),
    ],
  },
  {
    name: 'changes may be discarded, and untracked files stay',
    resource: made({ clean: { untracked: false } }),
    facts: facts({ head: old }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
    scripts: [reaching(bring({ ...moving, discards: true }), 'webhook')],
  },
  {
    name: 'a move by force',
    resource: made({ force: true }),
    facts: facts({ head: old, unpushed: 2 }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
    scripts: [reaching(bring({ ...moving, force: true }), 'webhook')],
  },
  {
    name: 'a move of HEAD by force keeps the local branches of a commit',
    resource: made({ ref: wanted, force: true }),
    facts: facts(
      { head: old, branches: [{ name: 'main', unpushed: 0 }] },
      { kind: 'commit', name: wanted },
    ),
    changes: ['aaaaaaa → bbbbbbb'],
    scripts: [
      reaching(
        bring({
          ...moving,
          remote: { kind: 'commit', name: wanted, commit: wanted },
          force: true,
        }),
        'webhook',
      ),
    ],
  },
  {
    name: 'submodules are brought',
    resource: made({ submodules: true, key: '/etc/key' }),
    facts: facts({ submodules: ['lib', 'doc'] }),
    changes: ['bring 2 submodules: lib, doc'],
    effects: ['change ! the commits that submodules were at are not kept'],
    scripts: [reaching(bringSubmodules(false), 'webhook', '/etc/key')],
  },
  {
    name: 'submodules are brought by force',
    resource: made({ submodules: true, force: true }),
    facts: facts({ submodules: ['lib'] }),
    changes: ['bring 1 submodule: lib'],
    scripts: [reaching(bringSubmodules(true), 'webhook')],
  },
  {
    name: 'submodules are brought with the move',
    resource: made({ submodules: true }),
    facts: facts({ head: old, submodules: ['lib'] }),
    changes: ['aaaaaaa → bbbbbbb (main)'],
    scripts: [reaching(bring({ ...moving, submodules: true }), 'webhook')],
  },
]
