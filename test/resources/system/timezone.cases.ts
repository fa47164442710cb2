import { timezone } from '../../../src/resources/system/timezone.js'
import type { Case } from '../../../src/testing/case.js'

const berlin = () => timezone('Europe/Berlin')
const row = (name: string, found: object, ...changes: readonly string[]): Case => ({
  name,
  resource: berlin,
  facts: { found: { localtime: 'Europe/Berlin', timezone: null, isKnown: true, ...found } },
  changes,
})
const utc = { localtime: 'Etc/UTC', timezone: 'Etc/UTC' }
const both = ['time zone Etc/UTC → Europe/Berlin', '/etc/timezone Etc/UTC → Europe/Berlin']

export const cases: readonly Case[] = [
  { ...row('another zone', utc, ...both), resource: berlin, example: true },
  row('as it should be', { timezone: 'Europe/Berlin' }),
  row('without /etc/timezone', {}),
  row('a copy instead of a link', { localtime: null }, 'time zone none → Europe/Berlin'),
  row('an empty name', { timezone: '' }, '/etc/timezone empty → Europe/Berlin'),
  row('no such zone', { isKnown: false }, 'blocked: there is no time zone Europe/Berlin'),
]
