import { expect, test } from '@jest/globals'
import { unitInstancesFact, type UnitInstances } from '../../../src/facts/systemd/unit-instances.js'
import { said } from '../said.js'

test.each<[string, string, UnitInstances]>([
  ['none', '@instances\n', { running: [], enabled: false, elsewhere: false }],
  [
    'one that runs, whose description has words',
    '@instances\napp@one.service loaded active running enabled @home\n',
    { running: ['app@one.service'], enabled: false, elsewhere: false },
  ],
  [
    'several, in columns, of which one is started at boot',
    '@instances\n  app@a.service\tloaded active running A\napp@b.service  loaded\nenabled\n',
    { running: ['app@a.service', 'app@b.service'], enabled: true, elsewhere: false },
  ],
  [
    'one that is started at boot only',
    '@instances\nenabled\n',
    { running: [], enabled: true, elsewhere: false },
  ],
  [
    'one of a package',
    '@instances\napp@one.service loaded active running App\nelsewhere\nenabled\n',
    { running: ['app@one.service'], enabled: true, elsewhere: true },
  ],
])('%s', (_, stdout, value) => {
  expect(unitInstancesFact.parse(said(stdout), ['app@.service'])).toEqual([
    { is: 'present', value },
  ])
})

test.each([
  ['no bus', said('', 1, 'Failed to connect to bus\n'), 'Failed to connect to bus'],
  ['a status', said('@instances\n@instances\n', 1), 'status 1'],
  ['one answer for two', said('@instances\n'), 'status 0'],
  ['three answers for two', said('@instances\n@instances\n@instances\n'), 'status 0'],
  ['nothing', said(''), 'status 0'],
])('unknown after %s', (_, output, why) => {
  const fact = {
    is: 'unknown',
    reason: `the instances of units could not be read: ${why}`,
    remedy: 'see systemctl list-units on the host',
  }
  expect(unitInstancesFact.parse(output, ['many@.service', 'few@.timer'])).toEqual([fact, fact])
})

test('a template is asked for by what stands before and behind the name of an instance', () => {
  expect(unitInstancesFact.script(['app@.service', 'a.b@.timer']).script.body).toBe(
    'fettle_instances app@ .service\nfettle_instances a.b@ .timer',
  )
})
