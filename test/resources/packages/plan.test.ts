import { expect, test } from '@jest/globals'
import { actionsOf, changesOf, type Plan } from '../../../src/core/change.js'
import { describeAction } from '../../../src/core/backend.js'
import { request } from '../../../src/core/later.js'
import { sh, type Sh } from '../../../src/core/sh.js'
import { trial } from '../../../src/core/trial.js'
import { groupFact } from '../../../src/facts/accounts/group.js'
import type { KnownPackage, PackageManager } from '../../../src/resources/packages/manager.js'
import {
  planPackages,
  type AbsentPackages,
  type PresentPackages,
} from '../../../src/resources/packages/plan.js'

const action = (script: Sh) => ({ what: script.text, script })

/** A manager unlike apt: `vim@9` wants release 9 or a later one. */
const crate: PackageManager = {
  written: ({ name, version }) => (version === null ? name : `${name}@${version}`),
  meets: (asked, installed) => Number(installed) >= Number(asked),
  update: action(sh`crate fetch`),
  install: (names) => ({ actions: [action(sh`crate add ${names}`)] }),
  remove: (names, purge) => ({
    actions: [action(sh`crate drop ${purge ? ['--all'] : []} ${names}`)],
  }),
  unhold: (names) => `crate unpin ${names.join(',')}`,
  repair: (name) => `crate mend ${name}`,
}

const vim = (changed: Partial<KnownPackage> = {}): KnownPackage => ({
  presence: 'installed',
  status: 'whole',
  version: '8',
  held: false,
  providedBy: null,
  ownName: 'vim',
  ...changed,
})
const present = (version: string | null = null, maxAge: number | null = null): PresentPackages => ({
  state: 'present',
  wanted: [{ name: 'vim', version }],
  maxAge,
})
const absent = (purge = false): AbsentPackages => ({
  state: 'absent',
  wanted: [{ name: 'vim', version: null }],
  purge,
})

/** A plan in short: its sentences, each followed by its commands; or why there is none. */
function inShort(plan: Plan): readonly string[] {
  if ('fine' in plan) return [`fine: ${plan.fine}`]
  if ('blocked' in plan) return [`blocked: ${plan.blocked}`, plan.remedy]
  return changesOf(plan).flatMap((change) => [
    `${change.effect ?? 'change'}: ${change.summary}`,
    ...actionsOf([change]).map(describeAction),
  ])
}

test.each<[string, PresentPackages | AbsentPackages, KnownPackage | null, readonly string[]]>([
  ['one that is missing', present('9'), null, ['create: install vim@9', 'crate add vim@9']],
  ['one that is there', present(), vim(), ['fine: vim 8']],
  ['a release that will do', present('8'), vim({ version: '11' }), ['fine: vim 11']],
  ['an older release', present('9'), vim(), ['change: vim 8 → 9', 'crate add vim@9']],
  ['one that another brings', present(), vim({ providedBy: 'neo' }), ['fine: vim by neo 8']],
  [
    'one that was interrupted',
    present(),
    vim({ presence: 'unfinished', status: 'half-way' }),
    ['change: configure vim (half-way)', 'crate add vim'],
  ],
  [
    'one that was removed',
    present(),
    vim({ presence: 'leftovers' }),
    ['create: install vim', 'crate add vim'],
  ],
  [
    'one that is broken',
    present(),
    vim({ presence: 'broken', held: true }),
    ['blocked: vim is half installed', 'run crate mend vim on the host and read what it says'],
  ],
  ['one that is held, and will do', present('8'), vim({ held: true }), ['fine: vim 8']],
  [
    'one that is held, and will not',
    present('9'),
    vim({ held: true }),
    ['blocked: held: vim', 'run crate unpin vim on the host if they may be changed'],
  ],
  [
    'one to remove',
    absent(),
    vim({ ownName: 'vim.x86' }),
    ['remove: remove vim', 'crate drop  vim.x86'],
  ],
  ['one to purge', absent(true), vim(), ['remove: purge vim', 'crate drop --all vim']],
  ['one to remove that is missing', absent(), null, ['fine: none of them is installed']],
  [
    'leftovers, kept',
    absent(),
    vim({ presence: 'leftovers' }),
    ['fine: none of them is installed'],
  ],
  [
    'leftovers, purged',
    absent(true),
    vim({ presence: 'leftovers' }),
    ['remove: purge vim', 'crate drop --all vim'],
  ],
  [
    'one to remove that is held',
    absent(),
    vim({ held: true }),
    ['blocked: held: vim', 'run crate unpin vim on the host if they may be changed'],
  ],
  [
    'one to remove that another brings',
    absent(),
    vim({ providedBy: 'neo' }),
    ['fine: none of them is installed'],
  ],
])('plans %s', (_, wanted, found, expected) => {
  const packages = found === null ? {} : { vim: found }
  expect(inShort(planPackages(crate, wanted, { packages, listsAge: 10 }))).toEqual(expected)
})

test.each<[string, number | null, number | null, boolean]>([
  ['missing', null, null, true],
  ['there, and of any age', null, 10, false],
  ['young enough', 10, 10, false],
  ['too old', 9, 10, true],
])('fetches lists that are %s: %#', (_, maxAge, listsAge, isFetched) => {
  const plan = inShort(planPackages(crate, present(null, maxAge), { packages: {}, listsAge }))
  const fetched = ['change: fetch the package lists', 'crate fetch']
  expect(plan).toEqual([...(isFetched ? fetched : []), 'create: install vim', 'crate add vim'])
})

const isTried = trial(request(groupFact, 'vim'), () => null)
const tried: PackageManager = {
  ...crate,
  install: (names) => ({ ...crate.install(names), trials: [isTried] }),
  remove: (names, purge) => ({ ...crate.remove(names, purge), trials: [isTried] }),
}

test.each<[string, PresentPackages | AbsentPackages, KnownPackage | null, number | null, number]>([
  ['an installation', present(), null, 10, 1],
  ['another version', present('9'), vim(), 10, 1],
  ['a removal', absent(), vim(), 10, 1],
  ['no installation by lists that are yet to be fetched', present(), null, null, 0],
])('%s is tried', (_, wanted, found, listsAge, count) => {
  const packages = found === null ? {} : { vim: found }
  const [last] = changesOf(planPackages(tried, wanted, { packages, listsAge })).slice(-1)
  expect(last?.trials ?? []).toHaveLength(count)
})
