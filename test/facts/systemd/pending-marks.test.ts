import { describe, expect, test } from '@jest/globals'
import {
  hiddenMarks,
  marksFact,
  marksFactIn,
  seenMarks,
  type PendingMark,
} from '../../../src/facts/systemd/pending-marks.js'
import { said } from '../said.js'

const instance = '0123456789abcdef'.repeat(2)
const mark: PendingMark = { effect: 'restart', instance, trigger: 'file[/etc/app.conf]' }
const word = 'file[%2Fetc%2Fapp.conf]'
const keys = ['app.service', 'db.service']

test.each<[string, string, readonly (readonly PendingMark[])[]]>([
  ['no marks', '', [[], []]],
  ['a mark of the second', `1 restart ${instance} ${word}\n`, [[], [mark]]],
  [
    'marks of both, in any order',
    `1 reload ${instance} ${word}\n0 run - ${word}\n\n1 restart none ${word}\n`,
    [
      [{ ...mark, effect: 'run', instance: null }],
      [
        { ...mark, effect: 'reload' },
        { ...mark, instance: null },
      ],
    ],
  ],
  [
    'instances that are none',
    [`x${instance}`, `${instance}0`, instance.slice(1), instance.toUpperCase()]
      .map((other) => `0 restart ${other} ${word}\n`)
      .join(''),
    [Array.from({ length: 4 }, () => ({ ...mark, instance: null })), []],
  ],
])('%s', (_, stdout, values) => {
  expect(marksFact.parse(said(stdout), keys)).toEqual(
    values.map((value) => ({ is: 'present', value })),
  )
})

test('a directory that may not be read is a result of its own', () => {
  const hidden = { is: 'present', value: { hidden: '/var/lib/my fettle' } }
  expect(marksFact.parse(said('hidden /var/lib/my fettle\n'), keys)).toEqual([hidden, hidden])
})

describe('all are unknown', () => {
  test.each([
    ['an empty file', '0 \n'],
    ['a number only', '0\n'],
    ['another effect', `0 stop ${instance} ${word}\n`],
    ['no effect', `0  ${instance} ${word}\n`],
    ['no trigger', `0 restart ${instance}\n`],
    ['no instance', '0 restart\n'],
    ['a trigger that is not encoded', `0 restart ${instance} file[/etc/app.conf]\n`],
    ['one damaged mark beside a sound one', `0 restart ${instance} ${word}\n1 restart\n`],
    ['a hidden directory without a name', 'hidden \n'],
    ['a hidden directory behind noise', 'x hidden /var/lib/fettle\n'],
    ['a hidden directory and more', 'hidden /var/lib/fettle\nhidden /x\n'],
  ])('after %s', (_, stdout) => {
    const fact = {
      is: 'unknown',
      reason: 'a mark in /var/lib/fettle/pending could not be understood',
      remedy:
        'look at its files; an empty or damaged one can be removed, and the service restarted by hand',
    }
    expect(marksFact.parse(said(stdout), keys)).toEqual([fact, fact])
  })
  test.each([
    [said(`0 restart ${instance} ${word}\n`, 1), 'status 1'],
    [said('', 2, 'sh: denied\n'), 'sh: denied'],
  ])('where the shell failed', (output, why) => {
    const fact = {
      is: 'unknown',
      reason: `the pending restarts could not be read: ${why}`,
      remedy: 'give the play become: true',
    }
    expect(marksFact.parse(output, keys)).toEqual([fact, fact])
  })
})

test('marks that could be read, and why others could not', () => {
  expect(seenMarks([mark])).toEqual([mark])
  expect(hiddenMarks([mark])).toBeUndefined()
  expect([seenMarks(null), hiddenMarks(null)]).toEqual([[], undefined])
  expect(seenMarks({ hidden: '/var/lib/fettle' })).toEqual([])
  expect(hiddenMarks({ hidden: '/var/lib/fettle' })).toEqual({
    blocked: 'the pending restarts could not be read: only root may read /var/lib/fettle',
    remedy: 'give the play become: true',
    lacks: [],
  })
})

test('the session reads the marks of each name, in the places that were given', () => {
  const there = marksFactIn({ marks: '/srv/marks', instances: '/srv/units' })
  expect(marksFact.asSession).toBe(true)
  expect(marksFact.script(['app.service', 'command[a b]']).script.body).toBe(
    `fettle_hidden_marks /var/lib/fettle /var/lib/fettle/pending
fettle_marks 0 /var/lib/fettle/pending/app.service
fettle_marks 1 '/var/lib/fettle/pending/command[a%20b]'`,
  )
  expect(there.script(['app.service']).script.body).toBe(
    'fettle_hidden_marks /var/lib/fettle /srv/marks\nfettle_marks 0 /srv/marks/app.service',
  )
})
