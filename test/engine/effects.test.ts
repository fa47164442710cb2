import { describe, expect, test } from '@jest/globals'
import type { Effect } from '../../src/core/change.js'
import { countsOf, gravestEffect, sumOfCounts } from '../../src/engine/effects.js'
import { change, changeCounts } from '../views/events.js'

const changes = (effects: readonly Effect[], final: string | null = null) =>
  effects.map((effect) => change(effect, { effect, final }))

describe('a changed resource', () => {
  test.each<readonly [readonly Effect[], Effect, ReturnType<typeof changeCounts>]>([
    [['create'], 'create', changeCounts({ create: 1 })],
    [['change', 'change'], 'change', changeCounts({ change: 1 })],
    [['change', 'create'], 'create', changeCounts({ create: 1 })],
    [['create', 'remove', 'change'], 'remove', changeCounts({ remove: 1 })],
    [['restart'], 'restart', changeCounts({ restart: 1 })],
    [['restart', 'restart'], 'restart', changeCounts({ restart: 1 })],
    [['restart', 'change'], 'change', changeCounts({ change: 1, restart: 1 })],
    [[], 'change', changeCounts({ change: 1 })],
  ])('with %j has the effect %s', (effects, gravest, counted) => {
    const all = changes(effects)
    expect([gravestEffect(all), countsOf(all)]).toEqual([gravest, counted])
  })

  test('counts once as one that cannot be undone', () => {
    const all = changes(['remove', 'remove'], 'no copy is kept')
    expect(countsOf(all)).toEqual(changeCounts({ remove: 1, final: 1 }))
  })
})

test('counts are added up', () => {
  const one = changeCounts({ create: 1, change: 2, remove: 3, restart: 4, final: 5 })
  expect(sumOfCounts([one, one])).toEqual({
    create: 2,
    change: 4,
    remove: 6,
    restart: 8,
    final: 10,
  })
  expect(sumOfCounts([])).toEqual(changeCounts())
})
