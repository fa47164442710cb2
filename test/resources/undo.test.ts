import { describe, expect, test } from '@jest/globals'
import { changesOf, type Change } from '../../src/core/change.js'
import { planOf } from '../../src/testing/outcome.js'
import { casesOf, exportedResources } from './tables.js'

/** Resources whose changes nobody can take back, and why their plans do not say so each time. */
const exceptions: Readonly<Record<string, string>> = {
  command: 'what a command does is not known, so a warning at each would only hide the others',
}

/** The changes of all rows, with their kind of resource. */
const all = exportedResources.flatMap(({ definition }) =>
  casesOf(definition.type).flatMap((row) =>
    changesOf(planOf(row, row.resource())).map((change) => ({ definition, change })),
  ),
)

const isDecided = ({ undo, final, effect }: Change): boolean =>
  undo !== undefined || final !== undefined || effect === 'restart'

describe('every change says how it is taken back, or why it cannot be', () => {
  const changes = all.filter(({ definition: { type } }) => exceptions[type] === undefined)
  test.each<[type: string, summary: string, Change]>(
    changes.map(({ definition, change }) => [definition.type, change.summary, change]),
  )('%s: %s', (_type, _summary, change) => {
    expect(isDecided(change)).toBe(true)
  })
})

test.each(Object.entries(exceptions))('%s does not, because %s', (type) => {
  const changes = all.filter(({ definition }) => definition.type === type)
  expect(changes.length).toBeGreaterThan(0)
  expect(changes.some(({ change }) => isDecided(change))).toBe(false)
})

test('a definition lists each kind that its changes keep, and no other', () => {
  for (const { definition } of exportedResources) {
    const kept = all
      .filter((each) => each.definition === definition)
      .flatMap(({ change }) => change.undo ?? [])
    const names = new Set(kept.map(({ kind }) => kind.name))
    expect([definition.type, names]).toEqual([
      definition.type,
      new Set((definition.undo ?? []).map(({ name }) => name)),
    ])
  }
})
