import { expect, test } from '@jest/globals'
import { lockTrials } from '../../../src/resources/git/checkout-trials.js'

test('without a lock nothing is tried', () => expect(lockTrials(undefined)).toEqual([]))

test.each([
  ['the directory is there', null, null],
  [
    'it is missing',
    { path: '/run/app', taken: false },
    {
      refused: 'directory /run/app does not exist, and the lock /run/app/lock is to lie there',
      remedy: "add directory('/run/app') before this",
    },
  ],
  [
    'something else is there',
    { path: '/run/app', taken: true },
    {
      refused: '/run/app is no directory, and the lock /run/app/lock is to lie there',
      remedy: 'remove what is there, or choose another path than /run/app/lock',
    },
  ],
])('a lock: %s', (_, missing, verdict) => {
  const [trial] = lockTrials('/run/app/lock')
  expect([trial?.reads.key, trial?.needs]).toEqual(['/run/app/lock', ['path:/run/app']])
  expect(trial?.judge(missing)).toEqual(verdict)
})
