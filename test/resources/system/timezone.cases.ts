import { timezone } from '../../../src/resources/system/timezone.js'
import { writing } from '../../../src/resources/files/write-file.js'
import type { Case } from '../../../src/testing/case.js'

const linking = `[ ! -d /run/systemd/system ] || timedatectl set-timezone -- Europe/Berlin || exit
case $(readlink /etc/localtime) in */zoneinfo/Europe/Berlin) exit ;; esac
ln -sfT -- /usr/share/zoneinfo/Europe/Berlin /etc/localtime && sync -- /etc`
const naming = writing({ path: '/etc/timezone', mode: 0o644 }).text

const berlin = () => timezone('Europe/Berlin')
const row = (name: string, found: object, changes: readonly string[], more: object = {}): Case => ({
  name,
  resource: berlin,
  facts: { found: { localtime: 'Europe/Berlin', timezone: null, isKnown: true, ...found } },
  changes,
  ...more,
})
const utc = { localtime: 'Etc/UTC', timezone: 'Etc/UTC' }
const both = ['time zone Etc/UTC → Europe/Berlin', '/etc/timezone Etc/UTC → Europe/Berlin']
const fine = { reason: 'Europe/Berlin' }

export const cases: readonly Case[] = [
  {
    ...row('another zone', utc, both),
    resource: berlin,
    example: true,
    effects: ['change', 'change'],
    scripts: [linking, naming],
    keys: { found: 'Europe/Berlin' },
  },
  row('as it should be', { timezone: 'Europe/Berlin' }, [], fine),
  row('without /etc/timezone', {}, [], fine),
  row('a copy instead of a link', { localtime: null }, ['time zone none → Europe/Berlin'], {
    scripts: [linking],
  }),
  row('an empty name', { timezone: '' }, ['/etc/timezone empty → Europe/Berlin'], {
    scripts: [naming],
  }),
  row('no such zone', { isKnown: false }, ['blocked: there is no time zone Europe/Berlin'], {
    remedy:
      "correct the name (see /usr/share/zoneinfo), or add apt.packages(['tzdata']) before this",
    lacks: ['path:/usr/share/zoneinfo/Europe/Berlin'],
  }),
]
