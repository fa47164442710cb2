import { expect, test } from '@jest/globals'
import { changesOf, type Change } from '../../../src/core/change.js'
import type { Thing } from '../../../src/core/thing.js'
import { closedLinksFact } from '../../../src/facts/systemd/closed-links.js'
import type { UnitState } from '../../../src/facts/systemd/unit.js'
import type { ServiceOptions } from '../../../src/resources/systemd/service-options.js'
import { systemdService } from '../../../src/resources/systemd/service.js'
import { unitState } from './unit-state.js'

const planOf = (options: ServiceOptions, unit: UnitState | null, name = 'app', made?: Thing) => {
  const { plan, values } = systemdService(name, options)
  const context = { changing: [], makes: (thing: Thing) => thing === made }
  return plan({ unit, marks: [] }, values, context)
}
const changesFrom = (...given: Parameters<typeof planOf>): readonly Change[] =>
  changesOf(planOf(...given))

/** Its file is where a mask is in no one's way. */
const packaged = { path: '/lib/systemd/system/app.service' }
const closed = { missing: ['/etc/a'], there: ['/etc/b'] }

test.each<[string, ServiceOptions, Partial<UnitState>, string | null]>([
  ['to be enabled', { enabled: true }, {}, '/etc/a'],
  ['that is enabled until the next boot', { enabled: true }, { file: 'enabled-runtime' }, '/etc/a'],
  ['to be disabled', { enabled: false }, { file: 'enabled' }, '/etc/b'],
])('a unit %s needs the places of its links', (_, options, unit, place) => {
  const [trial] = changesFrom(options, unitState(unit))[0]?.trials ?? []
  expect(trial).toMatchObject({ needs: ['unit:app.service'], whenUnsure: 'warn' })
  expect(trial?.reads).toEqual({ kind: closedLinksFact, key: 'app.service' })
  const refused = `root may not write to ${place}, which has the links that enable units`
  expect(trial?.judge(closed)).toMatchObject({ refused })
  expect([null, { missing: [], there: [] }].map((found) => trial?.judge(found))).toEqual([
    null,
    null,
  ])
})

test.each<[string, ServiceOptions, Partial<UnitState>]>([
  ['disabled', { enabled: false }, { file: 'enabled-runtime' }],
  ['unmasked', { masked: false }, { load: 'masked', file: 'masked-runtime' }],
])('a unit that is %s until the next boot has its links in memory', (_, options, unit) => {
  expect(changesFrom(options, unitState(unit)).map(({ trials }) => trials)).toEqual([[]])
})

test.each<[string, ServiceOptions, Partial<UnitState> | null]>([
  ['masked', { masked: true }, packaged],
  ['masked before it is installed', { masked: true }, null],
  ['unmasked', { masked: false }, { load: 'masked', file: 'masked' }],
])('a unit to be %s needs the place of its mask', (_, options, unit) => {
  const [change] = changesFrom(options, unit === null ? null : unitState(unit))
  const keys = change?.trials?.map(({ reads: { key } }) => key) ?? []
  expect(keys[0]).toEqual({ path: '/etc/systemd/system/app.service' })
})

const leftBy = ({ leaves = [] }: Change): readonly unknown[] =>
  leaves.map(({ about, value }) => [about, value()])

const active = { active: 'active', sub: 'running', file: 'enabled' } as const

test.each<[string, ServiceOptions, Partial<UnitState>]>([
  ['stopped', { running: false }, { ...active, active: 'inactive' }],
  ['disabled', { enabled: false }, { ...active, file: 'disabled' }],
  ['both', { running: false, enabled: false }, { ...active, active: 'inactive', file: 'disabled' }],
  ['neither', { masked: true }, active],
])('later resources find a unit that is %s so', (_, options, after) => {
  const changes = changesFrom(options, unitState({ ...active, ...packaged }))
  const value = unitState({ ...after, ...packaged })
  for (const change of changes) expect(leftBy(change)).toEqual([['unit:app.service', value]])
})

test('a unit that has failed stays so, and one that others start stays static', () => {
  const unit = unitState({ active: 'failed', file: 'static', ...packaged })
  const [change] = changesFrom({ running: false, enabled: false, masked: true }, unit)
  expect(change && leftBy(change)).toEqual([['unit:app.service', unit]])
})

test.each([
  ['app', 'app.service'],
  ['app@1', 'app@.service'],
])('%s counts as enabled where its file becomes a link', (name, file) => {
  const then = (made?: Thing) => {
    const plan = planOf({ running: true, enabled: true }, null, name, made)
    return 'then' in plan ? plan.then.map(({ summary }) => summary) : plan
  }
  const start = 'start: inactive → active'
  expect(then(`tree:/etc/systemd/system/${file}`)).toEqual([start])
  expect(then(`path:/etc/systemd/system/${file}`)).toEqual(['enable: disabled → enabled', start])
  expect(then()).toEqual(['enable: disabled → enabled', start])
})
