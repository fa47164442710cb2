import { expect, test } from '@jest/globals'
import type { Address } from '../../../src/core/address.js'
import { Links } from '../../../src/engine/host/links.js'
import { PlannedThings } from '../../../src/engine/host/planned-things.js'

const by = 'toy[a]' as Address

function planned(): PlannedThings {
  const there = new Links()
  there.add('/srv/way', '/srv/ways')
  return new PlannedThings(there)
}

test('a thing is known by its place', () => {
  const things = planned()
  things.make('path:/srv/way/dir', by)
  things.make('user:app', by)
  expect([
    things.makerOf('path:/srv/ways/dir'),
    things.makes('path:/srv/way/dir'),
    things.makes('path:/srv/way'),
    things.makes('user:app'),
  ]).toEqual([by, true, false, true])
  things.remove('tree:/srv/ways')
  expect([
    things.makes('path:/srv/way/dir'),
    things.isGone('path:/srv/way/dir'),
    things.isGone('user:app'),
  ]).toEqual([false, true, false])
})

test('what a planned link leads to is made as the thing behind it, and is no link itself', () => {
  const things = planned()
  things.make('path:/srv/app/releases/1', by)
  things.make('tree:/srv/app/current', by)
  things.link('/srv/app/current', 'releases/1')
  expect(things.placesOf('path:/srv/app/current')).toEqual([
    'path:/srv/app/current',
    'path:/srv/app/current',
    'path:/srv/app/releases/1',
  ])
  expect([
    things.makes('path:/srv/app/current'),
    things.moved('/srv/app/current/conf'),
    things.moved('/srv/app/current'),
    things.moved('/srv/way/dir'),
  ]).toEqual([true, '/srv/app/releases/1/conf', undefined, undefined])
})

test('behind a link that goes is nothing', () => {
  const things = planned()
  expect(things.moved('/srv/way/dir')).toBeUndefined()
  things.remove('tree:/srv/way')
  expect([things.moved('/srv/way/dir'), things.isGone('path:/srv/way/dir')]).toEqual([
    '/srv/way/dir',
    true,
  ])
})
