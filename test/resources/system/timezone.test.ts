import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import { timezone } from '../../../src/resources/system/timezone.js'
import { refusal } from '../refusal.js'

test('timedatectl may take its time, and /etc/timezone is one line', () => {
  const found = { localtime: 'Etc/UTC', timezone: 'Etc/UTC', isKnown: true }
  const actions = changesOf(timezone('Europe/Berlin').plan({ found }, {}, { changing: [] }))
    .flatMap((change) => change.actions)
    .filter(isShell)
  expect(actions.map(({ long, input }) => ({ long, input }))).toEqual([
    { long: true, input: undefined },
    { long: undefined, input: 'Europe/Berlin\n' },
  ])
})

test.each(['UTC', 'Europe/Berlin', 'Etc/GMT+1', 'America/Argentina/Buenos_Aires', 'Asia/Ust-Nera'])(
  '%s can be a time zone',
  (zone) => {
    expect(timezone(zone).address).toBe('timezone')
  },
)

test.each([
  '',
  'europe/Berlin',
  'xEurope/Berlin',
  '/Europe',
  'Europe/',
  'Europe//Berlin',
  'Europe/../Berlin',
  'Europe/Berlin ',
  'Europe Berlin',
  '../Europe',
  '-Europe',
])('%j cannot', (zone) => {
  expect(refusal(() => timezone(zone))).toMatch(
    zone === '' ? /must not be empty/ : /must be a time zone, such as Europe\/Berlin/,
  )
})
