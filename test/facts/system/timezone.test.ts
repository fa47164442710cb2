import { describe, expect, test } from '@jest/globals'
import { timezoneFact, type TimezoneState } from '../../../src/facts/system/timezone.js'
import { said } from '../said.js'

const zone = 'Europe/Berlin'

test.each<[string, string, TimezoneState]>([
  [
    'a zone that is set and known',
    'localtime /usr/share/zoneinfo/Europe/Berlin\ntimezone Europe/Berlin\nknown Europe/Berlin\nend\n',
    { localtime: zone, timezone: zone, isKnown: true },
  ],
  [
    'a link that is relative',
    'localtime ../usr/share/zoneinfo/Etc/UTC\nend\n',
    { localtime: 'Etc/UTC', timezone: null, isKnown: false },
  ],
  [
    '/etc/localtime is a file, or missing',
    'localtime \ntimezone Etc/UTC\nknown Europe/Berlin\nend\n',
    { localtime: null, timezone: 'Etc/UTC', isKnown: true },
  ],
  [
    'a link that leads elsewhere, and an empty /etc/timezone',
    'localtime /srv/zone\ntimezone \nend\n',
    { localtime: null, timezone: '', isKnown: false },
  ],
  [
    '/etc/timezone names a zone by its path',
    'localtime \ntimezone /usr/share/zoneinfo/Etc/UTC\nend\n',
    { localtime: null, timezone: '/usr/share/zoneinfo/Etc/UTC', isKnown: false },
  ],
  [
    'another zone is known',
    'known Europe\nend\n',
    { localtime: null, timezone: null, isKnown: false },
  ],
])('%s', (_, stdout, value) => {
  expect(timezoneFact.parse(said(stdout), [zone])).toEqual([{ is: 'present', value }])
})

describe('unknown', () => {
  const whole = 'localtime /usr/share/zoneinfo/Etc/UTC\nend\n'
  test.each([
    ['a status', said(whole, 1), 'status 1'],
    ['an error', said('', 127, 'sh: readlink: not found\n'), 'sh: readlink: not found'],
    ['an answer that was cut', said(whole.replace('end\n', '')), 'status 0'],
  ])('after %s', (_, output, why) => {
    const fact = {
      is: 'unknown',
      reason: `the time zone could not be read: ${why}`,
      remedy: 'see /etc/localtime',
    }
    expect(timezoneFact.parse(output, [zone, 'Etc/UTC'])).toEqual([fact, fact])
  })
})
